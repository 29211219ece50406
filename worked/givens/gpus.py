"""The GPUs that a reader may switch to: what choosing one sets, in a chapter's givens."""

from __future__ import annotations

from collections.abc import Iterable

from worked.figures import Setting
from worked.givens import Fact, fact, setting, things

# A GPU, and the row of the price list that goes with it.
PRICED = {
    "H100 SXM": "H100",
    "H100 PCIe": "H100 PCIe",
    "H200 SXM": "H200",
    "B200": "B200",
    "MI300X": "MI300X",
    "A100 80GB SXM": "A100 80GB",
    "A100 40GB SXM": "A100 40GB",
    "V100 SXM2 32GB": "V100 32GB",
    "L40S": "L40S",
}

FACTS = {
    "gpu_memory": (("memory_bytes",), "GB"),
    "reported_memory": (("memory_reported",), "MiB"),
    "memory_bandwidth": (("memory_bandwidth",), "TB/s"),
    "peak_flops": (("peak_bf16", "peak_fp16"), "TFLOP/s"),
    "fp8_peak": (("peak_fp8", "peak_bf16", "peak_fp16"), "TFLOP/s"),
    "nvlink_bandwidth": (("interconnect_bandwidth", "pcie_bandwidth"), "GB/s"),
}
"""What a GPU sets: given -> the fact, or what stands in for it, and the given's unit.

One without bf16 has the peak of fp16, one without fp8 that of its wider format; one without links
of its own sends over PCIe.
"""


def fact_of(gpu: str, name: str) -> tuple[Fact, str]:
    """Return what choosing a GPU sets a given to, and the given's unit."""
    if name == "price":
        return fact("prices", f"{PRICED[gpu]}, running example", "gpu_hour"), "USD/GPU/h"
    wanted, unit = FACTS[name]
    facts = things("hardware")[gpu].facts
    return facts[next(of for of in wanted if of in facts)], unit


def gpu_settings(gpus: Iterable[str], *names: str) -> dict[str, dict[str, Setting]]:
    """Return what choosing each of some GPUs sets, of the givens that are named."""
    return {gpu: {n: setting(*fact_of(gpu, n)) for n in names} for gpu in gpus}
