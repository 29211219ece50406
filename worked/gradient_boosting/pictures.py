"""The chapter's pictures, as specifications that the page draws and redraws."""

from __future__ import annotations

from functools import partial
from typing import Any

from worked.pictures import bars, by_key, curve, marks

LABELS = [f"minutes[row={i}]" for i in range(1, 7)]
ROUNDS = {1: "first round", 2: "second", 3: "third", 5: "fifth"}

over_constants = partial(curve, x=("trial", "constant, minutes"), around=[*LABELS, "trial"])

SQUARED = over_constants(
    "squared",
    "The squared error of one constant for all deliveries",
    "A parabola over the constant. It is lowest at the mean, {{ base }} minutes, with "
    "{{ base_sse }}; at the panel's {{ trial }} it stands at {{ trial_sse }}.",
    "Lowest at the mean. The dot is the constant of the panel: {{ trial_excess }} "
    "above the bottom.",
    y_label="sum of squared errors, square minutes",
    series={"trial_sse": "squared error"},
    lines={"base": "mean"},
)

ABSOLUTE = over_constants(
    "absolute",
    "The absolute error of one constant for all deliveries",
    "A line with a kink at every label. It is lowest, {{ median_sae }}, from the lower "
    "median {{ lower_median }} to the upper median {{ upper_median }}; at the panel's {{ trial }} "
    "it stands at {{ trial_sae }}.",
    "{{ claim: lower_median < upper_median | Flat between the middle labels: every "
    "constant there is as good as any other. | Lowest at the middle labels, which are equal. }}",
    y_label="sum of absolute errors, minutes",
    series={"trial_sae": "absolute error"},
    lines={"upper_median": "upper median", "lower_median": "lower median"},
)

CANDIDATES = bars(
    "candidates",
    "The squared error that each first split leaves",
    "A bar for each threshold: {{ error[split=1, round=1] }}, "
    "{{ error[split=2, round=1] }}, {{ error[split=3, round=1] }}, "
    "{{ error[split=4, round=1] }} and {{ error[split=5, round=1] }} square minutes. A line "
    "stands at {{ base_sse }}, the error "
    "without a split. The cut at {{ cut[round=1] }} km leaves the least.",
    "The shortest bar wins, of equal ones the first: the cut at {{ cut[round=1] }} km "
    "leaves {{ least_error[round=1] }}.",
    axis="squared error, square minutes",
    places=2,
    groups={
        f"up to {{{{ threshold[split={k}] }}}} km": [f"error[split={k}, round=1]"]
        for k in range(1, 6)
    },
    limit=("base_sse", "no split"),
)

FIT = curve(
    "fit",
    "The fitted curve, round by round",
    "Staircases over the distance after the first, second, third and fifth round, beside "
    "the deliveries. Each round adds one step at most. Beyond the last threshold all are flat.",
    "Squares are the deliveries. Every tree adds one step at most, perhaps where "
    "there is one already. {{ claim: query <= 20 and all(answer == prediction[row=6], round) | At "
    "{{ query }} km, where the dots stand, the model says in every round what it says at the last "
    "delivery. | At {{ query }} km it says {{ answer[round=last] }} minutes after all rounds. }}",
    x=("query", "distance, km"),
    span=(0, 20),
    points=401,
    y_label="minutes",
    series=by_key("answer[round={}]", ROUNDS),
    recorded=[marks("deliveries", "distance[row={}]", "minutes[row={}]", range(1, 7))],
)

LEARNING_RATE = curve(
    "learning-rate",
    "The error on the deliveries against the learning rate",
    "Curves over eta for the first, second, third and fifth round. Each leaves the error "
    "of the mean and is back at it at the right end. At eta {{ eta }} they stand at "
    "{{ mse[round=1] }}, {{ mse[round=2] }}, {{ mse[round=3] }} and {{ mse[round=5] }}.",
    "A single round is best with a full step. With more rounds a smaller step may do "
    "better, because what it leaves can be split elsewhere.",
    x=("eta", "learning rate, eta"),
    span=(0.01, 2),
    points=200,
    y_label="mean squared error, square minutes",
    y_span=(0, None),
    series=by_key("mse[round={}]", ROUNDS),
)

IMPORTANCE = bars(
    "importance",
    "Impurity importance: a column of noise comes first",
    "Bars of impurity share: express {{ share[column=express] }}, floor "
    "{{ share[column=floor] }}, "
    "order number {{ share[column=order-number] }}, although the order number means nothing.",
    "Recorded. Shuffling the order number on held-out rows loses a share of the "
    "variance of {{ test_loss[column=order-number] }}{{ law: "
    "test_loss[column=order-number] <= 0 | : nothing }}.",
    unit="%",
    axis="share of the squared error that splits removed",
    places=1,
    groups={
        label: [f"share[column={key}]"]
        for label, key in (
            ("express or not", "express"),
            ("floor", "floor"),
            ("order number: noise", "order-number"),
        )
    },
)

BIAS_VARIANCE: dict[str, Any] = {
    "id": "bias-variance",
    "kind": "stacked_bars",
    "title": "Where the error comes from: bias and variance",
    "alt": "Stacked bars of squared bias and variance. One stump "
    "{{ bias[method=one-stump] }} and "
    "{{ variance[method=one-stump] }}; bagged stumps {{ bias[method=bagged-stumps] }} and "
    "{{ variance[method=bagged-stumps] }}; boosted stumps "
    "{{ bias[method=boosted-stumps] }} and "
    "{{ variance[method=boosted-stumps] }}; one deep tree {{ bias[method=one-deep-tree] }} "
    "and {{ variance[method=one-deep-tree] }}; "
    "bagged deep trees {{ bias[method=bagged-deep-trees] }} and "
    "{{ variance[method=bagged-deep-trees] }}; boosted deep "
    "trees {{ bias[method=boosted-deep-trees] }} and "
    "{{ variance[method=boosted-deep-trees] }}.",
    "caption": "Recorded: Friedman's first function, averages over "
    "{{ training_sets | words }} training sets of {{ sample_rows }} rows.",
    "unit": "",
    "places": 1,
    "bars": [
        {
            "label": label,
            "segments": [
                {"figure": f"bias[method={key}]", "label": "squared bias"},
                {"figure": f"variance[method={key}]", "label": "variance"},
            ],
        }
        for label, key in (
            ("one stump", "one-stump"),
            ("bagged stumps", "bagged-stumps"),
            ("boosted stumps", "boosted-stumps"),
            ("one deep tree", "one-deep-tree"),
            ("bagged deep trees", "bagged-deep-trees"),
            ("boosted deep trees", "boosted-deep-trees"),
        )
    ],
}

PICTURES: list[dict[str, Any]] = [
    SQUARED,
    ABSOLUTE,
    CANDIDATES,
    FIT,
    LEARNING_RATE,
    IMPORTANCE,
    BIAS_VARIANCE,
]
