"""The chapter's pictures, as specifications that the page draws and redraws."""

from __future__ import annotations

from typing import Any

LINE: dict[str, Any] = {
    "id": "line",
    "kind": "curve",
    "title": "One point and one line",
    "alt": "A straight line that starts at the intercept {{ intercept }} and rises by {{ m }} for "
    "each unit of x. At x = {{ x }} it predicts {{ prediction }}; the data point stands at "
    "{{ y }}.",
    "caption": "The line predicts {{ prediction }} where the point stands at {{ y }}. The dot is "
    "the prediction, the square the point; what lies between them is the residual.",
    "x": "x",
    "x_label": "input x",
    "from": 0,
    "to": 4,
    "unit": "",
    "y_label": "output",
    "series": [{"figure": "prediction", "label": "the line m·x + b"}],
    "lines": [{"figure": "x", "label": "x"}],
    "recorded": [{"label": "the data point", "points": [{"x": "x", "y": "y"}]}],
}

LOSS: dict[str, Any] = {
    "id": "loss",
    "kind": "curve",
    "title": "Four losses against the weight",
    "alt": "The losses of the one point against the weight m. All touch 0 at {{ best }}. L2 is a "
    "parabola and passes {{ squared_loss }} at the current weight; L1 is a V with its tip at "
    "{{ best }} and passes {{ loss }}; Huber ({{ huber }}) and smooth L1 ({{ smooth }}) are round "
    "at the bottom and straight outside.",
    "caption": "The dots mark the current weight, {{ m }}; the upright line is the weight that "
    "fits the point, {{ best }}.",
    "x": "m",
    "x_label": "weight m",
    "from": 0.5,
    "to": 5.5,
    "points": 201,
    "unit": "",
    "y_label": "loss",
    "series": [
        {"figure": "loss", "label": "L1"},
        {"figure": "squared_loss", "label": "L2"},
        {"figure": "huber", "label": "Huber"},
        {"figure": "smooth", "label": "smooth L1"},
    ],
    "lines": [{"figure": "best", "label": "minimum"}],
}

GRADIENTS: dict[str, Any] = {
    "id": "gradients",
    "kind": "curve",
    "title": "Four gradients against the weight",
    "alt": "The gradients by the weight m. L1 is flat at {{ subgradient_low }}, jumps at "
    "{{ best }} and is flat at {{ subgradient_high }} from there on. L2 is a straight line "
    "through 0 at {{ best }}, {{ squared_gradient }} at the current weight. Huber and smooth L1 "
    "are straight in the middle and flat outside.",
    "caption": "Constant, proportional, and clipped. The dots mark the current weight, {{ m }}.",
    "x": "m",
    "x_label": "weight m",
    "from": 0.5,
    "to": 5.5,
    "points": 201,
    "unit": "",
    "y_label": "gradient",
    "series": [
        {"figure": "gradient", "label": "L1"},
        {"figure": "squared_gradient", "label": "L2"},
        {"figure": "huber_gradient", "label": "Huber"},
        {"figure": "smooth_gradient", "label": "smooth L1"},
    ],
    "lines": [{"figure": "best", "label": "minimum"}],
}

DESCENT: dict[str, Any] = {
    "id": "descent",
    "kind": "curve",
    "title": "Descent under L1 and under L2",
    "alt": "The weight against the step, from {{ m }} towards {{ best }}. L1 climbs in equal "
    "steps and is there after {{ arrival }}; L2 covers most of the way in its first step and "
    "then closes what is left by the factor {{ contraction }} a step. At step {{ step }} L1 is at "
    "{{ l1_at }} and L2 at {{ l2_at }}.",
    "caption": "Both with a rate of {{ rate }}. Move the step in the panel: the dots are at step "
    "{{ step }}.",
    "x": "step",
    "x_label": "step k",
    "from": 0,
    "to": 12,
    "points": 13,
    "unit": "",
    "y_label": "weight",
    "series": [
        {"figure": "l1_at", "label": "L1"},
        {"figure": "l2_at", "label": "L2"},
    ],
}

BOUNCE: dict[str, Any] = {
    "id": "bounce",
    "kind": "curve",
    "title": "The bounce of a fixed rate, and the decay that ends it",
    "alt": "The weight against the step at a rate of {{ second_rate }}: it climbs to "
    "{{ second_near }}, jumps to {{ second_far }} and alternates between the two. Squares show "
    "decayed rates from {{ decay_start }} on: {{ decay_weight_1 }}, {{ decay_weight_2 }}, "
    "{{ decay_weight_3 }} and so on, nearer to {{ best }} each time the rate has shrunk.",
    "caption": "Fixed rate {{ second_rate }}: {{ second_landing }}. The squares count their own "
    "steps: they begin at {{ decay_start }} and divide the rate by the step's number.",
    "x": "step",
    "x_label": "step k",
    "from": 0,
    "to": 12,
    "points": 13,
    "unit": "",
    "y_label": "weight",
    "series": [{"figure": "second_at", "label": "fixed rate"}],
    "recorded": [
        {
            "label": "decayed rate",
            "points": [
                {"x": 0, "y": "decay_start"},
                *({"x": k, "y": f"decay_weight_{k}"} for k in range(1, 9)),
            ],
        }
    ],
}

OUTLIER: dict[str, Any] = {
    "id": "outlier",
    "kind": "bars",
    "title": "Where one step takes the weight: on the point, and on the outlier",
    "alt": "Bars of the weight after one step from {{ m }}. L1: {{ l1_weight_1 }} on the point, "
    "{{ outlier_l1_first }} on the outlier. L2: {{ l2_weight_1 }} and {{ outlier_l2_first }}. "
    "Huber: {{ huber_first }} and {{ outlier_huber_first }}. Smooth L1: {{ smooth_first }} and "
    "{{ outlier_smooth_first }}.",
    "caption": "One step from {{ m }} at a rate of {{ rate }}, on the target {{ y }} and on the "
    "misread target {{ outlier }}. The upright line is the weight that fits the point.",
    "unit": "",
    "places": 2,
    "axis": "weight after one step",
    "series": ["on the point", "on the outlier"],
    "groups": [
        {"label": label, "figures": [point, f"outlier_{name}_first"]}
        for label, name, point in (
            ("L1", "l1", "l1_weight_1"),
            ("L2", "l2", "l2_weight_1"),
            ("Huber", "huber", "huber_first"),
            ("smooth L1", "smooth", "smooth_first"),
        )
    ],
    "limit": {"figure": "best", "label": "fits the point"},
}

DRAGGED: dict[str, Any] = {
    "id": "dragged",
    "kind": "bars",
    "title": "Where each loss puts the weight, without the outlier and with it",
    "alt": "Bars of the fitted weight. Least absolute error: {{ median_four }} without the "
    "outlier, {{ median_five }} with it. Least squares: {{ mean_four }} without, {{ mean_five }} "
    "with it.",
    "caption": "Drag the outlier's target in the panel: the lower pair follows it, the upper "
    "stays between the middle votes.",
    "unit": "",
    "axis": "fitted weight",
    "series": ["four points", "with the outlier"],
    "groups": [
        {"label": "least absolute error (median)", "figures": ["median_four", "median_five"]},
        {"label": "least squares (mean)", "figures": ["mean_four", "mean_five"]},
    ],
}

MEDIAN: dict[str, Any] = {
    "id": "median",
    "kind": "curve",
    "title": "The mean absolute error of four points and of five",
    "alt": "Two curves of straight pieces against the weight m. That of four points is flat from "
    "{{ median_low }} to {{ median_high }}; that of five points has its lowest corner at "
    "{{ median_five }}.",
    "caption": "Four points leave a flat bottom from {{ median_low }} to {{ median_high }}; a "
    "fifth makes it a corner, at {{ median_five }}, and lifts the whole curve.",
    "x": "m",
    "x_label": "weight m",
    "from": 0,
    "to": 6,
    "points": 241,
    "unit": "",
    "y_label": "mean L1 loss",
    "series": [
        {"figure": "mean_loss_four", "label": "four points"},
        {"figure": "mean_loss_five", "label": "with the outlier"},
    ],
    "lines": [{"figure": "median_five", "label": "median of five"}],
}

PICTURES: list[dict[str, Any]] = [
    LINE,
    LOSS,
    GRADIENTS,
    DESCENT,
    OUTLIER,
    BOUNCE,
    MEDIAN,
    DRAGGED,
]
