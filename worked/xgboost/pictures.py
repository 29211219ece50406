"""The chapter's pictures, as specifications that the page draws and redraws."""

from __future__ import annotations

from typing import Any

from worked.pictures import bars, by_key, curve, marks

ROUNDS = {1: "first round", 2: "second round", 3: "third round"}

LOG_LOSS = curve(
    "log-loss",
    "The log loss, its tangent and its parabola",
    "Curves over the step from a margin of {{ trial_margin }}: the log loss, a "
    "straight line and a parabola that touch it where no step is made. "
    "After a step of {{ trial_step }} the loss is {{ trial_exact }}, the line says "
    "{{ trial_line }} and the parabola {{ trial_parabola }}.",
    "One row with label {{ trial_label }}, seen from a margin of {{ trial_margin }}. "
    "The line knows a direction but no distance; the parabola has a lowest point.",
    x=("trial_step", "step in the margin"),
    span=(-3, 3),
    y_label="log loss",
    series={
        "trial_exact": "log loss",
        "trial_line": "first order",
        "trial_parabola": "second order",
    },
)

LEAF = curve(
    "leaf",
    "The objective of one leaf against its weight",
    "A curve over the weight of the leaf that holds the fifth and the sixth delivery. "
    "It is "
    "lowest at {{ side_weight[split=4, side=right, round=1] }}, with {{ best_objective }}; an "
    "upright line marks that weight, another {{ free_weight }}, the weight without penalties.",
    "The penalties {{ claim: "
    "free_weight != side_weight[split=4, side=right, round=1] | "
    "move the lowest point from {{ free_weight }} to "
    "{{ side_weight[split=4, side=right, round=1] }} | "
    "leave the lowest point at {{ free_weight }} }}.",
    x=("trial_weight", "weight of the leaf, minutes"),
    span=(-5, 25),
    y_label="objective",
    series={"trial_objective": "objective of the leaf"},
    lines={
        "side_weight[split=4, side=right, round=1]": "best weight",
        "free_weight": "without penalties",
    },
)

PRUNING = bars(
    "pruning",
    "The gains of the first tree against gamma",
    "Bars: the root's gain {{ best_gain[round=1] }}, the left child's "
    "{{ child_best[child=left, round=1] }}, the right child's "
    "{{ child_best[child=right, round=1] }}. A line stands at gamma, {{ gamma }}, "
    "which leaves {{ kept[round=1] }} of the splits standing.",
    "Gamma {{ gamma }} leaves {{ kept[round=1] }} of the splits standing. A bar that "
    "ends short of the line falls, unless something that hangs below it stands.",
    axis="gain, square minutes",
    places=2,
    groups={
        "left child": ["child_best[child=left, round=1]"],
        "right child": ["child_best[child=right, round=1]"],
        "root": ["best_gain[round=1]"],
    },
    limit=("gamma", "gamma"),
)


def _leaf(key: str) -> dict[str, str]:
    return {"leaf": f"{key} leaf", "weight": f"leaf_weight[leaf={key}, round=1]"}


def _child(side: str, left: str, right: str, merged: str) -> dict[str, Any]:
    at = f"[child={side}, round=1]"
    return {
        "split": f"below {{{{ child_cut{at} }}}} km?",
        "gain": f"child_best{at}",
        "stands": f"child_stands{at}",
        "merged": f"leaf_weight[leaf={merged}, round=1]",
        "left": _leaf(left),
        "right": _leaf(right),
    }


TREE: dict[str, Any] = {
    "id": "tree",
    "kind": "tree",
    "title": "The first tree, grown and pruned",
    "alt": "The first tree, each split with its cut in km and its gain. The root: cut "
    "{{ cut[round=1] }}, gain {{ best_gain[round=1] }}. The left child: cut "
    "{{ child_cut[child=left, round=1] }}, gain {{ child_best[child=left, round=1] }}. The "
    "right child: cut {{ child_cut[child=right, round=1] }}, gain "
    "{{ child_best[child=right, round=1] }}. Gamma {{ gamma }} leaves {{ kept[round=1] }} of the "
    "splits standing.",
    "caption": "Gamma {{ gamma }} leaves {{ kept[round=1] }} of the splits standing. Where a "
    "split is pruned, its node is the leaf.",
    "answers": ["yes", "no"],
    "gain": "gain",
    "pruned": "pruned",
    "weight": "leaf of weight",
    "gone": "no node",
    "nothing": "no split gains",
    "legend": ["split", "leaf", "pruned away"],
    "root": {
        "split": "below {{ cut[round=1] }} km?",
        "gain": "best_gain[round=1]",
        "stands": "root_stands[round=1]",
        "merged": "leaf_weight[leaf=highest, round=1]",
        "left": _child("left", "lowest", "lower", "lower"),
        "right": _child("right", "upper", "highest", "highest"),
    },
}

FIT = curve(
    "fit",
    "The fitted curve, round by round",
    "Staircases over the distance, one for each round, beside the deliveries. "
    "At {{ query_km }} km they predict {{ query[round=1] }}, {{ query[round=2] }} "
    "and {{ query[round=3] }} minutes. Beyond the last threshold all are flat.",
    "The squares are the deliveries. From the base score {{ base }} the error goes "
    "from {{ base_mse }} to {{ mse[round=1] }}, {{ mse[round=2] }} and {{ mse[round=3] }}. "
    "Beyond the last threshold the curve is flat for ever.",
    x=("query_km", "distance, km"),
    span=(0.5, 20),
    points=196,
    y_label="minutes",
    series=by_key("query[round={}]", ROUNDS),
    recorded=[marks("deliveries", "distance[row={}]", "minutes[row={}]", range(1, 7))],
)

ERROR = curve(
    "error",
    "The error after each round against the learning rate",
    "Curves over eta: the mean squared error after each round. "
    "At eta {{ eta }} they stand at {{ mse[round=1] }}, {{ mse[round=2] }} and {{ mse[round=3] }}.",
    "These are errors on the training rows. What speaks for a small eta is the error "
    "on rows held out, which training rows cannot show.",
    x=("eta", "learning rate, eta"),
    span=(0.01, 1),
    y_label="mean squared error",
    y_span=(0, None),
    series=by_key("mse[round={}]", ROUNDS),
)

PICTURES: list[dict[str, Any]] = [LOG_LOSS, LEAF, PRUNING, TREE, FIT, ERROR]
