"""The page's JavaScript against Python: formulas, rounding, units, refusals, whole chapters."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import quickjs

from checks.faces.equations import filled, values_template
from checks.page.browser_model import expression
from checks.page.javascript import bundle, context
from tests.site.fixture import scenario
from tests.worked import axes_examples
from tests.worked.direct import plain
from worked.chapters import CHAPTERS, graph
from worked.figures import FigureError, Given, Graph, typed, with_unit
from worked.figures.program import javascript
from worked.showing import flat
from worked.units import readable, rounded, unit

POINTS = 1_000


def graphs() -> dict[str, Graph]:
    """Every chapter of the book, and the fixture."""
    return {slug: graph(slug) for slug in CHAPTERS} | {"small": scenario.GRAPH}


def formulas() -> list[Any]:
    """Return each formula of plain numbers that some chapter uses, once."""
    seen = {f.formula for g in graphs().values() for f in plain(g)}
    ordered = sorted(seen, key=lambda f: (f.__module__, f.__name__))
    return [pytest.param(formula, id=formula.__name__) for formula in ordered]


@pytest.fixture(scope="module")
def core() -> quickjs.Context:
    """A JavaScript context with the page's exact arithmetic and its graph."""
    return context(
        bundle("floats.js", "exact.js", "graph.js"),
        """function all(name, cases) {
             return JSON.stringify(JSON.parse(cases).map((c) => globalThis[name](...c)));
           }""",
        "Object.assign(globalThis, { rounded, withUnit, general, typed });"
        "globalThis.base = (v, n, d) => { const [a, b] = writtenFraction(v);"
        " return nearestDouble(a * BigInt(n), b * BigInt(d)); };",
    )


def outcome(formula: Callable[..., Any], point: list[float]) -> float | None:
    """Return the formula's value, or None where it has none."""
    try:
        value = formula(*point)
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    # A power of a negative number is complex in Python and no number in JavaScript.
    return None if isinstance(value, complex) or not math.isfinite(value) else float(value)


@pytest.mark.parametrize("formula", formulas())
def test_a_formula_gives_the_same_in_both_languages(formula: Callable[..., Any]) -> None:
    """At 1,000 random points over six orders of magnitude, to 1e-12 relative."""
    rng = random.Random(formula.__name__)
    arity = formula.__code__.co_argcount
    points = [[10 ** rng.uniform(-2, 4) for _ in range(arity)] for _ in range(POINTS)]
    # Half of the points are whole numbers, where rounding up and comparing have their edges.
    points[::2] = [[float(math.ceil(x)) for x in p] for p in points[::2]]
    made = context(
        f"const f = {javascript(formula)};"
        "function values(points) {"
        " return JSON.stringify(JSON.parse(points).map((p) => f(...p))); }"
    )
    theirs = json.loads(made.get("values")(json.dumps(points)))
    compared = 0
    for point, got in zip(points, theirs, strict=True):
        want = outcome(formula, point)
        if want is None:
            # JSON writes infinities and NaN as null.
            assert got is None, (point, got)
            continue
        compared += 1
        assert got == pytest.approx(want, rel=1e-12, abs=0), point
    assert compared > POINTS // 2


def test_rounding_is_the_same_in_both_languages(core: quickjs.Context) -> None:
    """10,000 values: random sizes, exact ties, ties after the 15th digit, tiny and huge."""
    rng = random.Random(15)
    units = [unit(u) for u in ("", "GB", "GiB", "TB", "%", "h", "min", "GB/s", "USD/GPU/h", "bit")]
    cases = []
    for i in range(10_000):
        u, places = rng.choice(units), rng.randint(0, 4)
        if i % 4 == 0:
            # A tie in the unit: an odd number of halves of the last digit that is shown.
            tie = Fraction(2 * rng.randint(0, 10**6) + 1, 2 * 10**places) * u.factor
            value = float(tie)
        elif i % 4 == 1:
            # A tie at the 16th digit: 15 digits and a half.
            value = float(rng.randint(10**14, 2 * 10**15 // 4)) + 0.5
        elif i % 4 == 2:
            value = rng.choice((1, -1)) * 10 ** rng.uniform(-12, 18)
        else:
            value = float(rng.randint(-(10**9), 10**12))
        cases.append((value, u, places))
    asked = [[v, str(u.factor.numerator), str(u.factor.denominator), p] for v, u, p in cases]
    got = json.loads(core.get("all")("rounded", json.dumps(asked)))
    for (value, u, places), theirs in zip(cases, got, strict=True):
        assert theirs == rounded(value, u, places), (value, u.name, places)


def test_a_number_that_nobody_would_read_is_a_power_of_ten_in_both(core: quickjs.Context) -> None:
    """2,000 values from 1e-90 to 1e90, and those about the first and the last written out."""
    rng = random.Random(16)
    values = [rng.choice((1, -1)) * 10 ** rng.uniform(-90, 90) for _ in range(2000)]
    values += [0.0, 9.99e-12, 1e-11, 1e15, 999_999_999_999_999.0, 9.96e75, -9.94e75]
    for name in ("", "%", "GiB"):
        u = unit(name)
        asked = [[v, str(u.factor.numerator), str(u.factor.denominator), 1] for v in values]
        got = json.loads(core.get("all")("readable", json.dumps(asked)))
        assert got == [readable(v, u, 1) for v in values]


@pytest.mark.parametrize("name", ["USD", "USD/GPU/h", "%", "×", "", "GB/s", "tokens"])
def test_number_and_unit_join_the_same(core: quickjs.Context, name: str) -> None:
    """Dollars before, percent behind without a space, all else behind with one."""
    for number in ("1,120", "−3.5", "2.4 × 10⁷⁶"):
        (got,) = json.loads(core.get("all")("withUnit", json.dumps([[number, name]])))
        assert got == with_unit(number, name)


def test_a_given_becomes_the_same_float(core: quickjs.Context) -> None:
    """0.1 GB is exactly 10^8 bytes in both; 1,000 decimals in awkward units agree bit for bit."""
    rng = random.Random(3)
    names = ["GB", "month", "Mbit", "USD/GPU/h", "%", "GiB", "µs", "GB/s"]
    cases = [(0.1, "GB")] + [
        (round(10 ** rng.uniform(-3, 12), rng.randint(0, 6)) or 1.0, rng.choice(names))
        for _ in range(1000)
    ]
    asked = [[v, str(unit(u).factor.numerator), str(unit(u).factor.denominator)] for v, u in cases]
    got = [float(x) for x in json.loads(core.get("all")("base", json.dumps(asked)))]
    assert got[0] == 1e8
    assert got == [float(Fraction(repr(v)) * unit(u).factor) for v, u in cases]


def test_general_format_is_pythons(core: quickjs.Context) -> None:
    """The numbers in messages read as format(x, "g") writes them; what was typed, in full."""
    rng = random.Random(4)
    numbers = [0, 1, 70, 8e9, 0.25, 1e-7, 123456, 1234567, 99999.95, 1e16]
    numbers += [10 ** rng.uniform(-8, 20) for _ in range(500)]
    # Exact ties after the sixth digit: the even digit wins, so 1234565 is 1.23456e+06.
    numbers += [1234565, 1234575, -1234565, 12345.25, 12345.75, 0.5 + 2**-17, 999999.5, 1e-5]
    numbers += [(rng.randint(10**5, 10**6) + 0.5) * 10 ** rng.randint(0, 9) for _ in range(200)]
    got = json.loads(core.get("all")("general", json.dumps([[x] for x in numbers])))
    assert got == [f"{x:g}" for x in numbers]
    got = json.loads(core.get("all")("typed", json.dumps([[x] for x in numbers])))
    assert got == [typed(x) for x in numbers]
    assert typed(2.0**20 + 4) == "1048580"


EXAMPLES = {g.name: g for g in axes_examples.EXAMPLES}
"""Small graphs over named axes, which use everything that axes have."""


@pytest.fixture(scope="module")
def pages() -> dict[str, quickjs.Context]:
    """A context with each chapter's model loaded, and each example's."""
    script = """
    function evaluated(settings) {
      try { return JSON.stringify({ values: evaluate(model, JSON.parse(settings)) }); }
      catch (error) { return JSON.stringify({ error: error.message }); }
    }
    function written(settings) {
      const values = evaluate(model, JSON.parse(settings));
      return JSON.stringify(Object.keys(values).flatMap((n) => {
        const figure = figureOf(model, n);
        return cellsOf(model, figure, values).map((index) => {
          const cell = cellName(model, figure, index);
          return [cell, [shown(model, cell, values), called(model, cell, values)]];
        });
      }));
    }
    // Evaluate again and again from the values before; what is refused leaves them as they are.
    function updated(sequence) {
      let values = evaluate(model);
      return JSON.stringify(JSON.parse(sequence).map((settings) => {
        try { values = update(model, values, settings); } catch (error) { return error.message; }
        return values;
      }));
    }
    """
    return {
        slug: context(
            bundle("floats.js", "exact.js", "graph.js"),
            f"const model = {expression(slug, g, [])};",
            script,
        )
        for slug, g in (graphs() | EXAMPLES).items()
    }


def random_settings(g: Graph, rng: random.Random) -> dict[str, Any]:
    """Return settings within the ranges: an option of each choice, and some givens."""
    settings: dict[str, Any] = {
        c.name: rng.choice(list(c.options)) for c in g.choices.values() if rng.random() < 0.7
    }
    cells = [(f, i) for f in g.givens for i in g.cells(f.name)]
    for given, index in rng.sample(cells, k=min(3, len(cells))):
        cell = g.cell_name(given, index)
        value = (g.value(cell) or 0) / float(g.units[given.name].factor)
        settings[cell] = _within(given, value, g.limits(given, index), rng)
    return settings


def _within(given: Given, value: float, allowed: tuple[float, float], rng: random.Random) -> float:
    ends = sorted((value / 4, value * 4 or 1))
    low, high = max(allowed[0], ends[0]), min(allowed[1], ends[1])
    value = rng.uniform(low, high)
    if given.integer:
        return float(max(math.ceil(low), math.floor(value)))
    return round(value, 3) or low


def cells_of(g: Graph, values: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return every cell of every figure with its value."""
    names = (g.cell_name(f, i) for f in g.figures.values() for i in g.cells(f.name, values))
    return [(n, g.value(n, values)) for n in names]


def rows(values: dict[str, Any], tolerance: float | None = None) -> dict[str, Any]:
    """Return the cells of each figure in a row, to be compared exactly or within a tolerance."""
    return {
        n: [
            x if x is None or tolerance is None else pytest.approx(x, rel=tolerance, abs=0)
            for x in flat(v)
        ]
        for n, v in values.items()
    }


@pytest.mark.parametrize("slug", ["small", "gpu-wall", *EXAMPLES])
def test_what_depends_on_a_change_is_all_that_changes(
    slug: str, pages: dict[str, quickjs.Context]
) -> None:
    """A walk of settings, updated step by step, ends each step where a fresh start would."""
    g, page = (graphs() | EXAMPLES)[slug], pages[slug]
    rng = random.Random(slug)
    walk: list[dict[str, Any]] = [{}]
    for _ in range(40):
        # Some settings stay, some go, some come.
        kept = {n: v for n, v in walk[-1].items() if rng.random() < 0.6}
        walk.append(kept | random_settings(g, rng) if rng.random() < 0.8 else kept)
    taken = 0
    for settings, got in zip(walk, json.loads(page.get("updated")(json.dumps(walk))), strict=True):
        want = json.loads(page.get("evaluated")(json.dumps(settings)))
        taken += "values" in want
        assert got == want.get("values", want.get("error")), settings
    assert taken >= 15


def test_what_does_not_depend_on_a_change_is_left_as_it_is(
    pages: dict[str, quickjs.Context],
) -> None:
    """Which deliveries a split sends left does not depend on the learning rate, nor on rounds."""
    pages["boosting"].eval(
        """globalThis.same = (settings) => {
             const before = evaluate(model);
             const after = update(model, before, JSON.parse(settings));
             return Object.keys(before).filter((n) => after[n] === before[n]).join(" ");
           };"""
    )
    same = pages["boosting"].get("same")
    givens = {"distance", "minutes", "threshold", "rounds"}
    assert set(same('{"rate": 0.25}').split()) == givens | {"base", "left"}
    assert set(same('{"rounds": 4}').split()) == givens - {"rounds"} | {"rate", "base", "left"}
    assert set(same('{"minutes.3": 18}').split()) == givens - {"minutes"} | {"rate", "left"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"minutes": 3}, "minutes: has a value for each place; set minutes[row=1] or minutes[row="),
        ({"minutes.9": 3}, "minutes.9: row has no place '9'; there are 1, 2, 3, 4, 5, 6"),
        ({"minutes.3.1": 3}, "minutes.3.1: a cell of minutes is minutes.row"),
        ({"minutes[3]": 3}, "minutes[3]: a place is written axis=place, not '3'"),
        ({"minutes.3": "x"}, "minutes[row=3]: 'x' is not a number; give it in plain numbers, e.g."),
        ({"leaf.3.1": 3}, "leaf: is computed, so it cannot be set; set one of its inputs"),
        ({"rate[row=3]": 3}, "rate[row=3]: rate is over no axis, not 'row'"),
    ],
)
def test_a_cell_that_makes_no_sense_is_refused_in_the_same_words(
    settings: dict[str, Any], said: str, pages: dict[str, quickjs.Context]
) -> None:
    with pytest.raises(FigureError) as refused:
        EXAMPLES["boosting"].evaluate(settings)
    assert str(refused.value).startswith(said)
    answer = json.loads(pages["boosting"].get("evaluated")(json.dumps(settings)))
    assert answer == {"error": str(refused.value)}


def test_a_cell_beyond_its_axis_is_a_dash_on_the_page(pages: dict[str, quickjs.Context]) -> None:
    """Two rounds leave a number of the fourth without a value."""
    pages["boosting"].eval(
        "globalThis.beyond = (cell) => shown(model, cell, evaluate(model, { rounds: 2 }));"
    )
    assert pages["boosting"].get("beyond")("mse[round=4]") == "—"
    assert pages["boosting"].get("beyond")("mse[round=last]") == "21.79"


@pytest.mark.parametrize("slug", [*CHAPTERS, "small"])
def test_a_refusal_says_the_same(slug: str, pages: dict[str, quickjs.Context]) -> None:
    """Too small, too large and not whole are refused in the words of worked/figures.py."""
    g, page = graphs()[slug], pages[slug]
    for given in g.givens:
        for index in g.cells(given.name):
            low, high = g.limits(given, index)
            wrong = [low - 1, high * 2 + 1] + [low + 0.5] * given.integer
            for value in wrong:
                settings = {g.cell_name(given, index): value}
                with pytest.raises(FigureError) as refused:
                    g.evaluate(settings)
                answer = json.loads(page.get("evaluated")(json.dumps(settings)))
                assert answer == {"error": str(refused.value)}


@pytest.mark.parametrize("slug", [*CHAPTERS, "small"])
def test_a_formula_in_words_is_filled_in_the_same(slug: str) -> None:
    """What a screen reader hears of every formula with values, negative ones and verdicts too."""
    g = graphs()[slug]
    page = context(
        bundle("floats.js", "exact.js", "graph.js", "words.js", "numbers.js"),
        f"const model = {expression(slug, g, [])};",
        """function spoken(templates, values) {
             return JSON.stringify(JSON.parse(templates).map(
               (t) => inWords(model, t, JSON.parse(values))));
           }""",
    )
    templates = [values_template(g, f.name) for f in plain(g)]
    got = json.loads(page.get("spoken")(json.dumps(templates), json.dumps(dict(g.base))))
    assert got == [filled(g, t) for t in templates]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"heads": 7},
            "heads_share: a hidden size of 8,192 does not divide by the number of heads, 7",
        ),
        (
            {"memory_slices": 1},
            "memory_there: an instance of 2 slices needs a GPU of as many, not 1 slice",
        ),
        (
            {"fs_bandwidth": 0.01},
            "leaves_time[tier=parallel-file-system]: a write takes 98,000.0 s, and a preemption "
            "comes every 12 h: too little time is left for work; take a faster tier, a smaller "
            "model or rarer preemptions",
        ),
        (
            {"gpu": "A100"},
            "gpu: 'A100' could be A100 80GB SXM or A100 40GB SXM; write more of the name",
        ),
        (
            {"gpus": "9" * 60 + "x"},
            f"gpus: '{'9' * 40}...' is not a number; give it in GPUs, e.g. 64",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_same_words(
    settings: dict[str, Any], message: str, pages: dict[str, quickjs.Context]
) -> None:
    """Verdicts that must be good, figures without a meaning, and options that could be several."""
    with pytest.raises(FigureError) as refused:
        graph("gpu-wall").evaluate(settings)
    assert str(refused.value) == message
    answer = json.loads(pages["gpu-wall"].get("evaluated")(json.dumps(settings)))
    assert answer == {"error": message}


@pytest.mark.parametrize("name", ["constructor", "toString", "__proto__", "hasOwnProperty"])
def test_a_name_that_every_object_has_finds_nothing(
    name: str, pages: dict[str, quickjs.Context]
) -> None:
    say = pages["small"].get("evaluated")
    assert json.loads(say(f'{{"{name}": 1}}'))["error"] == f"{name}: small has no such given"
    assert json.loads(say(f'{{"gpu": "{name}"}}'))["error"].startswith(f"gpu: no option '{name}'")


@pytest.mark.parametrize("number", ["1", "−1", "2", "1.0", "0"])
@pytest.mark.parametrize("name", ["GPUs", "tokens/s", "queries", "micro-batches", "ms", "s", "GB"])
def test_one_of_a_thing_is_singular_in_both_languages(
    core: quickjs.Context, number: str, name: str
) -> None:
    (got,) = json.loads(core.get("all")("withUnit", json.dumps([[number, name]])))
    assert got == with_unit(number, name)


def test_unknown_names_are_refused(pages: dict[str, quickjs.Context]) -> None:
    """A given or an option that the chapter does not have is named."""
    say = pages["small"].get("evaluated")
    assert json.loads(say('{"nope": 1}'))["error"].startswith("nope: small has no such given")
    assert json.loads(say('{"gpu": "Z80"}'))["error"].startswith("gpu: no option 'Z80'")
    assert json.loads(say('{"total_bytes": 1}'))["error"].startswith("total_bytes: ")
