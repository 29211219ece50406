"""Count the parameters of published models exactly, from a model on the meta device.

The meta device knows shapes and holds no numbers, so a 405-billion-parameter model is built in
a second on any laptop. The configurations are those of givens/models.toml; the modules are
those of transformer.py (GPT-2 and GPT-3, Llama, Mistral, Qwen2.5, Mixtral).

Run `python -m worked.gpu_wall.parameter_counts --record` to write
measured/parameter_counts.json.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from worked import givens
from worked.gpu_wall.transformer import GPTConfig, LlamaConfig, Transformer, count_parameters
from worked.recording import run_study

RECORD = Path(__file__).parent / "measured" / "parameter_counts.json"


def config_of(facts: dict[str, int]) -> GPTConfig | LlamaConfig:
    """Return the config of a model with the published `facts`, named as in givens/models.toml.

    A model with `qkv_bias` among its facts is of Llama's style, one without of GPT's.

    Raises:
        ValueError: latent attention (DeepSeek-V3), which transformer.py does not build.
    """
    if "kv_lora_rank" in facts:
        raise ValueError("transformer.py builds no latent attention (kv_lora_rank is given)")
    shape: dict[str, Any] = {name: facts[name] for name in ("layers", "hidden", "heads", "vocab")}
    shape["tied"] = bool(facts["tied_embeddings"])
    if "qkv_bias" not in facts:
        return GPTConfig(**shape, positions=facts["max_positions"])
    return LlamaConfig(
        **shape,
        kv_heads=facts["kv_heads"],
        head_dim=facts["head_dim"],
        ffn=facts["ffn"],
        qkv_bias=bool(facts["qkv_bias"]),
        experts=facts.get("experts", 0),
        experts_per_token=facts.get("experts_per_token", 0),
    )


def count_active_parameters(config: LlamaConfig) -> int:
    """Return how many parameters take part in one token: all but the experts not chosen.

    The embedding table counts whole, as in the models' own published figures, though a token
    reads one row of it.
    """
    idle = {f"mlp.experts.{index}." for index in range(config.experts_per_token, config.experts)}
    with torch.device("meta"):
        model = Transformer(config)
    return sum(
        p.numel()
        for name, p in model.named_parameters()
        if not any(expert in name for expert in idle)
    )


def published_facts() -> dict[str, dict[str, int]]:
    """Return id -> facts of each published model that transformer.py can build."""
    found = {}
    for thing in givens.things("models").values():
        facts = {name: int(fact.value) for name, fact in thing.facts.items()}
        if "kv_lora_rank" not in facts:
            found[thing.id] = facts
    return found


def measure() -> dict[str, tuple[float, str]]:
    """Return name -> (count, unit "") for each published model."""
    values: dict[str, tuple[float, str]] = {}
    for model, facts in published_facts().items():
        config = config_of(facts)
        name = model.replace("-", "_").replace(".", "_")
        values[f"{name}_parameters"] = (count_parameters(config), "")
        if isinstance(config, LlamaConfig) and config.experts:
            values[f"{name}_active_parameters"] = (count_active_parameters(config), "")
    return values


def main() -> None:
    """Print each count; with --record, write them."""
    run_study(
        RECORD,
        measure,
        what="Parameters of the published models, counted from modules on the meta device.",
        command="python -m worked.gpu_wall.parameter_counts --record",
        seed=0,  # none is drawn: the meta device holds no numbers
        line="{name:36} {value:>19,}",
    )


if __name__ == "__main__":
    main()
