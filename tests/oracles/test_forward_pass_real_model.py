"""SmolLM2 in our engine against transformers, from the same file, which each of them reads itself.

transformers takes the file through the `gguf` package, with its own names, its own order of rows,
its own tokenizer; nothing of ours is in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.skips import required
from tests.worked.gguf_files import real_file

torch = required("torch")
required("gguf", "transformers reads the model with it")
required("accelerate", "transformers reads the model with it")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
transformers = required("transformers")
FILE = real_file()

from tokenizers import pre_tokenizers  # noqa: E402

from worked.forward_pass.engine import Engine, Request  # noqa: E402
from worked.forward_pass.paged_cache import Pool  # noqa: E402
from worked.forward_pass.real_model import SHA256, RealModel, load, sha256  # noqa: E402

NEW = 24
CHATS: list[list[dict[str, str]]] = [
    [{"role": "user", "content": "What is the capital of France?"}],
    [{"role": "user", "content": "Write one sentence about the sea."}],
    [
        {"role": "system", "content": "You answer in one word."},
        {"role": "user", "content": "Is 17 a prime number?"},
    ],
    [
        {"role": "user", "content": "Hi! My name is Zoë."},
        {"role": "assistant", "content": "Hello Zoë, how can I help?"},
        {"role": "user", "content": "What is my name?"},
    ],
    [{"role": "user", "content": "def add(a, b):\n    return a +\n\nFinish this, please."}],
    [{"role": "user", "content": "Übersetze: Der Preis ist 1.234,50 €. 👍"}],
    [{"role": "user", "content": "?"}],
]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """A product on one thread adds in one order."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def ours() -> RealModel:
    return load(FILE)


@pytest.fixture(scope="module")
def theirs() -> Any:
    model = transformers.AutoModelForCausalLM.from_pretrained(
        FILE.parent, gguf_file=FILE.name, dtype=torch.float32
    )
    return model.eval()


@pytest.fixture(scope="module")
def their_tokenizer() -> Any:
    return transformers.AutoTokenizer.from_pretrained(FILE.parent, gguf_file=FILE.name)


def test_the_file_is_the_one_that_is_known() -> None:
    assert sha256(FILE) == SHA256


@pytest.mark.heavy
def test_the_shape_is_what_transformers_reads(ours: RealModel, theirs: Any) -> None:
    config, wanted = ours.model.config, theirs.config
    assert config.vocab == wanted.vocab_size == 49_152
    assert config.hidden == wanted.hidden_size == 576
    assert config.layers == wanted.num_hidden_layers == 30
    assert config.heads == wanted.num_attention_heads == 9
    assert config.kv_heads == wanted.num_key_value_heads == 3
    assert config.head_dim == wanted.head_dim == 64
    assert config.ffn == wanted.intermediate_size == 1_536
    assert config.rope_base == wanted.rope_parameters["rope_theta"] == 100_000
    assert config.norm_eps == wanted.rms_norm_eps
    assert config.tied == wanted.tie_word_embeddings is True
    assert ours.context == wanted.max_position_embeddings == 8_192
    assert config.parameters == theirs.num_parameters() == 134_515_008


@pytest.mark.heavy
def test_every_weight_is_theirs_bit_for_bit(theirs: Any) -> None:
    """Names, and the order of the rows of queries and keys, included."""
    from worked.forward_pass.gguf import Gguf
    from worked.forward_pass.real_model import shape, weights

    gguf = Gguf(FILE)
    mine = weights(gguf, shape(gguf))
    wanted = theirs.state_dict()
    assert set(wanted) - set(mine) == {"lm_head.weight"}  # tied: the embedding once more
    assert set(mine) <= set(wanted)
    assert [name for name in mine if not torch.equal(mine[name], wanted[name])] == []


@pytest.mark.heavy
def test_seven_chats_are_answered_token_for_token_alike(ours: RealModel, theirs: Any) -> None:
    """Greedily; in the engine all at once, in chunks, on a small pool of blocks."""
    prompts = [ours.tokenizer.chat(chat) for chat in CHATS]
    stop = sorted(ours.tokenizer.stop)
    wanted = []
    for prompt in prompts:
        ids = torch.tensor([prompt])
        with torch.inference_mode():
            out = theirs.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                do_sample=False,
                max_new_tokens=NEW,
                eos_token_id=stop,
                pad_token_id=stop[0],
            )
        wanted.append(out[0, len(prompt) :].tolist())
    pool = Pool(32, 16, ours.model.config)
    engine = Engine(ours.model, pool, token_budget=48, max_running=8)
    requests = [Request(prompt, NEW, stop=ours.tokenizer.stop) for prompt in prompts]
    found = engine.generate(requests)
    assert found == wanted
    assert pool.held == 0
    assert "Paris" in ours.tokenizer.decode(found[0])
    assert any(answer[-1] in stop for answer in found)  # some end by themselves,
    assert any(len(answer) == NEW for answer in found)  # some are cut off


@pytest.mark.heavy
def test_logits_are_theirs(ours: RealModel, theirs: Any) -> None:
    """At every position of a prompt, within the rounding of 30 layers in float32."""
    from worked.forward_pass.transformer import Chunk

    prompt = ours.tokenizer.chat(CHATS[3])
    pool = Pool(8, 16, ours.model.config)
    mine = ours.model.step([Chunk(prompt, 0, list(range(8)), len(prompt))], pool)
    with torch.inference_mode():
        wanted = theirs(torch.tensor([prompt])).logits[0]
    assert wanted.abs().max() > 10  # logits are no small numbers
    assert (mine - wanted).abs().max() < 2e-3


def test_the_cache_of_a_token_is_what_the_formula_says(ours: RealModel) -> None:
    """2 x 30 layers x 3 heads x 64 x 4 bytes = 46,080 bytes; transformers keeps as much."""
    pool = Pool(4, 16, ours.model.config)
    assert pool.bytes_per_token == 2 * 30 * 3 * 64 * 4 == 46_080


# -- the tokenizer ------------------------------------------------------------------------------

TEXTS = [
    "",
    " ",
    "What is the capital of France?",
    "  leading, double  and trailing  ",
    "line\nbreaks\r\n\n\n  and\ttabs",
    "don't we'll I'VE",
    "In 2024 I paid 12,345.67 € (+3 %)",
    "héllo naïve Straße Ελλάδα Привет 你好 こんにちは العربية",
    "👩‍👩‍👧‍👦 é combining, \u200bzero width, \ufeff, \U0010ffff",
    "for(i=0;i<10;++i){a[i]*=2;}",
    "x" * 3_000,
    "\x00\x01\x04\x06\x1b[31m",
]


def test_texts_are_cut_as_transformers_cuts_them(ours: RealModel, their_tokenizer: Any) -> None:
    """And decode alike; the control characters that have no token vanish in both."""
    for text in TEXTS:
        wanted = their_tokenizer(text)["input_ids"]
        assert ours.tokenizer.encode(text) == wanted, text
        assert ours.tokenizer.decode(wanted) == their_tokenizer.decode(
            wanted, clean_up_tokenization_spaces=False
        )


def test_every_token_reads_as_theirs(ours: RealModel, their_tokenizer: Any) -> None:
    for token in range(ours.tokenizer.vocabulary):
        wanted = their_tokenizer.decode([token], skip_special_tokens=True)
        assert ours.tokenizer.decode([token]) == wanted, token


def test_numerals_beyond_ascii_are_cut_as_the_model_was_taught(
    ours: RealModel, their_tokenizer: Any
) -> None:
    """SmolLM2 cuts every numeral off, ½ too; what transformers makes of a GGUF file does not.

    With the model's own rule put in, transformers agrees.
    """
    text = "x² and ½ or Ⅻ, ٣٤"
    assert ours.tokenizer.encode(text) != their_tokenizer(text)["input_ids"]
    backend = their_tokenizer.backend_tokenizer
    before = backend.pre_tokenizer
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), before]
    )
    try:
        for said in [text, *TEXTS]:
            assert ours.tokenizer.encode(said) == their_tokenizer(said)["input_ids"]
    finally:
        backend.pre_tokenizer = before


def test_chats_are_written_by_the_files_own_template(ours: RealModel, their_tokenizer: Any) -> None:
    for chat in CHATS:
        wanted = their_tokenizer.apply_chat_template(chat, add_generation_prompt=True)
        assert ours.tokenizer.chat(chat) == wanted["input_ids"]
