"""A traced formula is written as its author wrote it: LaTeX, one line of text, JavaScript."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from checks.faces.equations import filled, formula_tex, values_template, values_tex
from checks.faces.trace import latex, latex_with_values, text
from checks.page.maths import render
from tests.worked.axes_examples import LAYOUTS
from worked.chapters import graph
from worked.figures.program import javascript
from worked.figures.terms import Term, TraceError, term, trace
from worked.formulas import ops
from worked.formulas.checkpointing import young_interval_seconds
from worked.formulas.memory import devices_needed
from worked.formulas.rows import reaches

SYMBOLS = {"x": "x", "y": "y", "z": "H_{kv}"}
FORMULAS: list[tuple[Callable[..., Any], str, str, str]] = [
    (lambda x, y: 2 * x * y, r"2\,x\,y", "2 × x × y", "((2 * x) * y)"),
    # The author's order and brackets stay; brackets that mean nothing go.
    (lambda x, y: y + (x * 2), r"y + x\,2", "y + x × 2", "(y + (x * 2))"),
    (lambda x, y: x - (y - 1), r"x - \left(y - 1\right)", "x − (y − 1)", "(x - (y - 1))"),
    (lambda x, y: x - (y + 1), r"x - \left(y + 1\right)", "x − (y + 1)", "(x - (y + 1))"),
    (lambda x, y: x + (y - 1), "x + y - 1", "x + y − 1", "(x + (y - 1))"),
    (lambda x, y: (x + 1) * y, r"\left(x + 1\right)\,y", "(x + 1) × y", "((x + 1) * y)"),
    (lambda x, y: x / (y * 2), r"\frac{x}{y\,2}", "x / (y × 2)", "(x / (y * 2))"),
    (lambda x, y: x / y / 2, r"\frac{\frac{x}{y}}{2}", "x / y / 2", "((x / y) / 2)"),
    (lambda x, y: x / (y / 2), r"\frac{x}{\frac{y}{2}}", "x / (y / 2)", "(x / (y / 2))"),
    (lambda x, y: 1 / x, r"\frac{1}{x}", "1 / x", "(1 / x)"),
    (lambda x, y: (x + y) ** 2, r"\left(x + y\right)^{2}", "(x + y)^2", "Math.pow((x + y), 2)"),
    (lambda x, y: 2**x, "2^{x}", "2^x", "Math.pow(2, x)"),
    (lambda x, y: 3 * 2**x, r"3 \times 2^{x}", "3 × 2^x", "(3 * Math.pow(2, x))"),
    (lambda x, y: -x / y, r"\frac{-x}{y}", "(−x) / y", "((-x) / y)"),
    (lambda x, y: x * -y, r"x\,\left(-y\right)", "x × (−y)", "(x * (-y))"),
    (lambda x, y: -(x + y), r"-\left(x + y\right)", "−(x + y)", "(-(x + y))"),
    (lambda x, y: 1000000 * x, r"1{,}000{,}000\,x", "1,000,000 × x", "(1000000 * x)"),
    (lambda x, y: 0.5 * x, r"0.5\,x", "0.5 × x", "(0.5 * x)"),
    (lambda x, y: Fraction(1, 3) * x, r"\tfrac{1}{3}\,x", "1/3 × x", "((1 / 3) * x)"),
    # A fraction to a power is a float to Python already; wrapped as a term it stays exact.
    (
        lambda x, y: term(Fraction(1, 3)) ** x,
        r"\left(\tfrac{1}{3}\right)^{x}",
        "(1/3)^x",
        "Math.pow((1 / 3), x)",
    ),
    (lambda x, y: x / Fraction(1, 3), r"\frac{x}{\tfrac{1}{3}}", "x / (1/3)", "(x / (1 / 3))"),
    (
        lambda x, y: ops.ceil(x / y) * y,
        r"\left\lceil \frac{x}{y} \right\rceil\,y",
        "round up(x / y) × y",
        "(Math.ceil((x / y)) * y)",
    ),
    (
        lambda x, y: ops.minimum(ops.floor(x), ops.absolute(y)),
        r"\min\left(\left\lfloor x \right\rfloor,\, \left|y\right|\right)",
        "min(round down(x), absolute(y))",
        "Math.min(Math.floor(x), Math.abs(y))",
    ),
    (lambda x, y: ops.sqrt(2 * x), r"\sqrt{2\,x}", "sqrt(2 × x)", "Math.sqrt((2 * x))"),
    (
        lambda x, y: ops.exp(-x) ** 2,
        r"\exp\left(-x\right)^{2}",
        "exp(−x)^2",
        "Math.pow(Math.exp((-x)), 2)",
    ),
    (
        lambda x, y: ops.log2(x) + ops.ln(y),
        r"\log_2\left(x\right) + \ln\left(y\right)",
        "log2(x) + ln(y)",
        "(Math.log2(x) + Math.log(y))",
    ),
    (
        lambda x, y: ops.where(x >= y, 1, 0),
        r"\begin{cases} 1 & \text{if } x \ge y \\ 0 & \text{otherwise} \end{cases}",
        "1 if x ≥ y, otherwise 0",
        "((x >= y) ? 1 : 0)",
    ),
    (
        lambda x, y: 2 * ops.where(x < y, 1, 0),
        r"2\,\left(\begin{cases} 1 & \text{if } x < y \\ 0 & \text{otherwise} "
        r"\end{cases}\right)",
        "2 × (1 if x < y, otherwise 0)",
        "(2 * ((x < y) ? 1 : 0))",
    ),
]


@pytest.mark.parametrize(("formula", "as_latex", "as_text", "as_javascript"), FORMULAS)
def test_a_formula_is_written_as_its_author_wrote_it(
    formula: Callable[..., Any], as_latex: str, as_text: str, as_javascript: str
) -> None:
    tree = trace(formula)
    assert latex(tree, SYMBOLS) == as_latex
    assert text(tree, SYMBOLS) == as_text
    assert javascript(formula) == f"(x, y) => {as_javascript}"


def test_every_comparison_has_its_sign() -> None:
    x, y = Term("arg", ("x",)), Term("arg", ("y",))
    signs = {
        "<": (x < y, "<", "<"),
        "≤": (x <= y, r"\le", "≤"),
        ">": (x > y, ">", ">"),
        "≥": (x >= y, r"\ge", "≥"),
    }
    for compared, in_latex, in_text in signs.values():
        assert latex(compared, SYMBOLS) == f"x {in_latex} y"
        assert text(compared, SYMBOLS) == f"x {in_text} y"


def test_symbols_stand_for_arguments() -> None:
    def kv_width(kv_heads: Any, head_dim: Any) -> Any:
        return kv_heads * head_dim

    assert latex(trace(kv_width), {"kv_heads": r"H_{kv}", "head_dim": "d"}) == r"H_{kv}\,d"


def test_a_symbol_with_a_superscript_is_bracketed_before_it_is_squared() -> None:
    def squared(x: Any) -> Any:
        return x**2

    assert latex(trace(squared), {"x": "B^*"}) == r"\left(B^*\right)^{2}"
    assert latex(trace(squared), {"x": "x"}) == "x^{2}"


def test_values_stand_in_place_of_symbols_with_times_between_them() -> None:
    """2 · 49 s · 12 h under the root."""
    values = {"write_seconds": r"49\,\text{s}", "mtbf": r"12\,\text{h}"}
    got = latex_with_values(trace(young_interval_seconds), values)
    assert got == r"\sqrt{2 \times 49\,\text{s} \times 12\,\text{h}}"


def test_a_value_with_a_unit_is_bracketed_before_it_is_squared() -> None:
    def squared(x: Any) -> Any:
        return x**2

    assert latex_with_values(trace(squared), {"x": r"5\,\text{s}"}) == (
        r"\left(5\,\text{s}\right)^{2}"
    )


def test_no_two_signs_meet_where_a_value_is_negative() -> None:
    """−1 · (−2) + (−3) · 4: brackets around the operands, none inside a function."""

    def score(a: Any, b: Any, c: Any, d: Any) -> Any:
        return a * b + c * d

    values = {"a": "−1", "b": "−2", "c": r"\htmlData{fig=x.c}{\text{−3}}", "d": "4"}
    assert latex_with_values(trace(score), values) == (
        r"\left(−1\right) \times \left(−2\right) + "
        r"\left(\htmlData{fig=x.c}{\text{−3}}\right) \times 4"
    )
    assert latex_with_values(trace(lambda a, b: a - b), {"a": "−1", "b": "−2"}) == (
        r"−1 - \left(−2\right)"
    )
    assert latex_with_values(trace(ops.cos), {"x": "−1"}) == r"\cos\left(−1\right)"


def test_no_two_signs_meet_in_plain_text() -> None:
    """Brackets around a negative value behind a sign, none where a sum begins."""

    def score(a: Any, b: Any, c: Any) -> Any:
        return a - b * c + c

    values = {"a": "−1", "b": "2", "c": "−0.50"}
    assert text(trace(score), values) == "−1 − 2 × (−0.50) + (−0.50)"
    assert text(trace(lambda a: -a), {"a": "−28.00"}) == "−(−28.00)"
    assert text(trace(lambda x: x * -0.1), {"x": "x"}) == "x × (−0.1)"
    assert text(trace(ops.cos), {"x": "−1"}) == "cos(−1)"


def test_a_value_yet_to_be_filled_in_says_where_a_sign_needs_brackets() -> None:
    def score(a: Any, b: Any, c: Any) -> Any:
        return a - (b + c) + (c - a) * b**2

    gaps = {n: f"{{{n}}}" for n in "abc"}
    assert text(trace(score), gaps) == "{a} − ({b} + {(c)}) + ({c} − {(a)}) × ({b})^2"


def test_a_value_with_a_unit_is_bracketed_in_plain_text_before_it_is_squared() -> None:
    def squared(x: Any) -> Any:
        return x**2

    shown = {
        "5 s": "(5 s)^2",
        "1.14×": "(1.14×)^2",
        "40%": "(40%)^2",
        "−3": "(−3)^2",
        "1,120": "1,120^2",
        "rows_2": "rows_2^2",
    }
    for value, want in shown.items():
        assert text(trace(squared), {"x": value}) == want


def test_a_case_distinction_is_bracketed_inside_anything() -> None:
    """Its "otherwise" would swallow what follows, its first branch what stands before."""
    choice = ops.where(Term("arg", ("x",)) < 2, Term("arg", ("y",)), 0)
    in_text, in_latex = text(choice, SYMBOLS), latex(choice, SYMBOLS)
    assert in_text == "y if x < 2, otherwise 0"
    for around, signs in [
        (choice + 1, "({}) + 1"),
        (1 - choice, "1 − ({})"),
        (choice / 3, "({}) / 3"),
        (choice**2, "({})^2"),
        (-choice, "−({})"),
        (ops.maximum(choice, 1), "max(({}), 1)"),
        (ops.where(choice < 1, choice, choice), "({}) if ({}) < 1, otherwise ({})"),
    ]:
        assert text(around, SYMBOLS) == signs.replace("{}", in_text)
    bracketed = rf"\left({in_latex}\right)"
    assert latex(choice + 1, SYMBOLS) == f"{bracketed} + 1"
    assert latex(ops.maximum(choice, 1), SYMBOLS) == rf"\max\left({bracketed},\, 1\right)"
    branched = ops.where(choice < 1, choice, choice)
    assert latex(branched, SYMBOLS).count(bracketed) == 3
    chosen = ops.where(choice, 2, 3)
    assert text(chosen, SYMBOLS) == f"2 if ({in_text}), otherwise 3"
    assert latex(chosen, SYMBOLS).count(bracketed) == 1
    assert latex(choice / 2, SYMBOLS) == rf"\frac{{{in_latex}}}{{2}}"
    assert text(choice, SYMBOLS, side=True) == f"({in_text})"
    assert text(choice + 1, SYMBOLS, side=True) == f"({in_text}) + 1"


def test_a_comparison_is_bracketed_in_arithmetic() -> None:
    x, y = Term("arg", ("x",)), Term("arg", ("y",))
    assert text((x < y) + 1, SYMBOLS) == "(x < y) + 1"
    assert latex((x < y) * 2, SYMBOLS) == r"\left(x < y\right)\,2"
    assert text((x < y) < 1, SYMBOLS) == "(x < y) < 1"


def test_a_very_small_literal_is_a_power_of_ten() -> None:
    """1e-06 would read in LaTeX as 1 times e, minus 6."""
    tree = trace(lambda x: ops.maximum(x, 1e-06) + 2.5e-09)
    assert latex(tree, SYMBOLS) == r"\max\left(x,\, 10^{-6}\right) + 2.5 \times 10^{-9}"
    assert text(tree, SYMBOLS) == "max(x, 10^(−6)) + 2.5 × 10^(−9)"


def test_a_verdict_that_is_computed_with_stands_as_its_number() -> None:
    """A delivery that is late has the label 1: 0.3333 − 1, not "0.3333 − late"."""
    g = graph("xgboost")
    template = values_template(g, "late_gradient[row=5]")
    assert template.endswith("= {late_p} − {#late[row=5]} = {late_gradient[row=5]}")
    assert filled(g, template).endswith("= 0.3333 − 1 = −0.667")
    tex = values_tex(g, "xgboost", "late_gradient[row=5]")
    assert r"- \htmlData{fig=xgboost.late.5, number=}{\text{1}}" in tex
    assert 'data-number=""' in render(tex)


def test_a_verdict_says_its_number_and_ends_in_its_words() -> None:
    g = graph("gpu-wall")
    spoken = filled(g, values_template(g, "fits[layout=data-parallel]"))
    assert spoken.endswith("= (1 if 1,132.5 GB ≤ 80 GB, otherwise 0) = does not fit")


def test_real_formulas_trace() -> None:
    assert javascript(devices_needed) == (
        "(total_bytes, device_bytes) => Math.ceil((total_bytes / device_bytes))"
    )
    assert text(trace(reaches), {"wanted": "96 GB", "value": "80 GB"}) == (
        "1 if 96 GB ≤ 80 GB, otherwise 0"
    )


def test_a_constant_formula_traces_to_its_number() -> None:
    assert trace(lambda x: 5).args == (5,)


@pytest.mark.parametrize(
    "formula",
    [
        lambda x: 1 if x > 0 else 0,
        lambda x: math.sqrt(x),
        lambda x: int(x),
        lambda x: [1, 2][x],
        lambda x: "x",
        lambda x: x + "1",
        lambda x: x * True,
        lambda x: None,
        lambda x: max(x, 1),
    ],
)
def test_what_is_not_arithmetic_cannot_be_traced(formula: Callable[..., Any]) -> None:
    with pytest.raises(TraceError):
        trace(formula)


def test_a_term_stays_itself() -> None:
    x = Term("arg", ("x",))
    assert term(x) is x


def test_a_cell_of_a_row_with_a_formula_for_each_place_shows_that_of_its_place() -> None:
    """ZeRO-3 shares all states among the GPUs; how DDP and ZeRO-1 do is not in its equation."""
    cell = "bytes[layout=zero-3]"
    assert formula_tex(LAYOUTS, cell).endswith(r" = \frac{s}{g}")
    assert r"\text{ZeRO-3}" in formula_tex(LAYOUTS, cell)
    assert filled(LAYOUTS, values_template(LAYOUTS, cell)).endswith(" = 1,120 GB / 64 = 17.50 GB")
    assert r"\begin{cases}" in formula_tex(LAYOUTS, "bytes")
