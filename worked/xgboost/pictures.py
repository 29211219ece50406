"""The chapter's pictures, as specifications that the page draws and redraws."""

from __future__ import annotations

from typing import Any

LOG_LOSS: dict[str, Any] = {
    "id": "log-loss",
    "kind": "curve",
    "title": "The log loss, its tangent and its parabola",
    "alt": "Curves over the step from a margin of {{ trial_margin }}: the log loss, a "
    "straight line and a parabola that touch it where no step is made. "
    "After a step of {{ trial_step }} the loss is {{ trial_exact }}, the line says "
    "{{ trial_line }} and the parabola {{ trial_parabola }}.",
    "caption": "One row with label {{ trial_label }}, seen from a margin of {{ trial_margin }}. "
    "The line knows a direction but no distance; the parabola has a lowest point.",
    "x": "trial_step",
    "x_label": "step in the margin",
    "from": -3,
    "to": 3,
    "unit": "",
    "y_label": "log loss",
    "series": [
        {"figure": "trial_exact", "label": "log loss"},
        {"figure": "trial_line", "label": "first order"},
        {"figure": "trial_parabola", "label": "second order"},
    ],
}

LEAF: dict[str, Any] = {
    "id": "leaf",
    "kind": "curve",
    "title": "The objective of one leaf against its weight",
    "alt": "A curve over the weight of the leaf that holds the fifth and the sixth delivery. "
    "It is "
    "lowest at {{ side_weight[split=4, side=right, round=1] }}, with {{ best_objective }}; an "
    "upright line marks that weight, another {{ free_weight }}, the weight without penalties.",
    "caption": "The penalties {{ claim: "
    "free_weight != side_weight[split=4, side=right, round=1] | "
    "move the lowest point from {{ free_weight }} to "
    "{{ side_weight[split=4, side=right, round=1] }} | "
    "leave the lowest point at {{ free_weight }} }}.",
    "x": "trial_weight",
    "x_label": "weight of the leaf, minutes",
    "from": -5,
    "to": 25,
    "unit": "",
    "y_label": "objective",
    "series": [{"figure": "trial_objective", "label": "objective of the leaf"}],
    "lines": [
        {"figure": "side_weight[split=4, side=right, round=1]", "label": "best weight"},
        {"figure": "free_weight", "label": "without penalties"},
    ],
}

PRUNING: dict[str, Any] = {
    "id": "pruning",
    "kind": "bars",
    "title": "The gains of the first tree against gamma",
    "alt": "Bars: the root's gain {{ best_gain[round=1] }}, the left child's "
    "{{ child_best[child=left, round=1] }}, the right child's "
    "{{ child_best[child=right, round=1] }}. A line stands at gamma, {{ gamma }}, "
    "which leaves {{ kept[round=1] }} of the splits standing.",
    "caption": "Gamma {{ gamma }} leaves {{ kept[round=1] }} of the splits standing. A bar that "
    "ends short of the line falls, unless something that hangs below it stands.",
    "unit": "",
    "places": 2,
    "axis": "gain, square minutes",
    "groups": [
        {"label": "left child", "figures": ["child_best[child=left, round=1]"]},
        {"label": "right child", "figures": ["child_best[child=right, round=1]"]},
        {"label": "root", "figures": ["best_gain[round=1]"]},
    ],
    "limit": {"figure": "gamma", "label": "gamma"},
}


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

FIT: dict[str, Any] = {
    "id": "fit",
    "kind": "curve",
    "title": "The fitted curve, round by round",
    "alt": "Staircases over the distance, one for each round, beside the deliveries. "
    "At {{ query_km }} km they predict {{ query[round=1] }}, {{ query[round=2] }} "
    "and {{ query[round=3] }} minutes. Beyond the last threshold all are flat.",
    "caption": "The squares are the deliveries. From the base score {{ base }} the error goes "
    "from {{ base_mse }} to {{ mse[round=1] }}, {{ mse[round=2] }} and {{ mse[round=3] }}. "
    "Beyond the last threshold the curve is flat for ever.",
    "x": "query_km",
    "x_label": "distance, km",
    "from": 0.5,
    "to": 20,
    "points": 196,
    "unit": "",
    "y_label": "minutes",
    "series": [
        {"figure": f"query[round={r}]", "label": label}
        for r, label in ((1, "first round"), (2, "second round"), (3, "third round"))
    ],
    "recorded": [
        {
            "label": "deliveries",
            "points": [{"x": f"distance[row={i}]", "y": f"minutes[row={i}]"} for i in range(1, 7)],
        }
    ],
}

ERROR: dict[str, Any] = {
    "id": "error",
    "kind": "curve",
    "title": "The error after each round against the learning rate",
    "alt": "Curves over eta: the mean squared error after each round. "
    "At eta {{ eta }} they stand at {{ mse[round=1] }}, {{ mse[round=2] }} and {{ mse[round=3] }}.",
    "caption": "These are errors on the training rows. What speaks for a small eta is the error "
    "on rows held out, which training rows cannot show.",
    "x": "eta",
    "x_label": "learning rate, eta",
    "from": 0.01,
    "to": 1,
    "unit": "",
    "y_label": "mean squared error",
    "y_from": 0,
    "series": [
        {"figure": f"mse[round={r}]", "label": label}
        for r, label in ((1, "first round"), (2, "second round"), (3, "third round"))
    ],
}

PICTURES: list[dict[str, Any]] = [LOG_LOSS, LEAF, PRUNING, TREE, FIT, ERROR]
