"""The engine's models as transformers has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from worked.forward_pass.transformer import Config


def in_transformers(config: Config, weights: Mapping[str, Tensor], **settings: Any) -> Any:
    """Return the model in transformers, ready to answer; settings: more of its configuration.

    Only GLM-4-MoE, here without experts, is a Llama that rotates a part of each head;
    LlamaForCausalLM rotates whole heads, whatever it is told.
    """
    import transformers

    rope: dict[str, Any] = {"rope_type": "default", "rope_theta": config.rope_base}
    shape = {
        "vocab_size": config.vocab,
        "hidden_size": config.hidden,
        "num_hidden_layers": config.layers,
        "num_attention_heads": config.heads,
        "num_key_value_heads": config.kv_heads,
        "head_dim": config.head_dim,
        "intermediate_size": config.ffn,
        "rms_norm_eps": config.norm_eps,
        "tie_word_embeddings": config.tied,
        **settings,
    }
    if config.rotary == config.head_dim:
        family = transformers.LlamaConfig(**shape, rope_parameters=rope)
        model = transformers.LlamaForCausalLM(family)
    else:
        rope["partial_rotary_factor"] = config.rotary / config.head_dim
        family = transformers.Glm4MoeConfig(
            **shape, rope_parameters=rope, first_k_dense_replace=config.layers
        )
        model = transformers.Glm4MoeForCausalLM(family)
    missing, unexpected = model.load_state_dict(dict(weights), strict=False)
    assert missing == (["lm_head.weight"] if config.tied else [])
    assert not unexpected
    return model.eval()
