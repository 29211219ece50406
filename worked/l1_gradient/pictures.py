"""The chapter's pictures, as specifications that the page draws and redraws."""

from __future__ import annotations

from functools import partial
from typing import Any

from worked.pictures import curve, marks

over_weights = partial(
    curve,
    x=("m", "weight m"),
    around=["m", "best", "beyond"],
    points=81,
    lines={"best": "minimum"},
)
over_steps = partial(curve, x=("look", "step k"), span=(0, 12), points=13, y_label="weight")


def _lines_of_x(
    picture_id: str,
    title: str,
    alt: str,
    caption: str,
    lines: dict[str, str],
    points: list[tuple[str, str]],
) -> dict[str, Any]:
    """Return lines from the intercept, slope -> label, and points at the input: (y, label)."""
    return {
        "id": picture_id,
        "kind": "plane",
        "title": title,
        "alt": alt,
        "caption": caption,
        "from": 0,
        "to": 4,
        "x_label": "input x",
        "y_label": "output",
        "lines": [
            {"slope": slope, "intercept": "intercept", "label": label}
            for slope, label in lines.items()
        ],
        "points": [{"x": "x", "y": y, "label": label} for y, label in points],
    }


LINE = _lines_of_x(
    "line",
    "One point and one line",
    "A straight line that starts at the intercept {{ intercept }} and rises by {{ m }} for "
    "each unit of x. At x = {{ x }} it predicts {{ prediction }}; the data point stands at "
    "{{ y }}, and between them lies the residual, {{ residual }}.",
    "The line predicts {{ prediction }} where the point stands at {{ y }}. "
    "{{ claim: residual != 0 | What lies between them is the residual, {{ residual }}. | Nothing "
    "lies between them: the residual is {{ residual }}. }} Turn the line: change the weight in "
    "the panel.",
    {"m": "the line ŷ = m·x + b"},
    [("y", "the data point"), ("prediction", "the prediction")],
) | {
    "gaps": [{"x": "x", "from": "prediction", "to": "y", "figure": "residual", "label": "residual"}]
}

KINK: dict[str, Any] = {
    "id": "kink",
    "kind": "plane",
    "title": "A line through the kink",
    "alt": "The absolute value of r is a V with its tip at zero. A line of slope {{ line_slope }} "
    "through the tip {{ touches }} the V.",
    "caption": "A line of slope {{ line_slope }} {{ touches }} the V. Turn it in the panel: "
    "every slope from that of one arm to that of the other is a subgradient.",
    "from": -3,
    "to": 3,
    "x_label": "residual r",
    "y_label": "loss",
    "lines": [
        {"slope": 1, "intercept": 0, "label": "|r|", "fold": True},
        {"slope": "line_slope", "intercept": 0, "label": "the line c·r"},
    ],
}

LOSS = over_weights(
    "loss",
    "Both losses against the weight",
    "The losses of the one point against the weight m. Both touch zero at {{ best }}. L2 is a "
    "parabola and passes {{ squared_loss }} at the current weight; L1 is a V with its tip at "
    "{{ best }} and passes {{ loss }}.",
    "The dots mark the current weight, {{ m }}; the upright line is the weight that fits the "
    "point, {{ best }}.",
    y_label="loss",
    series={"loss": "L1", "squared_loss": "L2"},
)

GRADIENTS = over_weights(
    "gradients",
    "Both gradients against the weight",
    "The gradients by the weight m. L1 is flat at {{ subgradient_low }}, jumps at {{ best }} and "
    "is flat at {{ subgradient_high }} from there on. L2 is a straight line through zero at "
    "{{ best }}, {{ squared_gradient }} at the current weight.",
    "Constant, and proportional. The dots mark the current weight, {{ m }}.",
    y_label="gradient",
    series={"gradient": "L1", "squared_gradient": "L2"},
)

FOUR_LOSSES = over_weights(
    "four-losses",
    "Every loss against the weight",
    "The losses of the one point against the weight m, all zero at {{ best }}. At the current "
    "weight L1 is {{ loss }}, L2 {{ squared_loss }}, Huber {{ huber }} and smooth L1 {{ smooth }}. "
    "Huber and smooth L1 are round at the bottom and straight outside.",
    "Round at the bottom like L2, straight outside like L1. The dots mark the current weight, "
    "{{ m }}.",
    y_label="loss",
    series={"loss": "L1", "squared_loss": "L2", "huber": "Huber", "smooth": "smooth L1"},
)

FOUR_GRADIENTS = over_weights(
    "four-gradients",
    "Every gradient against the weight",
    "The gradients by the weight m. L1 jumps at {{ best }}, L2 is a straight line through zero "
    "there. Huber and smooth L1 are straight in the middle and flat outside, Huber at "
    "{{ huber_gradient }} and smooth L1 at {{ smooth_gradient }} at the current weight.",
    "Constant, proportional, and clipped. The dots mark the current weight, {{ m }}.",
    y_label="gradient",
    series={
        "gradient": "L1",
        "squared_gradient": "L2",
        "huber_gradient": "Huber",
        "smooth_gradient": "smooth L1",
    },
)

DESCENT = over_steps(
    "descent",
    "Descent under L1 and under L2",
    "The weight against the step, from {{ m }}; the minimum is {{ best }}. L1 moves in "
    "equal steps, is at the minimum or first past it at step {{ arrival[pace=1] }}, and "
    "{{ landing[pace=1] }}; L2 multiplies what is left by {{ contraction[pace=1] }} at each "
    "step. At step "
    "{{ look }} L1 is at {{ look_weight[method=l1, pace=1] }} and L2 at "
    "{{ look_weight[method=l2, pace=1] }}.",
    "Both with a rate of {{ rate[pace=1] }}. Move the step in the panel: the dots are "
    "at step {{ look }}.",
    series={"look_weight[method=l1, pace=1]": "L1", "look_weight[method=l2, pace=1]": "L2"},
)

BOUNCE = over_steps(
    "bounce",
    "The bounce of a fixed rate, and the decay that ends it",
    "The weight against the step at a rate of {{ rate[pace=2] }}: the descent from {{ m }} "
    "{{ landing[pace=2] }}; its last weights are {{ near[pace=2] }} and {{ far[pace=2] }}. "
    "Squares show decayed rates from {{ decay_start }} on: {{ decay_weight[step=1] }}, "
    "{{ decay_weight[step=2] }}, {{ decay_weight[step=3] }} and so on, in steps that shrink.",
    "Fixed rate {{ rate[pace=2] }}: {{ landing[pace=2] }}. The squares count their own "
    "steps: they begin at {{ decay_start }} and divide the rate by the step's number.",
    series={"look_weight[method=l1, pace=2]": "fixed rate"},
    recorded=[
        {
            "label": "decayed rate",
            "points": [
                {"x": 0, "y": "decay_start"},
                *({"x": k, "y": f"decay_weight[step={k}]"} for k in range(1, 13)),
            ],
        }
    ],
)


def _outlier(picture_id: str, title: str, alt: str, methods: dict[str, str]) -> dict[str, Any]:
    """Return the moves of one step, from the point to the outlier; methods: key -> label."""
    return {
        "id": picture_id,
        "kind": "moves",
        "title": title,
        "alt": alt,
        "caption": "One step from {{ m }} at a rate of {{ rate[pace=1] }}, on the target {{ y }} "
        "and on that of the outlier, {{ outlier }}. The upright line is the weight that fits the "
        "point.",
        "unit": "",
        "places": 2,
        "axis": "weight after one step",
        "before": "one step on the point",
        "after": "one step on the outlier",
        "rows": [
            {
                "label": label,
                "from": f"weight[method={key}, pace=1, step=1]",
                "to": f"outlier_weight[method={key}]",
            }
            for key, label in methods.items()
        ],
        "limit": {"figure": "best", "label": "fits the point"},
    }


OUTLIER = _outlier(
    "outlier",
    "Where one step takes the weight: on the point, and on the outlier",
    "The weight after one step from {{ m }}, on the point and on the outlier. L1: "
    "{{ weight[method=l1, pace=1, step=1] }} and {{ outlier_weight[method=l1] }}. L2: "
    "{{ weight[method=l2, pace=1, step=1] }} and {{ outlier_weight[method=l2] }}.",
    {"l1": "L1", "l2": "L2"},
)

OUTLIER_FOUR = _outlier(
    "outlier-four",
    "One step under every loss: on the point, and on the outlier",
    "The weight after one step from {{ m }}, on the point and on the outlier. L1: "
    "{{ weight[method=l1, pace=1, step=1] }} and {{ outlier_weight[method=l1] }}. L2: "
    "{{ weight[method=l2, pace=1, step=1] }} and {{ outlier_weight[method=l2] }}. Huber: "
    "{{ weight[method=huber, pace=1, step=1] }} and {{ outlier_weight[method=huber] }}. Smooth "
    "L1: {{ weight[method=smooth-l1, pace=1, step=1] }} and "
    "{{ outlier_weight[method=smooth-l1] }}.",
    {"l1": "L1", "l2": "L2", "huber": "Huber", "smooth-l1": "smooth L1"},
)

STEP_LINES = _lines_of_x(
    "step-lines",
    "The line at step {{ look }}, under L1 and under L2",
    "Lines from the intercept {{ intercept }}: at the start with the weight {{ m }}, "
    "at step {{ look }} under L1 with {{ look_weight[method=l1, pace=1] }}, and under L2 with "
    "{{ look_weight[method=l2, pace=1] }}. The data point stands at {{ y }}; L1 predicts "
    "{{ look_prediction[method=l1, pace=1] }} there and L2 "
    "{{ look_prediction[method=l2, pace=1] }}.",
    "Step {{ look }}: L1 predicts {{ look_prediction[method=l1, pace=1] }}, L2 "
    "{{ look_prediction[method=l2, pace=1] }}, the target is {{ y }}.",
    {
        "m": "start",
        "look_weight[method=l1, pace=1]": "L1",
        "look_weight[method=l2, pace=1]": "L2",
    },
    [("y", "the data point")],
)

STEP_LOSSES = over_weights(
    "step-losses",
    "Where step {{ look }} stands on each loss",
    "The L1 loss is a V and the L2 loss a parabola over the weight, both zero at "
    "{{ best }}. At step {{ look }} descent under L1 stands at the weight "
    "{{ look_weight[method=l1, pace=1] }} with a loss of {{ look_loss[method=l1, pace=1] }}, "
    "descent under L2 at {{ look_weight[method=l2, pace=1] }} with "
    "{{ look_loss[method=l2, pace=1] }}.",
    "{{ claim: distance > 0 | Step {{ look }}: down the V by equal steps, {{ claim: "
    "absolute(contraction[pace=1]) < 1 | down the parabola by shrinking ones | on the parabola by "
    "steps that do not shrink }}. The dots stand at the start. | Step {{ look }}: still at the "
    "start, which is the minimum. }}",
    around=["m", "best", "beyond", "look_weight[method=l1, pace=1]"],
    y_label="loss",
    series={"loss": "L1 loss", "squared_loss": "L2 loss"},
    recorded=[
        marks(
            f"{loss.upper()} at this step",
            "look_weight[method={}, pace=1]",
            "look_loss[method={}, pace=1]",
            [loss],
        )
        for loss in ("l1", "l2")
    ],
)

DRAGGED: dict[str, Any] = {
    "id": "dragged",
    "kind": "moves",
    "title": "Where each loss puts the weight, without the outlier and with it",
    "alt": "The fitted weight. Least absolute error moves from {{ median }} without the "
    "outlier to {{ median_with }} with it, least squares from {{ mean }} to {{ mean_with }}.",
    "caption": "Move the outlier's target: the mean follows it as far as it goes, the median "
    "stays between the middle votes, {{ median_low }} and {{ median_high }}.",
    "unit": "",
    "axis": "fitted weight",
    "before": "without the outlier",
    "after": "with the outlier",
    "rows": [
        {"label": "least absolute error (median)", "from": "median", "to": "median_with"},
        {"label": "least squares (mean)", "from": "mean", "to": "mean_with"},
    ],
}

DRAGGED_LINES = _lines_of_x(
    "dragged-lines",
    "The line of each loss through all points",
    "Points at the input {{ x }}, with the targets {{ target[row=a] }}, "
    "{{ target[row=b] }}, {{ y }}, {{ target[row=d] }} and, the outlier, {{ outlier }}. The line "
    "of least absolute error has the weight {{ median_with }}, that of least squares "
    "{{ mean_with }}.",
    "Both lines start at the intercept, {{ intercept }}. Least absolute error passes "
    "through the middle point; least squares through the mean of the targets.",
    {"median_with": "least absolute error", "mean_with": "least squares"},
    [
        ("target[row=a]", "the points"),
        ("target[row=b]", "the points"),
        ("y", "the points"),
        ("target[row=d]", "the points"),
        ("outlier", "the outlier"),
    ],
)

MEDIAN = over_weights(
    "median",
    "The mean absolute error without the outlier and with it",
    "Curves of straight pieces against the weight m. Without the outlier the curve is "
    "lowest from {{ median_low }} to {{ median_high }}; with it the lowest corner is at "
    "{{ median_with }}.",
    "{{ claim: median_low < median_high | Without the outlier the bottom is "
    "flat from {{ median_low }} to {{ median_high }}; with it, a corner at {{ median_with }}. "
    "| The middle votes agree, so that both curves have a corner there, at "
    "{{ median_with }}. }}",
    around=["m", "vote[row=a]", "vote[row=b]", "best", "vote[row=d]"],
    points=41,
    y_label="mean L1 loss",
    series={
        "mean_loss[method=l1]": "without the outlier",
        "mean_loss_with[method=l1]": "with the outlier",
    },
    lines={"median_with": "median with the outlier"},
)

PICTURES: list[dict[str, Any]] = [
    LINE,
    LOSS,
    KINK,
    GRADIENTS,
    FOUR_LOSSES,
    FOUR_GRADIENTS,
    DESCENT,
    STEP_LINES,
    STEP_LOSSES,
    OUTLIER,
    OUTLIER_FOUR,
    BOUNCE,
    MEDIAN,
    DRAGGED,
    DRAGGED_LINES,
]
