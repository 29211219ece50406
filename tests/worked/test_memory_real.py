"""The bytes of a real training step: Adam's tensors, and what autograd keeps for backward."""

from __future__ import annotations

import dataclasses
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from worked.formulas import memory
from worked.gpu_wall import memory_real as mr
from worked.gpu_wall.transformer import (
    GPTConfig,
    GPTLayer,
    LlamaConfig,
    Transformer,
    dropout,
    next_token_loss,
)
from worked.recording import load
from worked.rows import Row, as_row

# Bytes of the formulas with 16-bit activations and one-byte masks.
SAVED_WIDTH = memory.whole_width(2, 1) + memory.split_width(2)
SCORE_WIDTH = memory.score_width(2, 1)


def kept_by_formula(shape: mr.Shape) -> Row:
    """Return what the book's formula says that one layer keeps, over the ways to keep it."""
    s, b, h, a = shape
    whole, split = memory.whole_width(2, 1), memory.split_width(2)
    saved = memory.saved_per_unit(as_row(whole + split), whole, split, SCORE_WIDTH, 2, a, s, h, 1)
    return memory.activation_bytes(1, s, b, h, saved)


# ---------------------------------------------------------------- model state


@pytest.fixture(scope="module")
def trained() -> tuple[list[mr.MixedPrecisionState], list[float]]:
    """Three steps of mixed-precision training of the small model."""
    return mr.train_mixed_precision(mr.SMALL_GPT, steps=3)


def small_model_parameters() -> int:
    """Count by hand: h = 64, L = 2, vocabulary 256, 32 positions, tied output.

    A layer has 12 h^2 + 13 h = 49,152 + 832; embeddings (256 + 32) x 64; final norm 2 x 64.
    """
    return 2 * (49_152 + 832) + 288 * 64 + 128


def test_mixed_precision_adam_keeps_2_2_4_4_4_bytes_a_parameter(
    trained: tuple[list[mr.MixedPrecisionState], list[float]],
) -> None:
    """bf16 weights and gradients, fp32 master copy and two moments: 16 bytes, no byte more."""
    n = small_model_parameters()
    assert n == 118_528
    held = mr.mixed_precision_bytes(trained[0])
    assert held == {
        "weights": 2 * n,
        "gradients": 2 * n,
        "master": 4 * n,
        "first_moment": 4 * n,
        "second_moment": 4 * n,
    }
    assert sum(held.values()) == 16 * n == 1_896_448


def test_each_tensor_has_the_dtype_that_the_bill_says(
    trained: tuple[list[mr.MixedPrecisionState], list[float]],
) -> None:
    """16-bit where the GPU computes, 32-bit where the optimizer accumulates."""
    for s in trained[0]:
        assert s.gradients is not None
        assert (s.weights.dtype, s.gradients.dtype) == (torch.bfloat16, torch.bfloat16)
        assert {t.dtype for t in (s.master, s.first_moment, s.second_moment)} == {torch.float32}
        assert torch.equal(s.weights, s.master.bfloat16())


def test_the_state_really_trains_the_model(
    trained: tuple[list[mr.MixedPrecisionState], list[float]],
) -> None:
    """The same batch three times: the loss falls each time."""
    losses = trained[1]
    assert losses[0] > losses[1] > losses[2]


def test_the_hand_written_step_is_torchs_adam() -> None:
    """Given the same gradients, the fp32 master copy follows torch.optim.Adam."""
    torch.manual_seed(3)
    state = mr.mixed_precision_state(torch.randn(50))
    theirs = state.master.clone().requires_grad_()
    optimizer = torch.optim.Adam([theirs], lr=1e-2)
    for step in range(1, 21):
        state.gradients = torch.randn(50).bfloat16()
        theirs.grad = state.gradients.float()
        mr.adam_step(state, step, learning_rate=1e-2)
        optimizer.step()
        torch.testing.assert_close(state.master, theirs.detach(), rtol=1e-6, atol=1e-6)


def test_without_a_master_copy_small_updates_are_lost() -> None:
    """1 + 0.001 is 1 in bf16 (8 significant bits), so ten such steps go nowhere; fp32 moves."""
    state = mr.mixed_precision_state(torch.ones(1))
    low_only = torch.ones(1, dtype=torch.bfloat16)
    for step in range(1, 11):
        state.gradients = -torch.ones(1, dtype=torch.bfloat16)
        mr.adam_step(state, step, learning_rate=1e-3)
        low_only += 1e-3
    assert low_only.item() == 1.0
    assert state.master.item() == pytest.approx(1.01, abs=1e-6)
    assert state.weights.item() == 1.0078125  # the nearest bf16: steps of 2^-7


def test_fp32_adamw_also_keeps_16_bytes_and_a_counter_for_each_tensor() -> None:
    """4 + 4 + (4 + 4), and torch's step counter: 4 bytes for each of 28 tensors of weights.

    Two layers of 12 tensors, two embedding tables, one final norm of 2.
    """
    n = small_model_parameters()
    assert mr.torch_adamw_bytes(mr.SMALL_GPT) == {
        "weights": 4 * n,
        "gradients": 4 * n,
        "first_moment": 4 * n,
        "second_moment": 4 * n,
        "step_counters": 4 * (2 * 12 + 2 + 2),
    }


def test_a_step_without_gradients_is_refused() -> None:
    """The message says what to do first."""
    with pytest.raises(ValueError, match="run the backward pass"):
        mr.adam_step(mr.mixed_precision_state(torch.ones(2)), 1)


# ---------------------------------------------------------------- activations


@pytest.mark.parametrize("shape", mr.SHAPES)
def test_every_byte_of_a_layer_is_explained(shape: mr.Shape) -> None:
    """Torch keeps the paper's list, tensor by tensor, and 4 statistics of a token more.

    Two LayerNorms keep a mean and a 1/std of each token, bf16 on a CPU: 2 x 2 x 2 s b bytes.
    """
    s, b, *_ = shape
    rows = mr.reconcile(shape, mr.gpt_layer_saved(shape))
    listed = [r for r in rows if r.paper_bytes]
    assert all(r.torch_bytes == r.paper_bytes for r in listed)
    assert len(listed) == 15
    extra = [r for r in rows if not r.paper_bytes]
    assert {r.torch_operation for r in extra} == {"layer_norm"}
    assert sum(r.torch_bytes for r in extra) == 8 * s * b
    assert (SAVED_WIDTH, SCORE_WIDTH) == (34, 5)
    paper = kept_by_formula(shape).at(keeping=0)
    assert sum(r.paper_bytes for r in rows) == paper
    assert mr.total_bytes(mr.gpt_layer_saved(shape)) == paper + 8 * s * b


def test_dropout_masks_take_one_byte_and_all_else_two() -> None:
    """3 bool masks, 16 bf16 tensors: 12 of the paper's list and 4 statistics."""
    dtypes = Counter(t.dtype for t in mr.gpt_layer_saved(mr.SHAPES[0]))
    assert dtypes == {"bool": 3, "bfloat16": 16}


def test_the_coefficients_are_identified_not_fitted() -> None:
    """Three shapes fix the weights of sbh, as^2b and sb exactly: 34, 5 and 8; a fourth obeys."""
    rows, kept = [], []
    for s, b, h, a in mr.SHAPES:
        rows.append([Fraction(s * b * h), Fraction(a * s * s * b), Fraction(s * b)])
        kept.append(Fraction(mr.total_bytes(mr.gpt_layer_saved(mr.Shape(s, b, h, a)))))
    coefficients = solve(rows[:3], kept[:3])
    assert coefficients == [34, 5, 8]
    assert sum(c * x for c, x in zip(coefficients, rows[3], strict=True)) == kept[3]


def solve(rows: list[list[Fraction]], values: list[Fraction]) -> list[Fraction]:
    """Solve a 3 x 3 linear system exactly, by Cramer's rule."""

    def determinant(m: list[list[Fraction]]) -> Fraction:
        (a, b, c), (d, e, f), (g, h, i) = m
        return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)

    whole = determinant(rows)
    assert whole != 0
    answers = []
    for column in range(3):
        replaced = [[*r[:column], v, *r[column + 1 :]] for r, v in zip(rows, values, strict=True)]
        answers.append(determinant(replaced) / whole)
    return answers


def test_the_hooks_agree_with_a_walk_over_the_autograd_graph() -> None:
    """A second route to the same bytes: the tensors that each node of the graph says it saved.

    It also shows the 8 bytes that hooks are not shown: the scale sqrt(d), a Python number that
    the division keeps wrapped as a tensor.
    """
    shape = mr.SHAPES[0]
    torch.manual_seed(0)
    layer = GPTLayer(GPTConfig(1, shape.h, shape.a, vocab=1, positions=1)).bfloat16()
    x = torch.randn(shape.s, shape.b, shape.h, dtype=torch.bfloat16, requires_grad=True)
    parameters = {p.untyped_storage().data_ptr() for p in layer.parameters()}
    tensors, numbers = {}, []
    nodes, seen = [layer(x).grad_fn], set()
    while nodes:
        node = nodes.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        nodes += [parent for parent, _ in node.next_functions]
        saved = [getattr(node, name) for name in dir(node) if name.startswith("_saved_")]
        for tensor in (t for t in saved if isinstance(t, Tensor)):
            if tensor.dim() == 0:
                numbers.append(tensor)
            elif tensor.untyped_storage().data_ptr() not in parameters:
                tensors[tensor.untyped_storage().data_ptr()] = tensor
    assert mr.tensor_bytes(tensors.values()) == mr.total_bytes(mr.gpt_layer_saved(shape))
    assert [n.item() for n in numbers] == [4.0]  # sqrt(64 / 4)


@pytest.mark.parametrize("shape", mr.SHAPES)
def test_selective_recomputation_leaves_34_sbh(shape: mr.Shape) -> None:
    """Q, K and V stay (inputs of the attention core); all that has s^2 is forgotten."""
    s, b, h, _ = shape
    kept = mr.total_bytes(mr.gpt_layer_saved(shape, "attention"))
    formula = kept_by_formula(shape).at(keeping=1)
    assert kept == formula + 8 * s * b
    assert kept == 34 * s * b * h + 8 * s * b


@pytest.mark.parametrize("shape", mr.SHAPES)
def test_full_recomputation_leaves_exactly_the_layers_input(shape: mr.Shape) -> None:
    """2 s b h: one bf16 tensor, nothing else."""
    s, b, h, _ = shape
    saved = mr.gpt_layer_saved(shape, "layer")
    assert [t.shape for t in saved] == [(s, b, h)]
    assert mr.total_bytes(saved) == 2 * s * b * h
    assert mr.total_bytes(saved) == kept_by_formula(shape).at(keeping=2)


def test_recomputing_changes_no_gradient() -> None:
    """The same dropout masks are drawn again, so all three ways give the same bits."""
    gradients = []
    for recompute in mr.RECOMPUTE:
        torch.manual_seed(5)
        model = Transformer(dataclasses.replace(mr.SMALL_GPT, recompute=recompute)).bfloat16()
        tokens, targets = mr.small_batch(mr.SMALL_GPT, seed=5)
        next_token_loss(model(tokens), targets).backward()
        gradients.append(torch.cat([p.grad.flatten() for p in model.parameters()]))
    assert gradients[0].abs().sum() > 0
    assert torch.equal(gradients[0], gradients[1])
    assert torch.equal(gradients[0], gradients[2])


@pytest.mark.parametrize("recompute", mr.RECOMPUTE)
def test_a_whole_model_keeps_its_layers_and_what_its_ends_add(recompute: str) -> None:
    """From tokens to loss: s = 32, b = 2, h = 64, a = 4, vocabulary 256, two layers.

    Embedding: token numbers 8 sb, position numbers 8 s, dropout mask sbh. Head: norm's input
    2 sbh with statistics 4 sb, projection's input 2 sbh. Loss: fp32 log-probabilities 4 s b V,
    targets 8 sb and one fp32 total weight.
    """
    s, b, h, a, vocab = 32, 2, 64, 4, 256
    layer = {
        "none": 34 * s * b * h + 5 * a * s * s * b + 8 * s * b,
        "attention": 34 * s * b * h + 8 * s * b,
        "layer": 2 * s * b * h,
    }[recompute]
    embedding = 8 * s * b + 8 * s + s * b * h
    head = 2 * s * b * h + 4 * s * b + 2 * s * b * h
    loss = 4 * s * b * vocab + 8 * s * b + 4
    saved = mr.gpt_model_saved(mr.SMALL_GPT, b, recompute)
    assert mr.total_bytes(saved) == 2 * layer + embedding + head + loss


def test_without_dropout_no_mask_and_no_second_copy_of_the_probabilities() -> None:
    """Then 32 sbh + 2 as^2 b: the two sbh masks, one as^2b mask and a 2 as^2b copy go."""
    s, b, h, a = mr.SHAPES[0]
    kept = mr.total_bytes(mr.gpt_layer_saved(mr.SHAPES[0], dropout=0.0))
    assert kept == 32 * s * b * h + 2 * a * s * s * b + 8 * s * b


def test_plain_dropout_on_a_cpu_keeps_a_mask_of_the_values_dtype() -> None:
    """Why the model calls the fused operation: 1 byte an element, not 2."""
    x = torch.ones(1000, dtype=torch.bfloat16, requires_grad=True)
    fused = mr.saved_activations(lambda: dropout(x, 0.5), [])
    plain = mr.saved_activations(lambda: functional.dropout(x, 0.5), [])
    assert mr.total_bytes(fused) == 1000
    assert mr.total_bytes(plain) == 2000


@pytest.mark.parametrize(("heads", "kv_heads"), [(8, 2), (8, 8), (4, 1)])
def test_a_llama_layer_keeps_its_own_list(heads: int, kv_heads: int) -> None:
    """2 sb (6h + 2 kv + 4 ffn), 2 as^2b of probabilities, and what an unfused RMSNorm adds.

    Eager RMSNorm keeps fp32: its input and its normalised input, 4h each, and a 1/rms of 4
    bytes a token; a fused kernel keeps the 16-bit input, 2h, which is what the formula counts.
    """
    s, b, h, ffn = 48, 2, 64, 160
    config = LlamaConfig(1, h, heads, kv_heads, h // heads, ffn, vocab=1)
    counted = memory.activation_bytes_swiglu(
        layers=1,
        seq=s,
        micro_batch=b,
        activation_width=2,
        hidden=h,
        kv_width=kv_heads * h // heads,
        ffn=ffn,
    )
    unfused = 2 * s * b * (4 * h + 4 * h + 4 - 2 * h)
    kept = mr.total_bytes(mr.llama_layer_saved(config, s, b, "attention"))
    assert kept == counted + unfused
    scores = 2 * heads * s * s * b
    assert mr.total_bytes(mr.llama_layer_saved(config, s, b)) == counted + unfused + scores
    assert mr.total_bytes(mr.llama_layer_saved(config, s, b, "layer")) == 2 * s * b * h


def test_fused_attention_keeps_no_scores() -> None:
    """Q, K, V and output, 2 sbh each, and one fp32 logarithm for each head and token."""
    for s, b, h, a in mr.SHAPES:
        kept = mr.total_bytes(mr.flash_core_saved(mr.Shape(s, b, h, a)))
        assert kept == 8 * s * b * h + 4 * a * s * b


def test_a_tensor_missing_from_or_foreign_to_the_list_is_reported() -> None:
    """The reconciliation cannot pass over a difference."""
    saved = mr.gpt_layer_saved(mr.SHAPES[0])
    with pytest.raises(ValueError, match="MLP dropout mask"):
        mr.reconcile(mr.SHAPES[0], saved[:-1])
    with pytest.raises(ValueError, match="not in the paper's list"):
        mr.reconcile(mr.SHAPES[0], [*saved, saved[-1]])


def test_configs_that_make_no_sense_are_refused() -> None:
    """Heads must share the hidden size, and key-value heads the query heads, evenly."""
    with pytest.raises(ValueError, match="multiple of heads"):
        GPTConfig(layers=1, hidden=10, heads=3, vocab=5, positions=5)
    with pytest.raises(ValueError, match="multiple of kv_heads"):
        LlamaConfig(1, 8, heads=4, kv_heads=3, head_dim=2, ffn=8, vocab=5)
    with pytest.raises(ValueError, match="experts_per_token"):
        LlamaConfig(1, 8, 4, 2, 2, 8, 5, experts=4, experts_per_token=5)


def test_the_recorded_values_are_found_again() -> None:
    """Bytes of tensors do not depend on the machine: every recorded value is measured again."""
    recorded = load(Path(mr.RECORD))
    assert recorded["deterministic"]
    again = {name: {"value": v, "unit": u} for name, (v, u) in mr.measure().items()}
    assert again == recorded["values"]
