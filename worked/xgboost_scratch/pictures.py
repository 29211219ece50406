"""The chapter's pictures, as specifications that the page draws and redraws."""

from __future__ import annotations

from typing import Any

LOG_LOSS: dict[str, Any] = {
    "id": "log-loss",
    "kind": "curve",
    "title": "The log loss, its tangent and its parabola",
    "alt": "Three curves over the step from a margin of {{ trial_margin }}: the log loss, a "
    "straight line and a parabola that touch it at no step. After a step of {{ trial_step }} the "
    "loss is {{ trial_exact }}, the line says {{ trial_first }} and the parabola "
    "{{ trial_second }}.",
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
        {"figure": "trial_first", "label": "first order"},
        {"figure": "trial_second", "label": "second order"},
    ],
}

LEAF: dict[str, Any] = {
    "id": "leaf",
    "kind": "curve",
    "title": "The objective of one leaf against its weight",
    "alt": "A parabola over the weight of the leaf that holds the last two deliveries. It is "
    "lowest at {{ best_weight }}, with {{ best_objective }}; an upright line marks that weight, "
    "another {{ free_weight }}, the weight without penalties.",
    "caption": "The penalties move the lowest point from {{ free_weight }} to {{ best_weight }}.",
    "x": "trial_weight",
    "x_label": "weight of the leaf, minutes",
    "from": -5,
    "to": 25,
    "unit": "",
    "y_label": "objective",
    "series": [{"figure": "trial_objective", "label": "objective of the leaf"}],
    "lines": [
        {"figure": "best_weight", "label": "best weight"},
        {"figure": "free_weight", "label": "without penalties"},
    ],
}

CANDIDATES: dict[str, Any] = {
    "id": "candidate-gains",
    "kind": "bars",
    "title": "The gain of every first split, at two values of lambda",
    "alt": "Pairs of bars for the five thresholds. At lambda {{ reg_lambda }} the gains are "
    "{{ gain1 }}, {{ gain2 }}, {{ gain3 }}, {{ gain4 }} and {{ gain5 }}; at lambda "
    "{{ other_lambda }} they are {{ other_gain1 }}, {{ other_gain2 }}, {{ other_gain3 }}, "
    "{{ other_gain4 }} and {{ other_gain5 }}.",
    "caption": "The winner is the cut at {{ cut }} km with lambda {{ reg_lambda }}, at "
    "{{ other_cut }} km with lambda {{ other_lambda }}.",
    "unit": "",
    "places": 2,
    "axis": "gain, square minutes",
    "series": ["lambda {{ reg_lambda }}", "lambda {{ other_lambda }}"],
    "groups": [
        {"label": f"below {{{{ t{k} }}}} km", "figures": [f"gain{k}", f"other_gain{k}"]}
        for k in range(1, 6)
    ],
    "limit": {"figure": "gamma", "label": "gamma"},
}

PRUNING: dict[str, Any] = {
    "id": "pruning",
    "kind": "bars",
    "title": "The three gains of the first tree against gamma",
    "alt": "Three bars: the root's gain {{ root_gain }}, the left child's {{ left_gain }}, the "
    "right child's {{ right_gain }}. A line stands at gamma, {{ gamma }}; {{ kept }} of the "
    "splits survive.",
    "caption": "Gamma {{ gamma }} leaves {{ kept }} of the splits standing. A bar that ends short "
    "of the line falls, unless something that hangs below it stands.",
    "unit": "",
    "places": 2,
    "axis": "gain, square minutes",
    "groups": [
        {"label": "left child: below {{ left_cut }} km", "figures": ["left_gain"]},
        {"label": "right child: below {{ right_cut }} km", "figures": ["right_gain"]},
        {"label": "root: below {{ cut }} km", "figures": ["root_gain"]},
    ],
    "limit": {"figure": "gamma", "label": "gamma"},
}


def _child(side: str, leaves: tuple[int, int], merged: int) -> dict[str, Any]:
    return {
        "split": f"below {{{{ {side}_cut }}}} km?",
        "gain": f"{side}_gain",
        "stands": f"{side}_kept",
        "merged": f"leaf{merged}",
        "left": {"leaf": f"leaf {leaves[0]}", "weight": f"leaf{leaves[0]}"},
        "right": {"leaf": f"leaf {leaves[1]}", "weight": f"leaf{leaves[1]}"},
    }


TREE: dict[str, Any] = {
    "id": "tree",
    "kind": "tree",
    "title": "The first tree, grown and pruned",
    "alt": "A tree of two levels. The root asks for a distance below {{ cut }} km and gains "
    "{{ root_gain }}: gamma {{ gamma }} {{ cut_kept }}. Its left child asks for {{ left_cut }} km, "
    "gain {{ left_gain }}: gamma {{ left_kept }}. Its right child asks for {{ right_cut }} km, "
    "gain {{ right_gain }}: gamma {{ right_kept }}.",
    "caption": "With gamma {{ gamma }}, {{ kept }} of the splits stand. Where a split is pruned, "
    "its node is the leaf.",
    "answers": ["yes", "no"],
    "gain": "gain",
    "pruned": "pruned",
    "weight": "leaf of weight",
    "gone": "no node",
    "nothing": "no split gains",
    "legend": ["split", "leaf", "pruned away"],
    "root": {
        "split": "below {{ cut }} km?",
        "gain": "root_gain",
        "stands": "cut_kept",
        "merged": "leaf4",
        "left": _child("left", (1, 2), 2),
        "right": _child("right", (3, 4), 4),
    },
}

FIT: dict[str, Any] = {
    "id": "fit",
    "kind": "curve",
    "title": "The fitted curve, round by round",
    "alt": "Three staircases over the distance, after one, two and three rounds, beside the six "
    "deliveries. Each round pulls the steps nearer to the points. Beyond the last threshold all "
    "are flat: at {{ query_km }} km they predict {{ query_after1 }}, {{ query_after2 }} and "
    "{{ query_after3 }} minutes.",
    "caption": "The squares are the deliveries. From the base score {{ base }} the error falls "
    "from {{ mse0 }} to {{ mse1 }}, {{ mse2 }} and {{ mse3 }}. Beyond the last threshold the "
    "curve is flat for ever.",
    "x": "query_km",
    "x_label": "distance, km",
    "from": 0.5,
    "to": 20,
    "points": 196,
    "unit": "",
    "y_label": "minutes",
    "series": [
        {"figure": f"query_after{r}", "label": label}
        for r, label in ((1, "one round"), (2, "two rounds"), (3, "three rounds"))
    ],
    "recorded": [
        {
            "label": "deliveries",
            "points": [{"x": f"x{i}", "y": f"y{i}"} for i in range(1, 7)],
        }
    ],
}

ERROR: dict[str, Any] = {
    "id": "error",
    "kind": "curve",
    "title": "The error after each round against the learning rate",
    "alt": "Three falling curves over eta: the mean squared error after one, two and three "
    "rounds. At eta {{ eta }} they stand at {{ mse1 }}, {{ mse2 }} and {{ mse3 }}.",
    "caption": "On the training rows a larger eta always looks better. It is held-out rows that "
    "speak for a small one.",
    "x": "eta",
    "x_label": "learning rate, eta",
    "from": 0.01,
    "to": 1,
    "unit": "",
    "y_label": "mean squared error",
    "y_from": 0,
    "series": [
        {"figure": f"mse{r}", "label": label}
        for r, label in ((1, "one round"), (2, "two rounds"), (3, "three rounds"))
    ],
}

MISSING: dict[str, Any] = {
    "id": "missing",
    "kind": "bars",
    "title": "Both directions for the missing value",
    "alt": "Pairs of bars for the five thresholds: the gain with the missing value sent right and "
    "sent left. The best to the right is {{ best_right_way }}, the best to the left "
    "{{ best_left_way }}.",
    "caption": "The delivery of unknown distance took {{ y_missing }} minutes, so it fares best "
    "on the {{ direction }}.",
    "unit": "",
    "places": 2,
    "axis": "gain, square minutes",
    "series": ["missing goes right", "missing goes left"],
    "groups": [
        {"label": f"below {{{{ t{k} }}}} km", "figures": [f"right_way{k}", f"left_way{k}"]}
        for k in range(1, 6)
    ],
}

SPEED: dict[str, Any] = {
    "id": "speed",
    "kind": "bars",
    "title": "Training speed on {{ lit: a million }} rows",
    "alt": "Five bars, rows boosted per second. This chapter's NumPy code {{ own_speed }}, "
    "scikit-learn {{ sklearn_speed }} on one thread and {{ sklearn_all_speed }} on all, XGBoost "
    "{{ xgb_speed }} on one thread and {{ xgb_all_speed }} on all.",
    "caption": "Rows times rounds over the seconds of boosting, binning left out (recorded: it "
    "does not follow the panel).",
    "unit": "rows/s",
    "groups": [
        {"label": label, "figures": [figure]}
        for label, figure in (
            ("this chapter, one thread", "own_speed"),
            ("scikit-learn, one thread", "sklearn_speed"),
            ("scikit-learn, all threads", "sklearn_all_speed"),
            ("XGBoost, one thread", "xgb_speed"),
            ("XGBoost, all threads", "xgb_all_speed"),
        )
    ],
}

PICTURES: list[dict[str, Any]] = [
    LOG_LOSS, LEAF, CANDIDATES, PRUNING, TREE, FIT, ERROR, MISSING, SPEED,
]  # fmt: skip
