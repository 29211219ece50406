"""Packed matrices: the same products; one row and many go through the plain layer."""

from __future__ import annotations

import pytest

from tests.skips import required
from worked.forward_pass.engine import Engine, Request
from worked.forward_pass.paged_cache import Pool
from worked.forward_pass.transformer import Config, Transformer, dense, random_weights

torch = required("torch")

from worked.forward_pass import packed as module  # noqa: E402
from worked.forward_pass.packed import packed  # noqa: E402

SHAPE = Config(vocab=97, hidden=48, layers=2, heads=4, kv_heads=2, head_dim=12, ffn=80)


def kernels_counted(monkeypatch):
    """Count the products on packed matrices that are made from here on."""
    if not module._kernels():
        pytest.skip("this build of torch has no kernels for packed matrices")
    calls = []
    kernel = torch.ops.mkldnn._linear_pointwise

    def counted(x, *others):
        calls.append(len(x))
        return kernel(x, *others)

    monkeypatch.setattr(torch.ops.mkldnn, "_linear_pointwise", counted)
    return calls


def product_agrees(rows, shape=(64, 48), dtype=torch.float32):
    """Whether the product is x Wᵀ, computed in float64, within what the format rounds.

    A sum of n products is off by at most n + 1 roundings (of the products, of the sums, of the
    result) of the sum of their sizes, in whatever order it is added.
    """
    generator = torch.Generator().manual_seed(rows)
    weight = torch.randn(shape, generator=generator).to(dtype)
    x = torch.randn(rows, shape[1], generator=generator).to(dtype)
    got = packed("a", weight)(x)
    exact, sizes = (x.double() @ weight.double().T), x.double().abs() @ weight.double().abs().T
    within = (got.double() - exact).abs() <= (shape[1] + 1) * torch.finfo(dtype).eps * sizes
    return got.shape == (rows, shape[0]) and got.dtype == dtype and bool(within.all())


@pytest.mark.parametrize("shape", [(1, 1), (5, 3), (64, 48), (97, 130)])
@pytest.mark.parametrize("rows", [2, 3, 32, 64])
def test_a_few_rows_go_through_the_packed_matrix(shape, rows, monkeypatch):
    calls = kernels_counted(monkeypatch)
    assert product_agrees(rows, shape)
    assert calls == [rows]


@pytest.mark.parametrize("rows", [1, 65, 200])
def test_one_row_and_many_go_through_the_plain_layer(rows, monkeypatch):
    calls = kernels_counted(monkeypatch)
    assert product_agrees(rows)
    assert calls == []


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_a_weight_in_another_format_is_multiplied_plainly(dtype, monkeypatch):
    calls = kernels_counted(monkeypatch)
    assert product_agrees(3, dtype=dtype)
    assert calls == []


def test_where_torch_lacks_the_kernels_the_plain_layer_serves(monkeypatch):
    calls = kernels_counted(monkeypatch)
    monkeypatch.setattr(module, "_kernels", lambda: False)
    assert product_agrees(3)
    assert calls == []


def test_an_engine_on_packed_matrices_gives_the_same_tokens():
    """Three prompts together, eight tokens each, greedily."""
    weights = random_weights(SHAPE, 3)
    answers = []
    for make_linear in (dense, packed):
        engine = Engine(Transformer(SHAPE, weights, make_linear), Pool(40, 4, SHAPE))
        for prompt in ([5, 0, 9, 31], [7], [96, 95, 1, 2, 3, 4, 5]):
            engine.submit(Request(prompt, 8))
        answers.append([result.tokens for _, result in sorted(engine.run().items())])
    assert answers[0] == answers[1]
    assert [len(tokens) for tokens in answers[0]] == [8, 8, 8]
