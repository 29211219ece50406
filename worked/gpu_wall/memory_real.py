"""Weigh a real training step: the bytes of every tensor that training keeps.

First the model state of mixed-precision Adam, done by hand (16 bytes a parameter), then the
activations that autograd keeps for the backward pass, against the tensors that Korthikanti
et al. list. Nothing is estimated: each number is the size of the storage of a real tensor.

Run `python -m worked.gpu_wall.memory_real --record` to write measured/memory.json.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode
from torch.utils.checkpoint import checkpoint

from worked.gpu_wall.transformer import (
    GPTConfig,
    GPTLayer,
    LlamaConfig,
    LlamaLayer,
    Recompute,
    Transformer,
    next_token_loss,
    rotary_tables,
)
from worked.recording import run_study

SEED = 12
RECORD = Path(__file__).parent / "measured" / "memory.json"

RECOMPUTE: tuple[Recompute, ...] = ("none", "attention", "layer")
SMALL_GPT = GPTConfig(layers=2, hidden=64, heads=4, vocab=256, positions=32)


def tensor_bytes(tensors: Iterable[Tensor]) -> int:
    """Return the bytes that `tensors` occupy; a storage that several share counts once."""
    storages = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}
    return sum(storages.values())


LLAMA_LAYER = LlamaConfig(layers=1, hidden=64, heads=8, kv_heads=2, head_dim=8, ffn=224, vocab=1)
LLAMA_SHAPE = (48, 2)  # sequence, batch


# --- Model state -------------------------------------------------------------------------


# --8<-- [start:adam_tensors]
@dataclasses.dataclass
class MixedPrecisionState:
    """What mixed-precision Adam keeps for one tensor of weights, in bytes per parameter.

    Source: Rajbhandari et al. 2020, "ZeRO", section 3.1; Micikevicius et al. 2018.
    """

    weights: Tensor  # bf16: what the forward and backward pass compute with
    gradients: Tensor | None  # bf16: arrive in the backward pass
    master: Tensor  # fp32: bf16 cannot hold weight + tiny update
    first_moment: Tensor  # fp32
    second_moment: Tensor  # fp32


def mixed_precision_state(
    weights: Tensor, dtype: torch.dtype = torch.bfloat16
) -> MixedPrecisionState:
    """Return fresh state for fp32 initial `weights`, which become the master copy."""
    master = weights.detach().clone()
    low = master.to(dtype, copy=True).requires_grad_()
    return MixedPrecisionState(
        low, None, master, torch.zeros_like(master), torch.zeros_like(master)
    )


@torch.no_grad()
def adam_step(state: MixedPrecisionState, step: int, learning_rate: float = 1e-3) -> None:
    """Update the fp32 master copy by Adam (Kingma and Ba 2015, algorithm 1), round to bf16.

    `step` counts from one; the decay rates and epsilon are the paper's.
    """
    if state.gradients is None:
        raise ValueError("no gradients: run the backward pass before the optimizer's step")
    gradient = state.gradients.float()  # one tensor at a time, so the fp32 copy stays small
    state.first_moment.lerp_(gradient, 1 - 0.9)
    state.second_moment.mul_(0.999).addcmul_(gradient, gradient, value=1 - 0.999)
    first = state.first_moment / (1 - 0.9**step)
    second = state.second_moment / (1 - 0.999**step)
    state.master -= learning_rate * first / (second.sqrt() + 1e-8)
    state.weights.copy_(state.master)


# --8<-- [end:adam_tensors]


def small_batch(config: GPTConfig, seed: int, batch: int = 2) -> tuple[Tensor, Tensor]:
    """Return random tokens and next tokens, each (positions, batch)."""
    generator = torch.Generator().manual_seed(seed)
    text = torch.randint(config.vocab, (config.positions + 1, batch), generator=generator)
    return text[:-1].clone(), text[1:].clone()


def train_mixed_precision(
    config: GPTConfig, steps: int, seed: int = SEED
) -> tuple[list[MixedPrecisionState], list[float]]:
    """Train a bf16 model by hand; return the state of each tensor of weights, and the losses.

    The gradients of the last step are still held, so the state is what is held at the
    moment when the optimizer steps: the most that is kept at rest.
    """
    torch.manual_seed(seed)
    model = Transformer(config)
    states: list[MixedPrecisionState] = []
    for parameter in model.parameters():
        state = mixed_precision_state(parameter.data)
        parameter.data = state.weights.data  # the model computes with the bf16 tensor itself
        states.append(state)
    losses = []
    for step in range(1, steps + 1):
        tokens, targets = small_batch(config, seed)
        model.zero_grad()
        loss = next_token_loss(model(tokens), targets)
        loss.backward()
        losses.append(loss.item())
        for state, parameter in zip(states, model.parameters(), strict=True):
            state.gradients = parameter.grad
            adam_step(state, step)
    return states, losses


def mixed_precision_bytes(states: Iterable[MixedPrecisionState]) -> dict[str, int]:
    """Return the bytes held for each of the five kinds of tensor."""
    held = [s for s in states if s.gradients is not None]
    return {
        "weights": tensor_bytes(s.weights for s in held),
        "gradients": tensor_bytes(s.gradients for s in held if s.gradients is not None),
        "master": tensor_bytes(s.master for s in held),
        "first_moment": tensor_bytes(s.first_moment for s in held),
        "second_moment": tensor_bytes(s.second_moment for s in held),
    }


def torch_adamw_bytes(config: GPTConfig, seed: int = SEED) -> dict[str, int]:
    """Return the bytes that plain fp32 training with `torch.optim.AdamW` keeps after a step.

    `step_counters` are torch's own: one fp32 number for each tensor of weights.
    """
    torch.manual_seed(seed)
    model = Transformer(config)
    optimizer = torch.optim.AdamW(model.parameters())
    tokens, targets = small_batch(config, seed)
    next_token_loss(model(tokens), targets).backward()
    optimizer.step()
    states = list(optimizer.state.values())
    return {
        "weights": tensor_bytes(model.parameters()),
        "gradients": tensor_bytes(p.grad for p in model.parameters() if p.grad is not None),
        "first_moment": tensor_bytes(s["exp_avg"] for s in states),
        "second_moment": tensor_bytes(s["exp_avg_sq"] for s in states),
        "step_counters": tensor_bytes(s["step"] for s in states),
    }


# --- Activations -------------------------------------------------------------------------


class SavedTensor(NamedTuple):
    """One storage that autograd keeps: which operation saved it first, and its size."""

    operation: str
    shape: tuple[int, ...]
    dtype: str
    bytes: int


class OperationName(TorchFunctionMode):
    """Remembers the name of the torch function that is running."""

    current = "none"

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        outer, self.current = self.current, getattr(func, "__name__", str(func))
        try:
            return func(*args, **(kwargs or {}))
        finally:
            self.current = outer


# --8<-- [start:saved_activations]
def saved_activations(
    forward: Callable[[], Tensor], not_activations: Iterable[Tensor]
) -> list[SavedTensor]:
    """Run `forward` and return each storage that autograd keeps for its backward pass.

    A storage that several operations keep counts once. The storages of `not_activations`
    (parameters, constant tables) do not count: they are held anyway.
    """
    seen = {t.untyped_storage().data_ptr() for t in not_activations}
    alive = []  # an address may be reused once its tensor is freed, so keep every tensor
    saved = []

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.nbytes() and storage.data_ptr() not in seen:
            seen.add(storage.data_ptr())
            alive.append(tensor)
            dtype = str(tensor.dtype).removeprefix("torch.")
            saved.append(
                SavedTensor(operation.current, tuple(tensor.shape), dtype, storage.nbytes())
            )
        return tensor

    with OperationName() as operation:  # noqa: SIM117 - the hooks read the name
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            alive.append(forward())
    return saved


# --8<-- [end:saved_activations]


class Shape(NamedTuple):
    """The shape of a layer's work: sequence, batch, hidden size, attention heads."""

    s: int
    b: int
    h: int
    a: int


SHAPES = (Shape(64, 2, 64, 4), Shape(128, 1, 96, 6), Shape(32, 3, 128, 8), Shape(96, 2, 64, 1))


def gpt_layer_saved(
    shape: Shape, recompute: Recompute = "none", dropout: float = 0.1, seed: int = SEED
) -> list[SavedTensor]:
    """Return what one bf16 GPT layer keeps for its backward pass.

    `recompute` is "none", "attention" (selective) or "layer" (full).
    """
    torch.manual_seed(seed)
    s, b, h, a = shape
    config = GPTConfig(1, h, a, vocab=1, positions=s, dropout=dropout, recompute=recompute)
    layer = GPTLayer(config).to(torch.bfloat16)
    return saved_by_layer(layer, torch.randn(s, b, h, dtype=torch.bfloat16), recompute)


def saved_by_layer(
    layer: nn.Module, x: Tensor, recompute: Recompute, constants: Iterable[Tensor] = ()
) -> list[SavedTensor]:
    """Return what `layer` keeps when it maps `x`, as one of a stack of layers would.

    The layer's input counts, its output does not: it is the next layer's input.
    """
    x.requires_grad_()

    def forward() -> Tensor:
        if recompute == "layer":
            return checkpoint(layer, x, use_reentrant=False)
        return layer(x)

    return saved_activations(forward, [*layer.parameters(), *constants])


class Row(NamedTuple):
    """One line of the reconciliation: what the paper counts beside what torch keeps."""

    paper_name: str
    paper_bytes: int
    torch_operation: str
    torch_shape: tuple[int, ...]
    torch_dtype: str
    torch_bytes: int


def korthikanti_list(shape: Shape) -> list[tuple[str, int]]:
    """Return the tensors that the paper says one GPT layer keeps, with bytes, in forward order.

    Values are 16-bit, dropout masks one byte. They sum to s b h (34 + 5 a s / h).
    Source: Korthikanti et al. 2022, section 4.1.
    """
    s, b, h, a = shape
    value = s * b * h
    score = a * s * s * b
    return [
        ("input of the attention LayerNorm", 2 * value),
        ("input of the Q, K and V projections", 2 * value),
        ("K", 2 * value),
        ("Q", 2 * value),
        ("softmax output", 2 * score),
        ("softmax dropout mask", score),
        ("V", 2 * value),
        ("dropped-out probabilities", 2 * score),
        ("input of the output projection", 2 * value),
        ("attention dropout mask", value),
        ("input of the MLP LayerNorm", 2 * value),
        ("input of the first MLP linear", 2 * value),
        ("input of GELU", 8 * value),
        ("input of the second MLP linear", 8 * value),
        ("MLP dropout mask", value),
    ]


def reconcile(shape: Shape, saved: list[SavedTensor]) -> list[Row]:
    """Pair what torch saved for one GPT layer, in order, with the paper's list.

    LayerNorm also keeps the mean and the reciprocal standard deviation of each token; the paper
    names them and leaves them out, for they are 1/h of the input.

    Raises:
        ValueError: torch kept more or fewer other tensors than the paper lists.
    """
    paper = iter(korthikanti_list(shape))
    rows = []
    for tensor in saved:
        if tensor.operation == "layer_norm" and tensor.shape[-1] == 1:
            name, size = "not counted: LayerNorm's mean or 1/std of each token", 0
        else:
            name, size = next(paper, ("", -1))
            if size < 0:
                raise ValueError(f"torch kept {tensor}, which is not in the paper's list")
        rows.append(Row(name, size, *tensor))
    missing = [name for name, _ in paper]
    if missing:
        raise ValueError(f"the paper lists {missing}, which torch did not keep")
    return rows


def gpt_model_saved(
    config: GPTConfig, batch: int, recompute: Recompute = "none", seed: int = SEED
) -> list[SavedTensor]:
    """Return what a whole bf16 GPT keeps from tokens to loss."""
    torch.manual_seed(seed)
    model = Transformer(dataclasses.replace(config, recompute=recompute)).to(torch.bfloat16)
    tokens, targets = small_batch(config, seed, batch)
    return saved_activations(lambda: next_token_loss(model(tokens), targets), model.parameters())


def llama_layer_saved(
    config: LlamaConfig, s: int, b: int, recompute: Recompute = "none", seed: int = SEED
) -> list[SavedTensor]:
    """Return what one bf16 Llama layer keeps; the rotary tables, shared by all, do not count."""
    torch.manual_seed(seed)
    layer = LlamaLayer(dataclasses.replace(config, recompute=recompute)).to(torch.bfloat16)
    x = torch.randn(s, b, config.hidden, dtype=torch.bfloat16)
    tables = rotary_tables(s, config.head_dim, config.rope_theta, x.dtype, x.device)
    return saved_by_layer(layer, x, recompute, tables)


def flash_core_saved(shape: Shape, seed: int = SEED) -> list[SavedTensor]:
    """Return what torch's fused attention keeps for one layer's attention core (no dropout)."""
    torch.manual_seed(seed)
    s, b, h, a = shape
    q, k, v = (
        torch.randn(b, a, s, h // a, dtype=torch.bfloat16, requires_grad=True) for _ in range(3)
    )
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.FLASH_ATTENTION):
        return saved_activations(
            lambda: functional.scaled_dot_product_attention(q, k, v, is_causal=True), []
        )


def total_bytes(saved: Iterable[SavedTensor]) -> int:
    """Return the sum of the bytes of `saved`."""
    return sum(tensor.bytes for tensor in saved)


def print_reconciliation(shape: Shape) -> None:
    """Print the table that explains every byte of one layer."""
    rows = reconcile(shape, gpt_layer_saved(shape))
    print(f"one GPT layer, s = {shape.s}, b = {shape.b}, h = {shape.h}, a = {shape.a}")
    print(
        f"{'paper':52} {'bytes':>9}   {'torch':15} {'shape':18} {'dtype':9} {'bytes':>9} {'+':>6}"
    )
    for r in rows:
        print(
            f"{r.paper_name:52} {r.paper_bytes:9,}   {r.torch_operation:15} "
            f"{'x'.join(map(str, r.torch_shape)):18} {r.torch_dtype:9} {r.torch_bytes:9,} "
            f"{r.torch_bytes - r.paper_bytes:6,}"
        )
    paper, measured = sum(r.paper_bytes for r in rows), sum(r.torch_bytes for r in rows)
    print(f"{'sum':52} {paper:9,}   {'':44} {measured:9,} {measured - paper:6,}")


def measure() -> dict[str, tuple[float, str]]:
    """Run every measurement; return name -> (value, unit)."""
    states, _ = train_mixed_precision(SMALL_GPT, steps=3)
    parameters = sum(s.weights.numel() for s in states)
    mixed = mixed_precision_bytes(states)
    plain = torch_adamw_bytes(SMALL_GPT)
    values: dict[str, tuple[float, str]] = {"parameters": (parameters, "")}
    values |= {f"mixed_adam_{kind}_bytes": (size, "B") for kind, size in mixed.items()}
    values["mixed_adam_bytes"] = (sum(mixed.values()), "B")
    values["mixed_adam_bytes_per_parameter"] = (sum(mixed.values()) / parameters, "B")
    values |= {f"torch_adamw_{kind}_bytes": (size, "B") for kind, size in plain.items()}
    without_counters = sum(plain.values()) - plain["step_counters"]
    values["torch_adamw_bytes_per_parameter"] = (without_counters / parameters, "B")

    for index, shape in enumerate(SHAPES, start=1):
        layer = f"gpt_layer_{index}"
        rows = reconcile(shape, gpt_layer_saved(shape))
        names = ("sequence", "batch", "hidden", "heads")
        values |= {f"{layer}_{name}": (size, "") for name, size in zip(names, shape, strict=True)}
        values[f"{layer}_paper_bytes"] = (sum(r.paper_bytes for r in rows), "B")
        values[f"{layer}_saved_bytes"] = (sum(r.torch_bytes for r in rows), "B")
        values[f"{layer}_norm_statistics_bytes"] = (
            sum(r.torch_bytes for r in rows if r.paper_bytes == 0),
            "B",
        )
        for recompute in RECOMPUTE[1:]:
            saved = gpt_layer_saved(shape, recompute)
            values[f"{layer}_recompute_{recompute}_saved_bytes"] = (total_bytes(saved), "B")
        values[f"{layer}_flash_core_saved_bytes"] = (total_bytes(flash_core_saved(shape)), "B")

    for row in reconcile(SHAPES[0], gpt_layer_saved(SHAPES[0])):
        if row.paper_bytes:
            item = row.paper_name.lower().replace(" ", "_").replace(",", "").replace("-", "_")
            values[f"gpt_layer_1_kept_{item}_bytes"] = (row.torch_bytes, "B")

    for recompute in RECOMPUTE:
        saved = llama_layer_saved(LLAMA_LAYER, *LLAMA_SHAPE, recompute)
        values[f"llama_layer_recompute_{recompute}_saved_bytes"] = (total_bytes(saved), "B")
        saved = gpt_model_saved(SMALL_GPT, batch=2, recompute=recompute)
        values[f"gpt_model_recompute_{recompute}_saved_bytes"] = (total_bytes(saved), "B")
    return values


def study() -> dict[str, tuple[float, str]]:
    """Print the reconciliation of each shape, and measure."""
    for shape in SHAPES:
        print_reconciliation(shape)
        print()
    return measure()


def main() -> None:
    """Print the reconciliation of each shape; with --record, write the measured values."""
    run_study(
        RECORD,
        study,
        what="Bytes of the real tensors of mixed-precision Adam, and of what autograd keeps "
        "for the backward pass of one transformer layer and of a small model.",
        command="python -m worked.gpu_wall.memory_real --record",
        seed=SEED,
        line="{name:48} {value:>14,} {unit}",
    )


if __name__ == "__main__":
    main()
