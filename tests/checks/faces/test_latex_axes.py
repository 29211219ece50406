"""Formulas over axes as LaTeX: sums, means, indices, look-ups, the place of the least."""

from __future__ import annotations

import pytest

from checks.faces.equations import formula_tex, with_index
from checks.page.maths import render
from tests.checks.faces.test_working_reads import GRAPHS

WRITTEN = {
    "boosting.residual": r"\text{residual}_{r, o} = m_{r} - \text{prediction}_{r, o - 1}",
    "boosting.lower": r"\text{lower}_{s, o} = \operatorname*{mean}_{r:\, \text{left}_{r, s}} "
    r"\text{residual}_{r, o}",
    "boosting.best": r"\text{best}_{o} = \operatorname*{arg\,min}_{s} \text{error}_{s, o}",
    "boosting.final": r"\text{final} = \text{mse}_{\text{last}}",
    "two-tower.score": r"\text{score}_{i} = \sum_{d} u_{d}\,v_{i, d}",
    # The sum counts with a letter of its own: the item that it is asked for is another.
    "two-tower.spelt": r"\text{spelt}_{i} = \frac{\exp\left(\text{logit}_{i}\right)}"
    r"{\sum_{i'} \exp\left(\text{logit}_{i'}\right)}",
    "two-tower.winner_score": r"\text{winner score} = \text{score}_{\text{winner}}",
    "attention.score": r"\text{score}_{p, k} = \sum_{d} x_{p, d}\,x_{k, d}",
    "ndcg.ideal_term": r"\text{ideal term}_{s} = \frac{g_{s}}"
    r"{\log_2\left(1 + \text{ideal place}_{s}\right)}",
    "layouts.fitting": r"\text{fitting} = \#\left\{l :\, \text{bytes}_{l} \le l\right\}",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_formula_over_axes_is_written_with_indices(name: str) -> None:
    slug, _, figure = name.partition(".")
    assert formula_tex(GRAPHS[slug], figure) == WRITTEN[name]


@pytest.mark.parametrize("slug", ["boosting", "pipeline", "nested", "ndcg", "layouts", "tiers"])
def test_every_formula_over_axes_renders(slug: str) -> None:
    for f in GRAPHS[slug].derived:
        assert "katex-error" not in render(formula_tex(GRAPHS[slug], f.name))


def test_an_index_joins_the_one_that_a_symbol_has() -> None:
    assert with_index("r", ["i", "t"]) == "r_{i, t}"
    assert with_index(r"b_{\text{min}}", ["i"]) == r"b_{\text{min}, i}"
    assert with_index("x_1", ["i"]) == "x_{1, i}"
    assert with_index("x", []) == "x"
