"""Figures over named axes: what they give, and what is refused in which words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.worked.axes_examples import (
    ATTENTION,
    BOOSTING,
    EXAMPLES,
    HALVING,
    LAYOUTS,
    NDCG,
    NESTED,
    PIPELINE,
    TWO_TOWER,
    derived,
    given,
)
from worked import floats
from worked.figures import Axis, FigureError, Graph, Step, UnknownNameError, before, label
from worked.formulas import ops


def small(*figures: Any, axes: tuple[Axis, ...] = (Axis("row", (1, 2, 3)),)) -> Graph:
    """Return a graph of one step, over a row of three."""
    graph = Graph("small", "Small", [Step("all", "All", figures)], axes=axes)
    assert graph.base is not None  # a formula is checked at the first look at a value
    return graph


X = given("x", (1, 2, 4), over="row")


# -- values, by hand ------------------------------------------------------------------------------


def test_boosting_is_what_the_articles_hand_arithmetic_says() -> None:
    """The mean of the six is 126 / 6 = 21; the first cut is 5.5 km; 52.17 is left of 125.67."""
    assert BOOSTING.base["base"] == 21
    assert BOOSTING.shown("best[round=1]") == "5.5"  # the threshold itself: a live label
    assert BOOSTING.shown("leaf[row=4, round=2]") == "4.50"
    assert BOOSTING.shown("prediction.4.2") == "19.75"
    mse = [BOOSTING.shown(f"mse[round={r}]") for r in range(1, 6)]
    assert mse == ["52.17", "21.79", "10.29", "3.37", "1.64"]
    assert BOOSTING.shown("final") == "1.64"


def test_place_0_is_what_a_recurrence_starts_from() -> None:
    """Before the first round every delivery is predicted the mean."""
    assert BOOSTING.shown("prediction[row=4, round=0]") == "21.00"
    assert NESTED.shown("node[round=2, level=0]") == NESTED.shown("start[round=2]")
    with pytest.raises(FigureError, match="round has no place '0'"):
        BOOSTING.shown("mse[round=0]")


def test_a_place_called_0_is_a_place() -> None:
    """An axis may count from 0 itself: then its place 0 is computed, not what stands before it."""
    assert [HALVING.shown(f"left[step={k}]") for k in range(3)] == ["4.00", "2.00", "1.00"]


def test_an_axis_takes_its_length_from_a_given() -> None:
    """Two rounds give two errors, and `last` is the second."""
    values = BOOSTING.evaluate({"rounds": 2})
    assert [round(x, 2) for x in values["mse"]] == [52.17, 21.79]
    assert BOOSTING.shown("final", values) == "21.79"


def test_a_cell_of_a_given_can_be_set() -> None:
    """18 for the third delivery's 17 minutes: the mean is 127 / 6."""
    for name in ("minutes.3", "minutes[row=3]"):
        assert BOOSTING.evaluate({name: 18})["base"] == pytest.approx(127 / 6)
    assert BOOSTING.changes({"minutes.3": 18}) == {"minutes[row=3]": 18}
    assert BOOSTING.changes({"minutes.last": 18}) == {"minutes[row=6]": 18}


def test_a_recurrence_looks_back_along_two_axes() -> None:
    """A stage waits for the stage before and for its own batch before: 3 + 1 + 2, then 3 each."""
    assert PIPELINE.base["finish"] == [[3, 6, 9, 12], [4, 7, 10, 13], [6, 9, 12, 15]]
    assert PIPELINE.base["makespan"] == 15


def test_a_recurrence_stands_inside_another() -> None:
    """Levels: 2, then 2·2+0·1, 2·4+1·1, ...; the next round starts at the last level's end."""
    ends, start, node = [], 1.0, []
    for side, number in zip(NESTED.base["side"], (1, 2), strict=True):
        start += number
        at = start
        levels = []
        for bit in side:
            at = 2 * at + bit
            levels.append(at)
        node.append(levels)
        start = at
        ends.append(at)
    assert NESTED.base["node"] == node
    assert NESTED.base["end"] == ends


def test_softmax_rank_and_order_statistics() -> None:
    """As written out: exp over the sum of exps; NDCG of 7, 0, 3, 0, 1 is 8.887 / 9.393."""
    assert TWO_TOWER.base["share"] == pytest.approx(TWO_TOWER.base["spelt"], rel=1e-12)
    assert TWO_TOWER.shown("winner") == "C"
    assert TWO_TOWER.base["winner_score"] == 0.95
    assert NDCG.base["ideal_place"] == [1, 4, 2, 5, 3]  # the first of the two zeros is fourth
    assert NDCG.shown("ndcg") == "0.946"
    assert NDCG.base["median"] == 1


def test_one_axis_under_two_names() -> None:
    """A causal row: the second position gives exp(0) / (exp(0) + exp(1)) to the first."""
    row = ATTENTION.base["weight"][1]
    assert row == pytest.approx([1 / (1 + math.e), math.e / (1 + math.e), 0])


def test_layouts_have_formulas_of_their_own_and_cells_may_be_absent() -> None:
    """1,120 GB: ZeRO-1 280 + 840 / 64; ZeRO-3 1,120 / 64; the second GPU has no memory given."""
    assert LAYOUTS.base["bytes"] == [1120e9, 293.125e9, 17.5e9]
    assert LAYOUTS.shown("fits[layout=zero-3, gpu=h100]") == "fits"
    assert LAYOUTS.shown("fits.zero-3.v100") == "—"
    assert LAYOUTS.base["fits"][0] == [0, None, 0]
    assert LAYOUTS.base["small"] is None
    assert LAYOUTS.shown("first") == "ZeRO-1"  # the least of those over 80 GB


def test_a_place_may_have_a_plain_number() -> None:
    """Of a thing that is kept whole the share is 1; of one that is halved, half of it."""
    kept = derived("kept", lambda x: ops.along("way", whole=1, halved=x / 2), over="way row")
    g = small(X, kept, axes=(Axis("row", (1, 2, 3)), Axis("way", ("whole", "halved"))))
    assert [g.shown(f"kept[way=whole, row={i}]") for i in (1, 3)] == ["1.00", "1.00"]
    assert [g.shown(f"kept[way=halved, row={i}]") for i in (1, 3)] == ["0.50", "2.00"]


def test_a_label_that_is_a_number_is_written_in_full() -> None:
    """A million is 1,000,000 to a reader and 1000000 in an address, not 1e+06."""
    far = Axis("far", (0.5, 1_000, 1_000_000))
    g = small(given("x", (1, 2, 4), over="far"), axes=(far,))
    assert far.keys == ("0-5", "1000", "1000000")
    assert [g.label("far", i) for i in range(3)] == ["0.5", "1,000", "1,000,000"]


def test_a_place_may_be_none() -> None:
    """Where no layout is over the limit there is no place, and what looks there is not reached."""
    values = LAYOUTS.evaluate({"limit": 900000, "states": 1120})
    assert values["first"] is None
    assert LAYOUTS.shown("first", values) == "none"
    assert values["first_is_ddp"] == 0
    assert values["any"] == 0


@pytest.mark.parametrize("graph", EXAMPLES, ids=lambda g: g.name)
def test_every_cell_can_be_shown(graph: Graph) -> None:
    for name in graph.figures:
        for index in graph.cells(name):
            assert graph.shown(graph.cell_name(graph.figures[name], index))


def test_inputs_may_be_written_as_text() -> None:
    """Figures and cells by argument, with blanks between."""
    g = small(X, derived("y", lambda a, b: a - b, inputs="a=x[row=3] b=x[row=1]"))
    assert g.base["y"] == 3
    with pytest.raises(FigureError, match=r"^y: inputs are written argument=figure"):
        small(X, derived("y", lambda a: a, inputs="a: x[row=3]"))


# -- noise and ties -------------------------------------------------------------------------------


def test_what_is_zero_but_for_noise_is_zero() -> None:
    """0.1 + 0.2 − 0.3 is 5.6e-17 in floats."""
    g = small(
        given("a", 0.1),
        given("b", 0.2),
        given("c", 0.3),
        derived("rest", lambda a, b, c: a + b - c),
        derived("is_more", lambda a, b, c: ops.where(a + b > c, 1, 0)),
        axes=(),
    )
    assert g.base["rest"] == 0
    assert g.base["is_more"] == 0


def test_a_sum_is_zero_but_for_noise_of_all_that_was_added() -> None:
    """Residuals around their mean cancel, though the last that is added is small: 33.6 − 33.65."""
    minutes = (4.1, 40.6, 55.6, 25.3, 42.7, 33.6)
    assert sum(sum(minutes) / 6 - y for y in minutes) != 0
    g = small(
        given("y", minutes, over="row"),
        derived("rest", lambda y: ops.total(ops.mean(y, "row") - y, "row")),
        axes=(Axis("row", (1, 2, 3, 4, 5, 6)),),
    )
    assert g.base["rest"] == 0


@pytest.mark.parametrize(("last", "want"), [(False, 0), (True, 2)])
def test_equals_but_for_noise_tie(last: bool, want: int) -> None:
    """0.1 + 0.2 and 0.3 are equal: the first of them wins, or the last."""
    g = small(
        given("x", (0.1, 0.3, 0.1), over="row"),
        given("y", (0.2, -1, 0.2), over="row"),
        derived("best", lambda x, y: ops.where_most(x + y, "row", last=last)),
    )
    assert g.base["best"] == want


def test_rounding_up_does_not_count_noise() -> None:
    """2.1 / 0.3 is 7.000000000000001 in floats."""
    g = small(given("a", 2.1), given("b", 0.3), derived("n", lambda a, b: ops.ceil(a / b)), axes=())
    assert g.base["n"] == 7


def test_a_place_s_own_value_may_be_a_number() -> None:
    g = small(
        given("x", 3),
        derived("y", lambda x: ops.along("kind", none=0, some=x), over="kind"),
        axes=(Axis("kind", ("none", "some")),),
    )
    assert g.base["y"] == [0, 3]


def test_only_the_branch_that_is_taken_is_computed() -> None:
    """A mean of nothing and a division by zero matter where they are wanted only."""

    def shielded(x: Any, zero: Any) -> Any:
        empty = ops.mean(x, "row", where=x > 10)
        return ops.where(ops.count(x > 10, "row") > 0, empty, ops.where(zero > 0, 1 / zero, -1))

    assert small(X, given("zero", 0), derived("y", shielded)).base["y"] == -1


def test_a_difference_of_near_numbers_leaves_their_noise_behind() -> None:
    """437.625 − 436.75 is 0.875, a tie: a hair below, it would be shown as 0.87."""
    a_hair = 437.625 - 437.625 * 2.0**-51
    assert a_hair - 436.75 < 0.875
    assert floats.plus(a_hair, -436.75) == 0.875
    assert floats.total(3, [400.0, a_hair - 400, -436.75].__getitem__) == 0.875
    # What is more than noise stays.
    assert floats.plus(437.625 + 1e-9, -436.75) == pytest.approx(0.875 + 1e-9, abs=1e-13)
    assert floats.plus(0.3, -0.1 - 0.2) == 0


# -- what is refused ------------------------------------------------------------------------------

REFUSED: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: small(X, derived("y", lambda x: 2 * x)),
        "y: <lambda> gives a value over row, but it is declared over no axis",
    ),
    (
        lambda: small(X, derived("y", lambda x: ops.total(x, "row"), over="row")),
        "y: <lambda> gives a value over no axis, but it is declared over row",
    ),
    (
        lambda: small(X, derived("y", lambda x: ops.total(x, "split"))),
        "y: <lambda> cannot be right: there is no axis 'split'; there are row",
    ),
    (
        lambda: small(given("z", 1), derived("y", lambda z: ops.total(z, "row"))),
        "y: <lambda> cannot be right: total goes over row, but what it is given is over no axis",
    ),
    (
        lambda: small(X, derived("y", lambda x, row: x + row, over="row")),
        "y: <lambda> cannot be right: a place of row is no number: look a row up at it",
    ),
    (
        lambda: small(X, derived("y", lambda x: ops.at(x, "row", 2))),
        "y: <lambda> cannot be right: at looks along row: it wants a place of it, not a number",
    ),
    (
        lambda: small(X, derived("y", lambda x: ops.mean(x, "row", where=x > 9))),
        "y: there is nothing to take the mean of",
    ),
    (
        lambda: small(X, derived("y", lambda x: 1 / (x - 2), over="row")),
        "y[row=2]: has no finite value here",
    ),
    (
        lambda: small(given("x", (1, 2), over="row")),
        "x: over row it wants values of shape [3], not [2]",
    ),
    (lambda: small(given("x", 1, over="raw")), "x: is over 'raw', which is no axis of small; did"),
    (
        lambda: small(
            X, derived("y", lambda x: x, over="row", inputs={"x": before("y", "row", "z")})
        ),
        "y: its argument 'x' wants a figure 'z', which small does not have",
    ),
    (
        lambda: small(X, derived("y", lambda x: x, inputs={"x": "x[row=7]"})),
        "y: row has no place '7'; there are 1, 2, 3",
    ),
    (
        lambda: small(X, derived("y", lambda x: x, inputs={"x": "x[split=7]"})),
        "y: x is over row, not split",
    ),
    (
        lambda: small(X, derived("y", lambda x: x, inputs={"x": "x[row:7]"})),
        "x[row:7]: a place is written axis=place, not 'row:7'",
    ),
    (
        lambda: small(X, derived("y", lambda x, y: x + y, over="row")),
        "y: depends on itself: y -> y",
    ),
    (
        lambda: small(X, derived("y", lambda n: n, over="row", inputs={"n": label("split")})),
        "y: wants the places of 'split', which is no axis",
    ),
    (
        lambda: small(X, derived("y", lambda x: ops.along("row", one=x), over="row")),
        "y: <lambda> cannot be right: along('row') gives one; the places are, in order, 1, 2, 3",
    ),
    (
        lambda: small(
            given("x", (1, None, 2), over="row"), derived("y", lambda x: 2 * x, over="row")
        ),
        "y[row=2]: there is no value here",
    ),
    (
        lambda: small(X, axes=(Axis("row", ("a", "A", "b")),)),
        "row: an axis wants places whose keys differ",
    ),
    (
        lambda: small(given("x", ((1, 2, 3),) * 3, over="row row")),
        "x: is over row row, one axis twice; name each once",
    ),
    (
        lambda: small(X, derived("y", lambda x: x, over="row", inputs={"x": "x", "z": "x"})),
        "y: <lambda> has no argument 'z'; it takes x",
    ),
    (
        lambda: small(X, derived("y", lambda row: ops.count(row, "row"))),
        "y: <lambda> cannot be right: count wants numbers and conditions, not a place of row",
    ),
    (
        lambda: small(X, derived("y", lambda x: 1 if x else 0, over="row")),
        "y: <lambda> cannot be right: a formula cannot branch on a value",
    ),
    (
        lambda: small(X, axes=(Axis("row", (1, 2, 3)), Axis("key", like="key"))),
        "key: there is no plain axis 'key' to be like",
    ),
    (
        lambda: small(
            X, given("n", 2, low=0), axes=(Axis("row", (1, 2, 3)), Axis("step", length="n", most=9))
        ),
        "step: its length 'n' must be a whole number without axes or unit, from 1 or more to at",
    ),
]

AHEAD: dict[str, Callable[[Any], Any]] = {
    "a sum": lambda g: ops.total(g, "row") + 0 * g,
    "a rank": lambda g: ops.rank(g, "row"),
    "a look-up": lambda g: ops.at(g, "row", ops.where_least(g, "row")) + 0 * g,
    "another name": lambda g: ops.total(ops.renamed(g, row="key"), "key") + 0 * g,
}


@pytest.mark.parametrize("formula", AHEAD.values(), ids=AHEAD)
def test_a_recurrence_cannot_look_along_its_own_axis(formula: Callable[[Any], Any]) -> None:
    """What is not computed yet is no zero and not absent: it is refused, also where it may be."""
    earlier = derived("g", lambda q: q + 1, over="row", inputs={"q": before("f", "row", 0)})
    axes = (Axis("row", (1, 2, 3)), Axis("key", like="row"))
    for is_partial in (False, True):
        late = derived("f", formula, over="row", partial=is_partial)
        with pytest.raises(FigureError, match=r"^f: looks along row at g, which is computed along"):
            small(earlier, late, axes=axes)


def test_a_recurrence_starts_from_what_it_is_itself() -> None:
    """5 s are no bytes, a place is no number, and 5 of an amount in minutes is 5 of what?"""

    def looks_back(start: Any, unit: str) -> Graph:
        f = derived(
            "f", lambda q: q, over="row", unit=unit, inputs={"q": before("f", "row", start)}
        )
        place = derived("place", lambda x: ops.where_least(x, "row"))
        return small(X, given("s", 5, "s"), place, f)

    with pytest.raises(FigureError, match=r"^f: s cannot start f: it is something else, or in ano"):
        looks_back("s", "GB")
    with pytest.raises(FigureError, match=r"^f: place cannot start f: it is something else"):
        looks_back("place", "")
    with pytest.raises(FigureError, match=r"^f: f has a unit, so it cannot start from 5"):
        looks_back(5, "min")
    assert looks_back("s", "s").base["f"] == [5, 5, 5]


def test_an_exact_key_is_found_before_one_that_is_like_it() -> None:
    """The keys of 1.5 and 15 differ by a hyphen alone; −1 is no place 1."""
    g = small(given("x", (1, 2, 3), over="row"), axes=(Axis("row", (1.5, 15, -15)),))
    assert g.keys["row"] == ("1-5", "15", "minus-15")
    assert [g.value(f"x.{key}") for key in g.keys["row"]] == [1, 2, 3]
    with pytest.raises(FigureError, match="row has no place '-1'"):
        BOOSTING.find("minutes.-1")


def test_what_is_said_beside_place_0_is_checked_as_well() -> None:
    for wrong, said in (
        ("[foo=1, round=0]", "over row, round, not 'foo'"),
        ("[row=99, round=0]", "row has no place '99'"),
    ):
        with pytest.raises(FigureError, match=said):
            BOOSTING.find(f"prediction{wrong}")
    assert BOOSTING.cell("prediction.4.0") == "base"


@pytest.mark.parametrize(
    ("text", "number"), [("1,024", 1024), ("−5", -5), (" 8e2 ", 800), (".5", 0.5)]
)
def test_a_number_is_read_as_a_reader_types_it(text: str, number: float) -> None:
    g = small(given("x", 1))
    assert g.evaluate({"x": text})["x"] == number
    assert g.evaluate({"small.x": text})["x"] == number


@pytest.mark.parametrize("text", ["1,8", "1_8", "１８", "inf", "nan", "", ".", "1,02", "0x10"])
def test_what_may_mean_two_numbers_or_none_is_refused(text: str) -> None:
    with pytest.raises(FigureError, match=r"^x: '.*' is not a number"):
        small(given("x", 1)).evaluate({"x": text})


@pytest.mark.parametrize(("build", "said"), REFUSED, ids=[said[:60] for _, said in REFUSED])
def test_what_cannot_be_right_is_refused(build: Callable[[], Any], said: str) -> None:
    with pytest.raises(FigureError, match="^" + re.escape(said)):
        build()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"minutes": 3}, r"minutes: has a value for each place; set minutes\[row=1\]"),
        ({"minutes.9": 3}, "minutes.9: row has no place '9'; there are 1, 2, 3, 4, 5, 6"),
        ({"minutes.3.1": 3}, r"minutes.3.1: a cell of minutes is minutes.row"),
        ({"minutes.3": "x"}, r"minutes\[row=3\]: 'x' is not a number; give it in plain numbers"),
        ({"minutes.3": 1e9}, r"minutes\[row=3\]: 1e\+09 is outside its range"),
        ({"leaf.3.1": 3}, "leaf: is computed, so it cannot be set"),
        ({"rate[row=3]": 3}, r"rate\[row=3\]: rate is over no axis, not 'row'"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(FigureError, match="^" + said):
        BOOSTING.evaluate(settings)


def test_a_row_without_a_place_is_not_shown_as_a_number() -> None:
    with pytest.raises(FigureError, match="mse: has a value for each place of round"):
        BOOSTING.shown("mse")
    with pytest.raises(FigureError, match=r"of row; write residual\[row=1, round=2\], say"):
        BOOSTING.shown("residual[round=2]")
    with pytest.raises(UnknownNameError, match="round has no place 'x'"):
        BOOSTING.shown("mse[round=x]")


# -- what cells are called ------------------------------------------------------------------------


def test_a_cell_is_called_by_its_places() -> None:
    """Where the label says, else behind it, by the axes' nouns; a live label is the figure's."""
    g = small(
        given("x", (1, 2, 4), over="row", label="Minutes of delivery <row>"),
        derived("y", lambda x, z: x * z, over="row tier", label="Price"),
        given("z", (1, 2), over="tier"),
        axes=(Axis("row", (1, 2, 3), "delivery"), Axis("tier", ("NVMe", "Tape"))),
    )
    assert g.called("x[row=3]") == g.called("x.3") == "Minutes of delivery 3"
    assert g.called("x[row=last]") == "Minutes of delivery 3"
    assert g.called("x") == "Minutes of each delivery"
    assert g.called("y[tier=tape, row=2]") == "Price, delivery 2, tier Tape"
    assert g.called("y[tier=tape]") == "Price, tier Tape"
    assert BOOSTING.called("lower[split=4, round=2]") == "lower, split 5.5, round 2"
    moved = BOOSTING.evaluate({"threshold.4": 5})
    assert BOOSTING.called("lower[split=4, round=2]", moved) == "lower, split 5, round 2"
    with pytest.raises(FigureError, match="x: is not over 'raw', which 'of <raw>' mentions"):
        small(given("x", 1, label="of <raw>"))


def test_a_cell_beyond_its_axis_is_absent() -> None:
    """Two rounds have no fourth: the page shows a dash, and who asks for its value is told."""
    values = BOOSTING.evaluate({"rounds": 2})
    assert BOOSTING.shown("mse[round=4]", values) == "—"
    with pytest.raises(
        FigureError, match=r"mse\[round=4\]: round has only the places up to 2 here"
    ):
        BOOSTING.value("mse[round=4]", values)


def test_the_source_of_a_cell_is_the_readers_where_they_set_it() -> None:
    settings = {"minutes.3": 18, "rate": 0.5}
    assert BOOSTING.source("minutes[row=3]", settings)[0].text == "your own value"
    assert BOOSTING.source("minutes.2", settings)[0].is_own_choice
    assert BOOSTING.source("minutes", settings)[0].is_own_choice
