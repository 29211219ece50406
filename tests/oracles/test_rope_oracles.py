"""RoPE's code against transformers (both pairings, every scaling) and rotary-embedding-torch."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from tests.skips import required
from worked.rope import precision
from worked.rope import rotary_numpy as ours

torch = required("torch")
transformers = required("transformers")

from transformers.models.cohere import modeling_cohere  # noqa: E402
from transformers.models.deepseek_v2 import modeling_deepseek_v2  # noqa: E402
from transformers.models.llama import modeling_llama  # noqa: E402

from worked.rope import rotary_torch  # noqa: E402
from worked.rope.scenario import GRAPH  # noqa: E402

# (batch, query heads, key heads, tokens, head_dim, base)
SHAPES = [
    (1, 1, 1, 1, 4, 10_000.0),
    (2, 4, 2, 33, 64, 10_000.0),
    (1, 8, 1, 17, 128, 500_000.0),
    (3, 2, 2, 50, 96, 1_000_000.0),
]
EPSILON = {torch.float64: 2**-52, torch.float32: 2**-23, torch.bfloat16: 2**-7}


def config(head_dim, base, length=4_096, **scaling):
    heads = 4
    return transformers.LlamaConfig(
        hidden_size=heads * head_dim,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        head_dim=head_dim,
        max_position_embeddings=length,
        rope_parameters={"rope_type": "default", "rope_theta": base, **scaling},
    )


def random_query_and_key(shape, dtype):
    batch, query_heads, key_heads, tokens, head_dim, _ = shape
    generator = torch.Generator().manual_seed(sum(shape[:5]))
    draw = torch.randn
    return (
        draw(batch, query_heads, tokens, head_dim, generator=generator, dtype=torch.float64).to(
            dtype
        ),
        draw(batch, key_heads, tokens, head_dim, generator=generator, dtype=torch.float64).to(
            dtype
        ),
    )


def assert_equal_to_precision(got, expected, dtype, x, angle_error=0.0):
    """Two products and a sum, each table entry rounded: a few units in the last place of |x|.

    `angle_error` is how far float32 angles (transformers') may be from ours, in radians.
    """
    largest = x.double().abs().max().item()
    tolerance = 2 * largest * (3 * EPSILON[dtype] + angle_error)
    difference = (got.double() - expected.double()).abs().max().item()
    assert got.dtype == expected.dtype == dtype
    assert difference <= tolerance


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", SHAPES)
def test_halves_equal_transformers_llama_end_to_end(shape, dtype):
    """Its rotary module makes the tables and its function applies them, as in its Llama."""
    batch, _, _, tokens, head_dim, base = shape
    q, k = random_query_and_key(shape, dtype)
    module = modeling_llama.LlamaRotaryEmbedding(config(head_dim, base))
    positions = torch.arange(tokens)
    cos, sin = module(q, positions.expand(batch, -1))
    expected = modeling_llama.apply_rotary_pos_emb(q, k, cos, sin)
    theta = torch.as_tensor(ours.inverse_frequencies(head_dim, base))
    tables = rotary_torch.halves_tables(positions, theta, dtype)
    # position and frequency carry 2^-24 each, the product as much again
    angle_error = tokens * 4 * 2**-24
    for x, want in zip((q, k), expected, strict=True):
        got = rotary_torch.rotate_halves(x, *tables)
        assert_equal_to_precision(got, want, dtype, x, angle_error)
    if dtype == torch.float32:
        numpy_tables = ours.rotary_tables(np.arange(tokens), theta.numpy(), np.float32)
        got = torch.as_tensor(ours.rotate_halves(q.numpy(), *numpy_tables))
        assert_equal_to_precision(got, expected[0], dtype, q, angle_error)


@pytest.mark.parametrize("dtype", list(EPSILON))
@pytest.mark.parametrize("shape", SHAPES)
def test_halves_equal_transformers_function_on_the_same_tables(shape, dtype):
    _, _, _, tokens, head_dim, base = shape
    q, k = random_query_and_key(shape, dtype)
    theta = torch.as_tensor(ours.inverse_frequencies(head_dim, base))
    cos, signed_sin = rotary_torch.halves_tables(torch.arange(tokens), theta, dtype)
    plain_sin = torch.cat([-signed_sin[..., : head_dim // 2], signed_sin[..., head_dim // 2 :]], -1)
    expected = modeling_llama.apply_rotary_pos_emb(q, k, cos[None], plain_sin[None])
    for x, want in zip((q, k), expected, strict=True):
        got = rotary_torch.rotate_halves(x, cos, signed_sin)
        assert_equal_to_precision(got, want, dtype, x)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", SHAPES)
def test_adjacent_equal_transformers_cohere(shape, dtype):
    batch, _, _, tokens, head_dim, base = shape
    q, k = random_query_and_key(shape, dtype)
    cohere = transformers.CohereConfig(
        hidden_size=4 * head_dim,
        num_attention_heads=4,
        rope_parameters={"rope_type": "default", "rope_theta": base},
    )
    positions = torch.arange(tokens)
    cos, sin = modeling_cohere.CohereRotaryEmbedding(cohere)(q, positions.expand(batch, -1))
    expected = modeling_cohere.apply_rotary_pos_emb(q, k, cos, sin)
    theta = torch.as_tensor(ours.inverse_frequencies(head_dim, base))
    tables = rotary_torch.adjacent_tables(positions, theta, dtype)
    for x, want in zip((q, k), expected, strict=True):
        got = rotary_torch.rotate_adjacent(x, *tables)
        assert_equal_to_precision(got, want, dtype, x, tokens * 4 * 2**-24)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_complex_form_equals_transformers_deepseek_v2(shape):
    batch, _, _, tokens, head_dim, base = shape
    q, k = random_query_and_key(shape, torch.float32)
    theta = ours.inverse_frequencies(head_dim, base)
    angles = torch.arange(tokens)[:, None] * torch.as_tensor(theta, dtype=torch.float32)
    turns = torch.polar(torch.ones_like(angles), angles).expand(batch, -1, -1)
    expected = modeling_deepseek_v2.apply_rotary_emb(q, k, turns)
    for x, want in zip((q, k), expected, strict=True):
        got = torch.as_tensor(ours.rotate_complex(x.numpy(), np.arange(tokens), theta)).float()
        assert_equal_to_precision(got, want, torch.float32, x, tokens * 4 * 2**-24)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", SHAPES)
def test_adjacent_equal_rotary_embedding_torch(shape, dtype):
    library = required("rotary_embedding_torch")
    _, _, _, tokens, head_dim, base = shape
    q, _ = random_query_and_key(shape, dtype)
    expected = library.RotaryEmbedding(dim=head_dim, theta=base).rotate_queries_or_keys(q)
    theta = ours.inverse_frequencies(head_dim, base)
    tables = rotary_torch.adjacent_tables(torch.arange(tokens), torch.as_tensor(theta), dtype)
    angle_error = tokens * 4 * 2**-24
    assert_equal_to_precision(
        rotary_torch.rotate_adjacent(q, *tables), expected.detach(), dtype, q, angle_error
    )
    if dtype == torch.float32:
        numpy_tables = ours.rotary_tables(np.arange(tokens), theta, np.float32)
        got = torch.as_tensor(ours.rotate_adjacent(q.numpy(), *numpy_tables))
        assert_equal_to_precision(got, expected.detach(), dtype, q, angle_error)


@pytest.mark.parametrize("factor", [1.0, 2.0, 4.0])
def test_ntk_frequencies_equal_rotary_embedding_torchs(factor):
    library = required("rotary_embedding_torch")
    theirs = library.RotaryEmbedding(dim=64, theta=10_000, theta_rescale_factor=factor).freqs
    np.testing.assert_allclose(
        ours.ntk_frequencies(64, 10_000.0, factor), theirs.detach().numpy(), rtol=1e-6
    )


SCALED = [(64, 10_000.0, 2.0), (128, 10_000.0, 4.0), (128, 500_000.0, 8.0), (32, 10_000.0, 32.0)]


def inverse_frequencies_of_transformers(head_dim, base, length=4_096, seq_len=None, **scaling):
    """Return its frequencies as float64 and its attention factor."""
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    its_config = config(head_dim, base, length, **scaling)
    frequencies, factor = ROPE_INIT_FUNCTIONS[scaling["rope_type"]](
        its_config, torch.device("cpu"), seq_len=seq_len
    )
    return frequencies.double().numpy(), factor


def frequencies_extended_by_transformers(kind, head_dim, base, factor, trained, **more):
    """Return its frequencies, and its attention factor, `factor` times beyond `trained` tokens."""
    return inverse_frequencies_of_transformers(
        head_dim,
        base,
        length=int(trained * factor),
        rope_type=kind,
        factor=factor,
        original_max_position_embeddings=trained,
        **more,
    )


# float32: base^(2i/d), its reciprocal and a division, each within a few units of 2^-24
SAME = {"rtol": 5e-7}


@pytest.mark.parametrize(("head_dim", "base", "factor"), SCALED)
class TestFrequenciesEqualTransformers:
    """Each scaling method's frequencies and attention factor, on several widths and bases."""

    def test_default(self, head_dim, base, factor):
        theirs = modeling_llama.LlamaRotaryEmbedding(config(head_dim, base)).inv_freq
        np.testing.assert_allclose(ours.inverse_frequencies(head_dim, base), theirs, **SAME)

    def test_linear(self, head_dim, base, factor):
        theirs, attention = inverse_frequencies_of_transformers(
            head_dim, base, rope_type="linear", factor=factor
        )
        assert attention == 1
        np.testing.assert_allclose(ours.linear_frequencies(head_dim, base, factor), theirs, **SAME)

    @pytest.mark.parametrize("length", [100, 4_096, 4_097, 10_000])
    def test_dynamic(self, head_dim, base, factor, length):
        theirs, attention = inverse_frequencies_of_transformers(
            head_dim, base, seq_len=length, rope_type="dynamic", factor=factor
        )
        assert attention == 1
        got = ours.dynamic_ntk_frequencies(head_dim, base, factor, length, 4_096)
        np.testing.assert_allclose(got, theirs, **SAME)

    @pytest.mark.parametrize("trained", [64, 2_048, 8_192])
    def test_yarn(self, head_dim, base, factor, trained):
        theirs, attention = frequencies_extended_by_transformers(
            "yarn", head_dim, base, factor, trained
        )
        got = ours.yarn_frequencies(head_dim, base, factor, trained)
        np.testing.assert_allclose(got, theirs, **SAME)
        assert ours.yarn_attention_factor(factor) == pytest.approx(attention, rel=1e-12)

    @pytest.mark.parametrize("trained", [64, 2_048, 8_192])
    def test_llama3(self, head_dim, base, factor, trained):
        theirs, attention = frequencies_extended_by_transformers(
            "llama3", head_dim, base, factor, trained, low_freq_factor=1.0, high_freq_factor=4.0
        )
        assert attention == 1
        got = ours.llama3_frequencies(head_dim, base, factor, trained)
        np.testing.assert_allclose(got, theirs, **SAME)


# ---------------------------------------------------------------- the chapter's graph


def graph_settings():
    """Return the book's own settings, then 50 drawn ones, of all that a frequency depends on.

    The first pair's frequency stays 1: every library takes that as given.
    """
    draw = random.Random(50)

    def settings():
        pairs = draw.choice([8, 16, 32, 48, 64, 128])
        return {
            "base": draw.choice([1_000, 10_000, 500_000, 1e6, 1e8]),
            "trained_length": draw.choice([256, 2_048, 4_096, 8_192, 131_072]),
            "factor": round(draw.uniform(1, 64), 2),
            "pairs": pairs,
            "pair_wanted": draw.randrange(pairs),
            "current_length": draw.choice([100, 4_096, 5_000, 40_000, 1_000_000]),
            "dynamic_factor": round(draw.uniform(1, 8), 2),
            "beta[border=fast]": round(draw.uniform(16, 64), 1),
            "beta[border=slow]": round(draw.uniform(0.5, 2), 2),
            "low_factor": round(draw.uniform(0.5, 2), 2),
            "high_factor": round(draw.uniform(3, 16), 2),
        }

    return [{}, *(settings() for _ in range(50))]


@pytest.mark.parametrize("settings", graph_settings(), ids=str)
def test_the_graphs_frequencies_are_the_codes_and_the_libraries(settings):
    """Each scaling's frequency of three pairs of a head, and YaRN's attention factor.

    Against our own NumPy to 1e-12, for both are in float64; against the library to 5e-7, which
    is its float32. On Llama 3.1's ramp its turns, off by 5e-7 of themselves, move the share that
    is kept by that times turns / (high - low), and the frequency by that over its own share.
    NTK-aware scaling is not in transformers, so rotary-embedding-torch has it.
    """
    v = GRAPH.evaluate(settings)
    d, base, length, factor = int(v["head_dim"]), v["base"], v["trained_length"], v["factor"]
    places = [int(n) for n in v["number"]]  # fastest, looked at, slowest
    beta, ends = v["beta"], (v["low_factor"], v["high_factor"])

    def theirs(**scaling):
        longer, kind = int(length), scaling["rope_type"]
        if kind in ("yarn", "llama3"):  # these are told both lengths
            scaling["original_max_position_embeddings"] = longer
            longer = math.ceil(longer * factor)
        now = v["current_length"]
        return inverse_frequencies_of_transformers(d, base, longer, seq_len=now, **scaling)

    yarn, attention = theirs(rope_type="yarn", factor=factor, beta_fast=beta[0], beta_slow=beta[1])
    ntk = required("rotary_embedding_torch").RotaryEmbedding(
        dim=d, theta=base, theta_rescale_factor=factor
    )
    expected = {
        "as-trained": (
            ours.inverse_frequencies(d, base),
            modeling_llama.LlamaRotaryEmbedding(config(d, base)).inv_freq.numpy(),
        ),
        "linear": (
            ours.linear_frequencies(d, base, factor),
            theirs(rope_type="linear", factor=factor)[0],
        ),
        "ntk-aware": (ours.ntk_frequencies(d, base, factor), ntk.freqs.detach().numpy()),
        "dynamic": (
            ours.dynamic_ntk_frequencies(d, base, v["dynamic_factor"], v["current_length"], length),
            theirs(rope_type="dynamic", factor=v["dynamic_factor"])[0],
        ),
        "yarn": (ours.yarn_frequencies(d, base, factor, length, *beta), yarn),
        "llama-3-1": (
            ours.llama3_frequencies(d, base, factor, length, *ends),
            theirs(
                rope_type="llama3",
                factor=factor,
                low_freq_factor=ends[0],
                high_freq_factor=ends[1],
            )[0],
        ),
    }
    assert list(expected) == list(GRAPH.axes["scaling"].keys)
    ramp = [
        turns / (ends[1] - ends[0]) / (kept + (1 - kept) / factor) if 0 < kept < 1 else 0
        for turns, kept in zip(v["turns"], v["kept"][1], strict=True)
    ]
    for got, (name, (code, library)) in zip(v["scaled"], expected.items(), strict=True):
        np.testing.assert_allclose(got, code[places], rtol=1e-12, err_msg=name)
        slack = 1 + np.array(ramp) * (name == "llama-3-1")
        off = np.abs(np.array(got) / library[places] - 1)
        assert (off <= SAME["rtol"] * slack).all(), (name, off)
    assert v["attention_factor"] == pytest.approx(ours.yarn_attention_factor(factor), rel=1e-14)
    assert v["attention_factor"] == pytest.approx(attention, rel=1e-12)
    # The head of two pairs, from the paper: 4 components.
    slowed = {
        "as-trained": ours.inverse_frequencies(4, base),
        "linear": ours.linear_frequencies(4, base, factor),
        "ntk-aware": ours.ntk_frequencies(4, base, factor),
    }
    assert list(slowed) == list(GRAPH.axes["slowing"].keys)
    for got, code in zip(v["slowed"], slowed.values(), strict=True):
        np.testing.assert_allclose(got, code, rtol=1e-12)


def test_the_books_frequencies_by_hand():
    """Llama 2's head of 128, base 10,000, factor 8, pair 40: 10000^(-80/128) = 0.0031623.

    Linear 0.0031623 / 8 = 0.00039528. Over 4,096 tokens the pair turns 4096 x 0.0031623 / 2 pi
    = 2.061485 times; Llama 3.1 keeps (2.061485 - 1)/(4 - 1) = 0.353828 of it:
    0.0031623 x (0.353828 + 0.646172/8) = 0.00137432.
    """
    keys = GRAPH.axes["scaling"].keys
    scaled = {k: row[1] for k, row in zip(keys, GRAPH.base["scaled"], strict=True)}
    assert scaled["as-trained"] == pytest.approx(0.0031622777, rel=1e-7)
    assert scaled["linear"] == pytest.approx(0.00039528471, rel=1e-7)
    assert scaled["llama-3-1"] == pytest.approx(0.00137432, rel=1e-5)


def test_yarn_tables_carry_the_attention_factor_as_transformers_do():
    its_config = config(
        64,
        10_000.0,
        8_192,
        rope_type="yarn",
        factor=4.0,
        original_max_position_embeddings=2_048,
    )
    cos, sin = modeling_llama.LlamaRotaryEmbedding(its_config)(
        torch.zeros(1), torch.arange(40)[None]
    )
    frequencies = torch.as_tensor(ours.yarn_frequencies(64, 10_000.0, 4.0, 2_048))
    ours_cos, ours_signed_sin = rotary_torch.halves_tables(
        torch.arange(40), frequencies, attention_factor=ours.yarn_attention_factor(4.0)
    )
    torch.testing.assert_close(ours_cos, cos[0], rtol=0, atol=2e-5)
    torch.testing.assert_close(ours_signed_sin[:, 32:], sin[0, :, 32:], rtol=0, atol=2e-5)


def test_torch_equals_numpy_in_float64_for_both_pairings():
    x = np.random.default_rng(0).standard_normal((2, 5, 60, 32))
    theta = ours.inverse_frequencies(32)
    positions = torch.arange(1_000, 1_060)
    tables = ours.rotary_tables(positions.numpy(), theta)
    for rotate, make, reference in (
        (rotary_torch.rotate_halves, rotary_torch.halves_tables, ours.rotate_halves),
        (rotary_torch.rotate_adjacent, rotary_torch.adjacent_tables, ours.rotate_adjacent),
    ):
        cos, signed_sin = make(positions, torch.as_tensor(theta), torch.float64)
        got = rotate(torch.as_tensor(x), cos, signed_sin)
        np.testing.assert_allclose(got.numpy(), reference(x, *tables), atol=1e-14)


@pytest.mark.parametrize("pairing", ["halves", "adjacent"])
def test_the_gradient_of_a_rotation_is_the_rotation_back(pairing):
    make = getattr(rotary_torch, f"{pairing}_tables")
    rotate = getattr(rotary_torch, f"rotate_{pairing}")
    theta = torch.as_tensor(ours.inverse_frequencies(8))
    cos, signed_sin = make(torch.arange(5), theta, torch.float64)
    x = torch.randn(2, 5, 8, dtype=torch.float64, requires_grad=True)
    gradient = torch.randn(2, 5, 8, dtype=torch.float64)
    rotate(x, cos, signed_sin).backward(gradient)
    torch.testing.assert_close(x.grad, rotate(gradient, cos, -signed_sin))
    assert torch.autograd.gradcheck(lambda t: rotate(t, cos, signed_sin), (x,))


def test_a_models_weights_made_for_adjacent_pairs_run_under_transformers_after_conversion():
    """A projection for adjacent pairs and the converted one in its Llama code: equal scores."""
    heads, head_dim, hidden, tokens = 4, 16, 64, 20
    generator = torch.Generator().manual_seed(1)
    draw = torch.randn
    weights = [
        draw(heads * head_dim, hidden, generator=generator, dtype=torch.float64) for _ in range(2)
    ]
    x = draw(1, tokens, hidden, generator=generator, dtype=torch.float64)
    theta = torch.as_tensor(ours.inverse_frequencies(head_dim))

    def split(weight):
        return (x @ weight.T).view(1, tokens, heads, head_dim).transpose(1, 2)

    tables = rotary_torch.adjacent_tables(torch.arange(tokens), theta, torch.float64)
    q, k = (rotary_torch.rotate_adjacent(split(w), *tables) for w in weights)
    right = q @ k.transpose(-1, -2)

    angles = torch.arange(tokens)[:, None] * theta
    wide = torch.cat((angles, angles), -1)[None]

    def in_transformers(query_weight, key_weight):
        q, k = modeling_llama.apply_rotary_pos_emb(
            split(query_weight), split(key_weight), wide.cos(), wide.sin()
        )
        return q @ k.transpose(-1, -2)

    converted = [torch.as_tensor(ours.convert_projection(w.numpy(), head_dim)) for w in weights]
    torch.testing.assert_close(in_transformers(*converted), right, rtol=1e-12, atol=1e-10)
    assert (in_transformers(*weights) - right).abs().max() > 8


def test_bfloat16_rounding_equals_torchs():
    values = np.concatenate(
        [
            np.arange(70_000),
            np.random.default_rng(0).normal(size=20_000) * 1e3,
            [0.0, -0.0, 2**-130, 3.3e38],
        ]
    ).astype(np.float32)
    expected = torch.as_tensor(values).bfloat16().float().numpy()
    np.testing.assert_array_equal(precision.round_to_bfloat16(values), expected)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: rotary_torch.halves_tables(torch.arange(3).bfloat16(), torch.ones(2)),
            TypeError,
            "positions are torch.bfloat16",
        ),
        (
            lambda: rotary_torch.rotate_halves(
                torch.ones(3, 4), torch.ones(3, 2), torch.ones(3, 2)
            ),
            ValueError,
            "same even head_dim",
        ),
        (
            lambda: rotary_torch.rotate_adjacent(
                torch.ones(3, 4).bfloat16(), torch.ones(3, 4), torch.ones(3, 4)
            ),
            ValueError,
            "build the tables in x's dtype",
        ),
    ],
)
def test_bad_input_is_named_in_the_error(call, error, words):
    with pytest.raises(error, match=words):
        call()
