"""Parameter counts by three routes: arithmetic, our modules, and the transformers library.

The library also checks that our small transformer is what it says: given the same weights it
computes the same logits as Llama, Qwen2.5, Mixtral and GPT-2.
"""

from __future__ import annotations

import os

os.environ["HF_HUB_OFFLINE"] = "1"

from typing import Any

import pytest
import torch

from tests.skips import required
from worked import givens
from worked.formulas import parameters as formulas
from worked.gpu_wall import parameter_counts
from worked.gpu_wall.transformer import (
    GPTConfig,
    LlamaConfig,
    Transformer,
    count_parameters,
)
from worked.recording import load

transformers = required("transformers")

FACTS = {
    thing.id: {name: int(fact.value) for name, fact in thing.facts.items()}
    for thing in givens.things("models").values()
}
# Exact counts that others quote for the published checkpoints.
PUBLISHED = {
    "llama-2-7b": 6_738_415_616,
    "llama-2-13b": 13_015_864_320,
    "llama-2-70b": 68_976_648_192,
    "llama-3-8b": 8_030_261_248,
    "llama-3-70b": 70_553_706_496,
    "llama-3.1-405b": 405_853_388_800,
    "gpt2-small": 124_439_808,
    "gpt2-xl": 1_557_611_200,
    "mistral-7b": 7_241_732_096,
    "mixtral-8x7b": 46_702_792_704,
}
DENSE = ("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "vocab", "tied_embeddings")
GPT = ("layers", "hidden", "vocab", "max_positions")
MIXTURE = (*DENSE, "experts")
LATENT = (
    "layers",
    "dense_layers",
    "hidden",
    "heads",
    "q_lora_rank",
    "kv_lora_rank",
    "qk_nope_head_dim",
    "qk_rope_head_dim",
    "v_head_dim",
    "ffn",
    "expert_ffn",
    "vocab",
    "experts",
    "shared_experts",
    "tied_embeddings",
)


def formula_count(facts: dict[str, int], experts: str = "experts") -> int:
    """Return the plain formula's count, with as many routed experts as the fact `experts` says."""
    if "kv_lora_rank" in facts:
        known = {name: facts[name] for name in LATENT}
        return formulas.latent_mixture_parameters(**known, counted_experts=facts[experts])
    if "experts" in facts:
        known = {name: facts[name] for name in MIXTURE}
        return formulas.mixture_parameters(**known, counted_experts=facts[experts])
    if "qkv_bias" in facts:
        known = {name: facts[name] for name in (*DENSE, "qkv_bias")}
        return formulas.llama_parameters(**known)
    return formulas.gpt_parameters(**{name: facts[name] for name in GPT})


def library_config(facts: dict[str, int]) -> Any:
    """Return the transformers config of a model with these facts."""
    if "max_positions" in facts and "qkv_bias" not in facts and "kv_lora_rank" not in facts:
        return transformers.GPT2Config(
            vocab_size=facts["vocab"],
            n_positions=facts["max_positions"],
            n_embd=facts["hidden"],
            n_layer=facts["layers"],
            n_head=facts["heads"],
            n_inner=facts["ffn"],
        )
    shape: dict[str, Any] = {
        "vocab_size": facts["vocab"],
        "hidden_size": facts["hidden"],
        "intermediate_size": facts["ffn"],
        "num_hidden_layers": facts["layers"],
        "num_attention_heads": facts["heads"],
        "num_key_value_heads": facts["kv_heads"],
        "tie_word_embeddings": bool(facts["tied_embeddings"]),
    }
    if "kv_lora_rank" in facts:
        ranks = {name: facts[name] for name in LATENT if "rank" in name or "_dim" in name}
        return transformers.DeepseekV3Config(
            **shape,
            **ranks,
            moe_intermediate_size=facts["expert_ffn"],
            n_routed_experts=facts["experts"],
            n_shared_experts=facts["shared_experts"],
            num_experts_per_tok=facts["experts_per_token"],
            first_k_dense_replace=facts["dense_layers"],
        )
    if "experts" in facts:
        return transformers.MixtralConfig(
            **shape,
            head_dim=facts["head_dim"],
            num_local_experts=facts["experts"],
            num_experts_per_tok=facts["experts_per_token"],
        )
    if facts["qkv_bias"]:
        return transformers.Qwen2Config(**shape)  # head_dim is hidden / heads
    return transformers.LlamaConfig(**shape, head_dim=facts["head_dim"])


def library_count(config: Any) -> int:
    """Return the library's own count: the model on the meta device, tied weights once.

    DeepSeek-V3's router bias is a buffer in the library, and in the published checkpoint.
    """
    with torch.device("meta"):
        model = transformers.AutoModelForCausalLM.from_config(config)
    router_biases = [b for name, b in model.named_buffers() if name.endswith("correction_bias")]
    return sum(p.numel() for p in [*model.parameters(), *router_biases])


@pytest.mark.parametrize("model", FACTS)
def test_formula_and_library_agree(model: str) -> None:
    """To the last parameter, for every model among the givens."""
    assert formula_count(FACTS[model]) == library_count(library_config(FACTS[model]))


@pytest.mark.parametrize("model", parameter_counts.published_facts())
def test_formula_and_our_own_modules_agree(model: str) -> None:
    """Without the transformers library: transformer.py on the meta device."""
    assert formula_count(FACTS[model]) == count_parameters(parameter_counts.config_of(FACTS[model]))


@pytest.mark.parametrize(("model", "count"), PUBLISHED.items())
def test_formula_gives_the_published_count(model: str, count: int) -> None:
    """Counts that anyone can look up."""
    assert formula_count(FACTS[model]) == count


@pytest.mark.parametrize("model", FACTS)
def test_givens_state_the_formulas_count(model: str) -> None:
    """The count among the givens is the one that its shape gives."""
    facts = FACTS[model]
    stated = facts.get("shape_params", facts["params"])  # the running example rounds its params
    assert formula_count(facts) == stated
    if "active_params" in facts:
        assert formula_count(facts, "experts_per_token") == facts["active_params"]


def test_llama_2_7b_by_hand() -> None:
    """Attention 4 x 4096^2 = 67,108,864; SwiGLU 3 x 4096 x 11008 = 135,266,304; norms 8,192.

    32 layers of 202,383,360, two tables of 131,072,000, a final norm of 4,096.
    """
    assert formulas.attention_parameters(4096, 32, 32, 128) == 67_108_864
    assert formulas.gated_mlp_parameters(4096, 11_008) == 135_266_304
    by_hand = 32 * (67_108_864 + 135_266_304 + 8_192) + 2 * 131_072_000 + 4_096
    assert by_hand == formula_count(FACTS["llama-2-7b"]) == 6_738_415_616


def test_grouped_queries_shrink_keys_and_values_only() -> None:
    """64 query heads on 8 key-value heads: K and V take an eighth, Q and output are as before."""
    grouped = formulas.attention_parameters(8192, 64, 8, 128)
    full = formulas.attention_parameters(8192, 64, 64, 128)
    assert full - grouped == 2 * 8192 * (64 - 8) * 128
    assert formulas.attention_parameters(8192, 64, 8, 128, 1) - grouped == (64 + 16) * 128


def test_active_parameters_of_mixtral_are_counted_on_its_modules() -> None:
    """Two of eight experts: 46.7 B in memory, 12.9 B at work on a token."""
    facts = FACTS["mixtral-8x7b"]
    config = parameter_counts.config_of(facts)
    assert isinstance(config, LlamaConfig)
    active = parameter_counts.count_active_parameters(config)
    assert active == formula_count(facts, "experts_per_token") == 12_879_925_248


def test_active_parameters_of_deepseek_v3_round_to_the_papers_37_billion() -> None:
    """Eight of 256 routed experts and the shared one, both embedding tables counted."""
    assert round(formula_count(FACTS["deepseek-v3"], "experts_per_token") / 1e9, 2) == 37.55


def test_latent_attention_is_not_built_and_says_so() -> None:
    """transformer.py would count a wrong model otherwise."""
    with pytest.raises(ValueError, match="latent attention"):
        parameter_counts.config_of(FACTS["deepseek-v3"])


def test_the_recorded_counts_are_found_again() -> None:
    """Counting is deterministic."""
    recorded = load(parameter_counts.RECORD)["values"]
    again = {n: {"value": v, "unit": u} for n, (v, u) in parameter_counts.measure().items()}
    assert again == recorded


# ---------------------------------------------------------------- the same logits


def tiny(**more: Any) -> dict[str, Any]:
    """Return the shape of a tiny Llama-style model in our names."""
    shape = {"layers": 2, "hidden": 32, "heads": 4, "kv_heads": 2, "head_dim": 8, "ffn": 48}
    return {**shape, "vocab": 61, **more}


LLAMA_NAMES = {
    "embedding.tokens": "model.embed_tokens",
    "head.norm": "model.norm",
    "head.output": "lm_head",
    "layers.": "model.layers.",
    "attention_norm": "input_layernorm",
    "mlp_norm": "post_attention_layernorm",
    "projection": "self_attn.o_proj",
    "mlp.gate.": "mlp.gate_proj.",
    "mlp.up.": "mlp.up_proj.",
    "mlp.down.": "mlp.down_proj.",
    ".q.": ".self_attn.q_proj.",
    ".k.": ".self_attn.k_proj.",
    ".v.": ".self_attn.v_proj.",
    "mlp.router": "mlp.gate",
}


def load_from_llama(ours: Transformer, theirs: Any) -> None:
    """Copy the library's weights into our modules, by name."""
    state = theirs.state_dict()
    with torch.no_grad():
        for name, parameter in ours.named_parameters():
            for our_part, their_part in LLAMA_NAMES.items():
                name = name.replace(our_part, their_part)
            if ".experts." in name:
                layer, _, rest = name.partition(".experts.")
                index, part = int(rest.split(".")[0]), rest.split(".")[1]
                if part == "down":
                    value = state[f"{layer}.experts.down_proj"][index]
                else:
                    joint = state[f"{layer}.experts.gate_up_proj"][index]
                    value = joint.chunk(2)[("gate", "up").index(part)]
            else:
                value = state[name]
            parameter.copy_(value)


def randomise(model: torch.nn.Module) -> None:
    """Give every parameter a random value: norms and biases start at 1 and 0 otherwise."""
    torch.manual_seed(2)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.2 * torch.randn_like(p))


def tokens() -> torch.Tensor:
    """Return 3 sequences of 17 tokens, (sequence, batch)."""
    return torch.randint(61, (17, 3), generator=torch.Generator().manual_seed(4))


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"qkv_bias": True, "tied": True},
        {"experts": 4, "experts_per_token": 2},
    ],
    ids=["Llama", "Qwen2.5", "Mixtral"],
)
def test_our_llama_style_computes_the_librarys_logits(more: dict[str, Any]) -> None:
    """Same weights, same tokens, fp64: the same logits to 1e-5.

    The library computes its norms and rotary angles in fp32 even here, hence not to 1e-12.
    """
    config = LlamaConfig(**tiny(**more))
    facts = {name: int(v) for name, v in tiny(**more).items()}
    facts |= {"tied_embeddings": facts.get("tied", 0), "qkv_bias": facts.get("qkv_bias", 0)}
    theirs_config = library_config(facts)
    theirs_config.rms_norm_eps = config.norm_epsilon
    theirs_config.rope_parameters = {"rope_type": "default", "rope_theta": config.rope_theta}
    theirs = transformers.AutoModelForCausalLM.from_config(
        theirs_config,
        attn_implementation="eager",
        experts_implementation="eager",  # the grouped product has no fp64
        dtype=torch.float64,
    ).eval()
    randomise(theirs)
    ours = Transformer(config).double()
    load_from_llama(ours, theirs)
    with torch.no_grad():
        expected = theirs(tokens().T).logits.transpose(0, 1)
        assert expected.std() > 0.1
        torch.testing.assert_close(ours(tokens()), expected, rtol=1e-5, atol=1e-5)


def test_our_gpt_style_computes_gpt2s_logits() -> None:
    """As above; the library keeps GPT-2's matrices transposed, and must use the exact GELU."""
    theirs_config = transformers.GPT2Config(
        vocab_size=61, n_positions=20, n_embd=32, n_layer=2, n_head=4, activation_function="gelu"
    )
    theirs = transformers.GPT2LMHeadModel(theirs_config).double().eval()
    randomise(theirs)
    ours = Transformer(GPTConfig(2, 32, 4, vocab=61, positions=20)).double().eval()
    names = {
        "embedding.tokens": "transformer.wte",
        "embedding.positions": "transformer.wpe",
        "head.norm": "transformer.ln_f",
        "layers": "transformer.h",
        "attention_norm": "ln_1",
        "mlp_norm": "ln_2",
        "qkv": "attn.c_attn",
        "projection": "attn.c_proj",
        "up": "mlp.c_fc",
        "down": "mlp.c_proj",
    }
    state = theirs.state_dict()
    with torch.no_grad():
        for name, parameter in ours.named_parameters():
            for our_part, their_part in names.items():
                name = name.replace(our_part, their_part)
            transposed = ".c_" in name and name.endswith("weight")
            parameter.copy_(state[name].T if transposed else state[name])
        expected = theirs(tokens().T).logits.transpose(0, 1)
        assert expected.std() > 0.1
        torch.testing.assert_close(ours(tokens()), expected, rtol=1e-9, atol=1e-9)
