"""Numbers in words: page and build choose the same words."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import quickjs

from checks.page import quiz_data
from checks.page.bank_module import parts
from checks.page.browser_model import expression, worth
from checks.page.javascript import bundle, context, linked
from checks.page.pictures import drawing_board
from tests.worked.axes_examples import EXAMPLES
from tests.worked.test_words import GRAPH as SMALL
from worked.chapters import CHAPTERS, graph
from worked.figures import FigureError, Graph
from worked.units import rounded, unit
from worked.words import FORMS, in_words, misfit, spelled

SCRIPTS = bundle("floats.js", "exact.js", "graph.js", "words.js")


def page(script: str) -> quickjs.Context:
    """Return a context with the page's words in it."""
    return context(
        SCRIPTS,
        script,
        "function all(cases) { return JSON.stringify(JSON.parse(cases).map(one)); }",
    )


def a_value(rng: random.Random, unit_name: str) -> float:
    """Return a value near what has words as often as not, in base units."""
    landmark = rng.choice((1, 2, 3, 7, 10, 12, 13, 20, 100, 1000, 1 / 2, 1 / 3, 3 / 4, 1 / 10))
    drawn = (
        float(rng.randint(-2, 30)),
        rng.random(),
        10 ** rng.uniform(-8, 12),
        landmark * (1 + rng.choice((0, 0.001, 0.04, -0.04, 0.1, -0.1, rng.uniform(-0.15, 0.15)))),
        rng.choice((-1, 1)) * rng.uniform(0, 20),
        float(rng.randint(1, 4000)),
    )
    value = rng.choice(drawn)
    return value * float(unit(unit_name).factor) if rng.random() < 0.5 else value


def test_words_are_the_same_in_both_languages() -> None:
    """20,000 values in every form: counts, shares, multiples, landmarks and their edges."""
    rng = random.Random(12)
    units = ["", "%", "×", "GPUs", "tokens", "B", "h", "micro-batches", "billion", "B/token"]
    cases: list[list[Any]] = []
    want: list[str] = []
    while len(cases) < 20_000:
        unit_name, places = rng.choice(units), rng.randint(0, 3)
        form, bare = rng.choice(FORMS), rng.random() < 0.3
        if misfit(form, unit_name, bare):
            continue
        form = form.capitalize() if rng.random() < 0.3 else form
        value = a_value(rng, unit_name)
        number = rounded(value, unit(unit_name), places)
        cases.append([value, number, unit_name, worth(unit(unit_name)), places, form, bare])
        want.append(spelled(value, number, unit_name, places, form, bare))
    got = json.loads(page("const one = (c) => spelled(...c);").get("all")(json.dumps(cases)))
    for case, ours, theirs in zip(cases, want, got, strict=True):
        assert theirs == ours, case
    # No words is said of most of them: what is compared is not one sentence over and over.
    assert Counter(want).most_common(1)[0][1] < len(want) / 10


def test_what_is_absent_is_a_dash_on_the_page() -> None:
    """null and infinities, as in Python."""
    got = page(
        'const one = (v) => [null, 1 / 0, NaN].map((x) => spelled(x, "", "", ["1", "1"], 0, v));'
    ).get("all")(json.dumps(list(FORMS)))
    assert json.loads(got) == [["—"] * 3] * len(FORMS)


def every_way(g: Graph) -> list[tuple[str, dict[str, Any], str]]:
    """Return cell, options and words of each figure in each form that fits it."""
    found = []
    for f in g.figures.values():
        for index in list(g.cells(f.name))[:3]:
            cell = g.cell_name(f, index)
            for form in ("words", "Ordinal", "fraction", "times"):
                for bare in (False, True):
                    try:
                        words = in_words(g, cell, form, bare=bare)
                    except FigureError:
                        continue
                    found.append((cell, {"words": form, "bare": bare}, words))
    return found


def test_every_figure_has_the_same_words_in_both_languages() -> None:
    """Each cell of each chapter and example, in each form that fits: places and absent ones too."""
    for g in [*(graph(slug) for slug in CHAPTERS), *EXAMPLES]:
        ways = every_way(g)
        script = (
            f"const model = {expression(g.name, g, [])};"
            "const values = evaluate(model);"
            "const one = ([cell, options]) => inText(model, cell, values, options);"
        )
        got = json.loads(page(script).get("all")(json.dumps([way[:2] for way in ways])))
        for (cell, options, words), theirs in zip(ways, got, strict=True):
            assert theirs == words, (g.name, cell, options)


def test_a_unit_may_be_asked_for_beside_the_words() -> None:
    """Each chapter's plain ratios in percent, as `{{ x | % 0 fraction }}` asks."""
    for slug in CHAPTERS:
        g = graph(slug)
        names = [f.name for f in g.derived if f.unit == "" and not f.axes and not f.words]
        names = [n for n in names if g.kinds[n].place is None]
        script = (
            f"const model = {expression(slug, g, [])};"
            "const values = evaluate(model);"
            "const one = (n) => inText(model, n, values,"
            ' { words: "fraction", unit: "%", places: 0 });'
        )
        got = json.loads(page(script).get("all")(json.dumps(names)))
        assert got == [in_words(g, n, "fraction", None, "%", 0) for n in names]


def test_a_picture_writes_words_and_follows_the_givens() -> None:
    """Its title, at the book's 6 rounds and at 3; a cited number has its source beside it."""
    spec = {
        "id": "one",
        "kind": "bars",
        "title": "{{ rounds | Words }}, the {{ rounds | ordinal }}",
        "alt": "{{ left | fraction }}",
        "unit": "steps",
        "series": ["x"],
        "axis": "{{ cite: 1.5 | a post }} {{ lit: 2022 }}",
        "groups": [{"label": "{{ rounds | words bare }}", "figures": ["rounds"]}],
    }
    board = drawing_board("small", SMALL, [spec])
    for settings, title, alt in (
        ({}, "Six steps, the sixth", "a sixth"),
        ({"rounds": 3}, "Three steps, the third", "a third"),
    ):
        drawn = board.get("drawn")("picture", json.dumps("one"), json.dumps(settings))
        assert f"{title}</title>" in drawn
        assert f"{alt}</desc>" in drawn
        assert ">1.5 (a post) 2022<" in drawn


def test_a_question_writes_words_with_what_was_drawn() -> None:
    """The parts of a text carry the form; the page fills them from the values drawn."""
    cut = parts("{{ gpus | Words bare }}, {{ mtbf | h words }}.", "gpu-wall")
    assert cut[0] == {"fig": "gpus", "bare": True, "words": "Words"}
    made = context(
        linked("assets/js/quiz/draw.js", generated=dict(quiz_data.modules())),
        'const { floats } = modules["assets/js/floats.js"];'
        'const { evaluate } = modules["assets/js/graph.js"];'
        'const { fill } = modules["assets/js/quiz/draw.js"];',
        f"const model = {expression('gpu-wall', graph('gpu-wall'), [])};"
        "function filled(parts, settings) {"
        " const values = evaluate(model, JSON.parse(settings));"
        " return fill({ model, values, places: {} }, JSON.parse(parts)); }",
    )
    got = made.get("filled")(json.dumps(cut), json.dumps({"gpus": 8, "mtbf": 2}))
    assert got == "Eight, two hours."
