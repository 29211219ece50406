"""Small graphs over axes: boosting, levels, a pipeline, softmax, NDCG, attention, layouts ..."""

from __future__ import annotations

from worked.figures import Axis, Derived, Given, Graph, Step, before, label
from worked.formulas.ops import (
    all_of,
    along,
    at,
    count,
    exp,
    found,
    least,
    ln,
    log2,
    maximum,
    mean,
    most,
    nth,
    rank,
    renamed,
    same,
    softmax,
    total,
    where,
    where_least,
    where_most,
)


def given(
    name: str, value: object, unit: str = "", over: str = "", places: int = 2, **more
) -> Given:
    """Return a given that may be anything within a million."""
    low, high = more.pop("low", -1e6), more.pop("high", 1e6)
    label = more.pop("label", name)
    return Given(name, value, unit, name[0], label, low, high, places=places, over=over, **more)


def derived(name: str, formula, over: str = "", **more) -> Derived:
    """Return a signed figure without a unit."""
    unit, label = more.pop("unit", ""), more.pop("label", name)
    places = more.pop("places", 2)
    return Derived(name, formula, unit, label, places=places, signed=True, over=over, **more)


# -- gradient boosting with stumps --------------------------------------------------------------


def mean_label(label):
    return mean(label, "row")


def midpoint(low, high):
    return (low + high) / 2


def goes_left(x, threshold):
    return x <= threshold


def residual(label, prediction):
    return label - prediction


def left_leaf(residual, goes_left):
    return mean(residual, "row", where=goes_left)


def right_leaf(residual, goes_left):
    return mean(residual, "row", where=1 - goes_left)


def error_after(residual, goes_left, left, right):
    return total((residual - where(goes_left, left, right)) ** 2, "row")


def best_split(error):
    return where_least(error, "split")


def leaf_of_row(goes_left, left, right, best):
    return where(at(goes_left, "split", best), at(left, "split", best), at(right, "split", best))


def boosted(prediction, rate, leaf):
    return prediction + rate * leaf


def mean_squared_error(label, prediction):
    return mean((label - prediction) ** 2, "row")


PREVIOUS = before("prediction", over="round", start="base")
BOOSTING = Graph(
    "boosting",
    "Boosting",
    [
        Step(
            "all",
            "All",
            (
                given("distance", (1, 2, 3, 5, 6, 8), over="row"),
                given("minutes", (8, 9, 17, 22, 31, 39), over="row"),
                given("threshold", (1.5, 2.5, 4.0, 5.5, 7.0), over="split", places=1),
                given("rate", 0.5),
                given("rounds", 5, integer=True, low=1, high=20),
                derived("base", mean_label, inputs={"label": "minutes"}),
                derived("left", goes_left, over="row split", inputs={"x": "distance"}),
                derived(
                    "residual",
                    residual,
                    over="row round",
                    inputs={"label": "minutes", "prediction": PREVIOUS},
                ),
                derived("lower", left_leaf, over="split round", inputs={"goes_left": "left"}),
                derived("upper", right_leaf, over="split round", inputs={"goes_left": "left"}),
                derived(
                    "error",
                    error_after,
                    over="split round",
                    inputs={"goes_left": "left", "left": "lower", "right": "upper"},
                ),
                derived("best", best_split, over="round"),
                derived(
                    "leaf",
                    leaf_of_row,
                    over="row round",
                    inputs={"goes_left": "left", "left": "lower", "right": "upper"},
                ),
                derived("prediction", boosted, over="row round", inputs={"prediction": PREVIOUS}),
                derived("mse", mean_squared_error, over="round", inputs={"label": "minutes"}),
                derived("final", lambda mse: mse, inputs={"mse": "mse[round=last]"}),
            ),
        )
    ],
    axes=[
        Axis("row", tuple(range(1, 7)), "delivery"),
        Axis("split", tuple(range(1, 6)), "split", shown_by="threshold"),
        Axis("round", length="rounds", most=20),
    ],
)


# -- two axes in one recurrence, a recurrence inside a recurrence --------------------------------


def finish(earlier_stage, earlier_batch, seconds):
    return maximum(earlier_stage, earlier_batch) + seconds


def node(upper, side, level):
    return 2 * upper + side * (1 + 0 * level)


def next_start(depth_last, pass_number):
    return depth_last + pass_number


PIPELINE = Graph(
    "pipeline",
    "Pipeline",
    [
        Step(
            "all",
            "All",
            (
                given("seconds", (3, 1, 2), unit="s", over="stage"),
                derived(
                    "finish",
                    finish,
                    over="stage batch",
                    unit="s",
                    inputs={
                        "earlier_stage": before("finish", over="stage", start=0.0),
                        "earlier_batch": before("finish", over="batch", start=0.0),
                    },
                ),
                derived("makespan", lambda finish: most(most(finish, "stage"), "batch"), unit="s"),
            ),
        )
    ],
    axes=[Axis("stage", ("first", "second", "third")), Axis("batch", (1, 2, 3, 4))],
)

NESTED = Graph(
    "nested",
    "Levels inside rounds",
    [
        Step(
            "all",
            "All",
            (
                given("side", ((0, 1, 1), (1, 0, 1)), over="round level"),
                derived(
                    "start",
                    next_start,
                    over="round",
                    inputs={
                        "depth_last": before("end", over="round", start=1.0),
                        "pass_number": label("round"),
                    },
                ),
                derived(
                    "node",
                    node,
                    over="round level",
                    inputs={
                        "upper": before("node", over="level", start="start"),
                        "level": label("level"),
                    },
                ),
                derived(
                    "end", lambda node: node, over="round", inputs={"node": "node[level=last]"}
                ),
            ),
        )
    ],
    axes=[Axis("round", (1, 2)), Axis("level", (1, 2, 3))],
)


# -- candidates, lists, attention, layouts --------------------------------------------------------


def score(u, v):
    return total(u * v, "dim")


def logit(score, temperature, sampled):
    return score / temperature - ln(sampled)


def share(logit):
    return softmax(logit, "item")


def spelt_share(logit):
    return exp(logit) / total(exp(logit), "item")


TWO_TOWER = Graph(
    "two-tower",
    "Two towers",
    [
        Step(
            "all",
            "All",
            (
                given("u", (0.8, 0.1, -0.3, 0.5), over="dim"),
                given("temperature", 0.1),
                given(
                    "v",
                    (
                        (0.9, 0, -0.2, 0.4),
                        (0.1, 0.8, 0.3, -0.2),
                        (0.5, 0.2, -0.6, 0.7),
                        (-0.4, 0.1, 0.7, 0.2),
                    ),
                    over="item dim",
                ),
                given("sampled", (0.02, 0.001, 0.005, 0.0002), over="item", low=1e-6),
                derived("score", score, over="item"),
                derived("logit", logit, over="item"),
                derived("share", share, over="item", places=3),
                derived("spelt", spelt_share, over="item", places=3),
                derived("winner", lambda share: where_most(share, "item")),
                derived("winner_score", lambda score, winner: at(score, "item", winner)),
            ),
        )
    ],
    axes=[Axis("item", ("A", "B", "C", "D"), "candidate"), Axis("dim", (1, 2, 3, 4))],
)


def discounted(gain, place):
    return gain / log2(1 + place)


def sum_of_terms(term):
    return total(term, "shown")


NDCG = Graph(
    "ndcg",
    "NDCG",
    [
        Step(
            "all",
            "All",
            (
                given("gain", (7, 0, 3, 0, 1), over="shown"),
                derived("term", discounted, over="shown", inputs={"place": label("shown")}),
                derived("dcg", sum_of_terms),
                derived("ideal_place", lambda gain: rank(gain, "shown"), over="shown"),
                derived("ideal_term", discounted, over="shown", inputs={"place": "ideal_place"}),
                derived("ideal", sum_of_terms, inputs={"term": "ideal_term"}),
                derived("ndcg", lambda dcg, ideal: dcg / ideal, places=3),
                derived("median", lambda gain: nth(gain, "shown", 3)),
            ),
        )
    ],
    axes=[Axis("shown", (1, 2, 3, 4, 5))],
)


def attention(x):
    return total(x * renamed(x, position="key"), "dim")


def weight(score, position):
    seen = renamed(position, position="key") <= position
    return where(seen, exp(score), 0) / total(exp(score), "key", where=seen)


ATTENTION = Graph(
    "attention",
    "Attention",
    [
        Step(
            "all",
            "All",
            (
                given("x", ((1, 0), (0, 1), (1, 1)), over="position dim", low=-5, high=5),
                derived("score", attention, over="position key"),
                derived("weight", weight, over="position key", places=3),
            ),
        )
    ],
    axes=[Axis("position", (0, 1, 2)), Axis("key", like="position"), Axis("dim", (1, 2))],
)


def layout_bytes(states, gpus):
    return along(
        "layout", ddp=states, zero_1=states / 4 + states * 3 / 4 / gpus, zero_3=states / gpus
    )


LAYOUTS = Graph(
    "layouts",
    "Layouts",
    [
        Step(
            "all",
            "All",
            (
                given("states", 1120, unit="GB", low=1),
                given("gpus", 64, low=1, high=4096, integer=True),
                given("limit", 80, unit="GB"),
                given("memory", (80, None, 141), unit="GB", over="gpu"),
                derived("bytes", layout_bytes, over="layout", unit="GB"),
                derived(
                    "fits",
                    lambda bytes, memory: where(bytes <= memory, 1, 0),
                    over="layout gpu",
                    words=("does not fit", "fits"),
                    partial=True,
                ),
                derived("fitting", lambda bytes, limit: count(bytes <= limit, "layout")),
                derived(
                    "first", lambda bytes, limit: where_least(bytes, "layout", where=bytes > limit)
                ),
                derived("first_is_ddp", lambda first, layout: count(same(first, layout), "layout")),
                derived(
                    "any",
                    lambda first, bytes: where(found(first), at(bytes, "layout", first), 0),
                    unit="GB",
                ),
                derived(
                    "small",
                    lambda bytes, limit: least(
                        bytes, "layout", where=all_of(bytes > limit, bytes < limit)
                    ),
                    unit="GB",
                    partial=True,
                ),
            ),
        )
    ],
    axes=[Axis("layout", ("DDP", "ZeRO-1", "ZeRO-3")), Axis("gpu", ("H100", "V100", "H200"))],
)


def half(left):
    return left / 2


HALVING = Graph(
    "halving",
    "An axis that counts from 0 itself",
    [
        Step(
            "all",
            "All",
            (
                given("whole", 8),
                derived(
                    "left", half, over="step", inputs={"left": before("left", "step", "whole")}
                ),
            ),
        )
    ],
    axes=[Axis("step", (0, 1, 2))],
)

EXAMPLES = [BOOSTING, PIPELINE, NESTED, TWO_TOWER, NDCG, ATTENTION, LAYOUTS, HALVING]
