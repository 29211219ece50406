"""XGBoost as a graph: every number of the chapter, in the order of its steps.

Six deliveries, sorted by distance, and trees of two levels. Candidate split k sends the first k
rows left. The tables of each round are built by loops; names end in the row or the candidate.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from worked.figures import Derived, Given, Graph, Measured, Source, Step
from worked.formulas import communication, memory, rows, second_order
from worked.recording import recorded
from worked.xgboost_scratch.pictures import PICTURES

__all__ = ["GRAPH", "PICTURES"]

ROWS, CANDIDATES = range(1, 7), range(1, 6)
ROUNDS = (1, 2, 3)
KEEPS = ("prunes it", "keeps it")
FED = ("starved", "allowed")
SIDES = ("right", "left")
HOLDS = ("forbidden", "allowed")
LATE = ("on time", "late")

# The ranges keep the six distances apart and in order, as the tables need them.
KM = ((1, 0.1, 1.4), (2, 1.6, 2.4), (3, 2.6, 3.9), (5, 4.1, 5.4), (6, 5.6, 6.9), (8, 7.1, 15))
MINUTES = (8, 9, 17, 22, 31, 39)
ORDINAL = ("", "first", "second", "third", "fourth", "fifth", "sixth")

READ = date(2026, 11, 25)
REVIEW = date(2027, 11, 25)
DEFAULTS = Source(
    "XGBoost 3.2.0, the default as its save_config() writes it; described in XGBoost Parameters",
    "https://xgboost.readthedocs.io/en/stable/parameter.html", READ, REVIEW,
)  # fmt: skip
GOSS = Source(
    "LightGBM, include/LightGBM/config.h: the default",
    "https://lightgbm.readthedocs.io/en/stable/Parameters.html", READ, REVIEW,
)  # fmt: skip


def _recorded(
    name: str, record: str, value: str, label: str, unit: str | None = None, places: int = 0
) -> Measured:
    """Return a recorded value of this chapter."""
    return recorded("xgboost_scratch", record, value, label, unit, places, name)


def _of(round_: int, symbol: str) -> str:
    """Return a symbol of round 1 as it is, of a later one with the round's number on top."""
    return symbol if round_ == 1 else rf"{symbol}^{{({round_})}}"


def _in(round_: int, name: str) -> str:
    """Return the name of a figure of a round; round 1 has the plain names."""
    return name if round_ == 1 else f"r{round_}_{name}"


def _places(round_: int) -> int:
    """Return the decimals of a round's gradients: the second round's end in 5 thousandths."""
    return 3 if round_ == 2 else 2


def _when(round_: int, label: str) -> str:
    return label if round_ == 1 else f"Round {round_}: {label[0].lower()}{label[1:]}"


def _before(round_: int, row: int) -> str:
    """Return the figure that predicts a row before a round."""
    return "base" if round_ == 1 else f"after{round_ - 1}_{row}"


def _six(template: str, start: str = "") -> dict[str, str]:
    """Return arguments `<start>_1` to `<start>_6` of a formula, each from a figure."""
    return {f"{start}_{i}": template.format(i) for i in ROWS}


def _gradients(r: int) -> tuple[Derived, ...]:
    """Return the gradient of each row, and the sums of the first k of them."""
    return (
        *(
            Derived(_in(r, f"g{i}"), second_order.weighted_gradient, "",
                    _when(r, f"Gradient of row {i}"), _of(r, f"g_{{{i}}}"), places=_places(r),
                    signed=True, inputs={"prediction": _before(r, i), "label": f"y{i}"})
            for i in ROWS
        ),
        *(
            Derived(_in(r, f"G{k}"),
                    second_order.sum_of_all if k == 6 else second_order.running_sum, "",
                    _when(r, f"Gradients of the first {k} rows"), _of(r, f"G_{{{k}}}"),
                    places=_places(r), signed=True, inputs={
                        "so_far": _in(r, "g1" if k == 2 else f"G{k - 1}"),
                        "value": _in(r, f"g{k}")})
            for k in (ROWS[1:] if r > 1 else CANDIDATES[1:])
        ),
        *((Derived("G6", second_order.gradient_total, "", "Gradients of all six rows", "G_{6}",
                   places=2, signed=True, inputs={"shift": "base_shift"}),) if r == 1 else ()),
    )  # fmt: skip


HESSIANS = tuple(
    Derived(f"H{k}", second_order.running_sum, "", f"Hessians of the first {k} rows", f"H_{{{k}}}",
            inputs={"so_far": "row_weight" if k == 2 else f"H{k - 1}", "value": "row_weight"})
    for k in ROWS[1:]
)  # fmt: skip


def _left(r: int, k: int) -> dict[str, str]:
    """Return the sums of the first k rows as the left side of a split of all six."""
    return {
        "left_gradient": _in(r, "g1" if k == 1 else f"G{k}"),
        "left_hessian": "row_weight" if k == 1 else f"H{k}",
        "all_gradient": _in(r, "G6"),
        "all_hessian": "H6",
    }


def _gains(r: int) -> tuple[Derived, ...]:
    """Return the gain with which every split of the root enters the race."""
    return tuple(
        Derived(_in(r, f"gain{k}"), second_order.counted_gain, "",
                _when(r, f"Gain of the split after row {k}"), _of(r, rf"\Delta_{{{k}}}"),
                places=2, inputs=_left(r, k))
        for k in CANDIDATES
    )  # fmt: skip


def _winner(
    r: int, best: str, gains: list[str], suffix: str, candidates: range, what: str, symbol: str
) -> tuple[Derived, ...]:
    """Return threshold and sums below it of the candidate that has the best of the gains.

    best: the figure that holds it; gains: figures of the candidates from the second on.
    """
    formula: Callable[..., Any] = second_order.of_the_winner
    if len(candidates) == 4:
        formula = second_order.of_the_winner_of_four
    race = {"best": best} | {f"gain_{i}": name for i, name in enumerate(gains, 2)}

    def of(values: list[str]) -> dict[str, str]:
        return race | {f"value_{i}": name for i, name in enumerate(values, 1)}

    cut = _in(r, f"{suffix}_cut" if suffix != "root" else "cut")
    return (
        Derived(cut, formula, "", _when(r, f"Threshold of {what}, km"),
                _of(r, rf"t_\mathrm{{{symbol}}}"), places=1,
                inputs=of([f"t{k}" for k in candidates])),
        Derived(_in(r, f"G_{suffix}"), formula, "", _when(r, f"Gradients below {what}'s threshold"),
                _of(r, rf"G_\mathrm{{{symbol}}}"), places=_places(r), signed=True,
                inputs=of([_in(r, "g1" if k == 1 else f"G{k}") for k in candidates])),
        Derived(_in(r, f"H_{suffix}"), formula, "", _when(r, f"Hessians below {what}'s threshold"),
                _of(r, rf"H_\mathrm{{{symbol}}}"),
                inputs=of(["row_weight" if k == 1 else f"H{k}" for k in candidates])),
    )  # fmt: skip


def _root(r: int) -> tuple[Derived, ...]:
    """Return the root's split and the sums on its left."""
    gains = [_in(r, f"gain{k}") for k in CANDIDATES]
    best = _in(r, "root_gain")
    return (
        Derived(best, second_order.best_of_five, "", _when(r, "Best gain of the root"),
                _of(r, r"\Delta_\mathrm{root}"), places=2,
                inputs={ORDINAL[k]: gain for k, gain in enumerate(gains, 1)}),
        *_winner(r, best, gains[1:], "root", CANDIDATES, "the root", "root"),
    )  # fmt: skip


def _second_level(r: int) -> tuple[Derived, ...]:
    """Return the gains of splitting the root's children, and the winner on each side.

    The left child never reaches the last candidate, the right child never the first.
    """
    at_cut = _in(r, "G_root"), _in(r, "H_root")
    last_row = {"left_gradient": _in(r, "G4"), "left_hessian": "H4", "row_gradient": _in(r, "g5"),
                "row_hessian": "row_weight", "cut_hessian": at_cut[1]}  # fmt: skip
    found: list[Derived] = []
    for side, symbol, formulas, candidates in (
        (
            "left",
            "L",
            [second_order.counted_gain] * 3 + [second_order.gain_of_last_row],
            CANDIDATES[:-1],
        ),
        ("right", "R", [second_order.gain_above] * 4, CANDIDATES[1:]),
    ):
        own = {f"{'all' if side == 'left' else 'cut'}_{name}": figure
               for name, figure in zip(("gradient", "hessian"), at_cut, strict=True)}  # fmt: skip
        gains = [_in(r, f"{side}_gain{k}") for k in candidates]
        best = _in(r, f"{side}_gain")
        found += [
            *(
                Derived(gain, formula, "",
                        _when(r, f"Gain of splitting the {side} child after row {k}"),
                        _of(r, rf"\Delta_{{\mathrm{{{symbol}}}{k}}}"), places=2, inputs=inputs)
                for k, gain, formula, inputs in zip(
                    candidates, gains, formulas, [_left(r, k) | own for k in candidates[:3]]
                    + [last_row if side == "left" else _left(r, 5) | own], strict=True)
            ),
            Derived(best, second_order.best_of_four, "", _when(r, f"Best gain of the {side} child"),
                    _of(r, rf"\Delta_\mathrm{{{symbol}}}"), places=2,
                    inputs={ORDINAL[i]: gain for i, gain in enumerate(gains, 1)}),
            *_winner(r, best, gains[1:], side, candidates, f"the {side} child", symbol),
        ]  # fmt: skip
    return tuple(found)


def _pruned(r: int) -> tuple[Derived, ...]:
    """Return which splits survive gamma, and the sums and weights of the leaves that are left.

    A split that is pruned leaves its lower leaf empty, and the rows go to the next leaf up; an
    emptied root leaves all rows in the highest.
    """
    kept = {side: _in(r, f"{side}_kept") for side in ("left", "right", "cut")}
    found: list[Derived] = [
        *(
            Derived(kept[side], second_order.child_kept, "",
                    _when(r, f"Gamma on the {side} child's split"),
                    _of(r, rf"k_\mathrm{{{side[0].upper()}}}"), words=KEEPS,
                    inputs={"gain": _in(r, f"{side}_gain")})
            for side in ("left", "right")
        ),
        Derived(kept["cut"], second_order.root_kept, "", _when(r, "Gamma on the root's split"),
                _of(r, r"k_\mathrm{root}"), words=KEEPS,
                inputs={"gain": _in(r, "root_gain"), "left_kept": kept["left"],
                        "right_kept": kept["right"]}),
        *(
            Derived(_in(r, f"standing_{side}"), second_order.standing, "",
                    _when(r, f"Threshold of the {what} if it stands, km"),
                    _of(r, rf"\bar t_\mathrm{{{symbol}}}"), places=1,
                    inputs={"kept": kept[side],
                            "value": _in(r, "cut" if side == "cut" else f"{side}_cut")})
            for side, what, symbol in (("left", "left child", "L"), ("cut", "root", "root"),
                                       ("right", "right child", "R"))
        ),
    ]  # fmt: skip
    for letter, what in (("G", "Gradients"), ("H", "Hessians")):
        left, root, right = (_in(r, f"{letter}_{n}") for n in ("left", "root", "right"))
        leaves = {i: _in(r, f"leaf{i}_{letter}") for i in (2, 3, 4)}
        whole = _in(r, "G6") if letter == "G" else "H6"
        at_root = {"root_kept": kept["cut"], "cut_sum": root}
        found += [
            Derived(leaves[i], formula, "", _when(r, f"{what} of leaf {i}"),
                    _of(r, rf"{letter}_{{\ell {i}}}"), signed=letter == "G",
                    places=_places(r) if letter == "G" else 0, inputs=inputs)
            for i, formula, inputs in (
                (2, second_order.second_leaf_sum,
                 at_root | {"left_kept": kept["left"], "left_sum": left}),
                (3, second_order.third_leaf_sum,
                 {"right_kept": kept["right"], "right_sum": right, "cut_sum": root}),
                (4, second_order.fourth_leaf_sum,
                 at_root | {"third_sum": leaves[3], "all_sum": whole}),
            )
        ]  # fmt: skip
    sums = {i: {"gradient_sum": _in(r, f"leaf{i}_G"), "hessian_sum": _in(r, f"leaf{i}_H")}
            for i in (2, 3, 4)}  # fmt: skip
    sums[1] = {"left_kept": kept["left"], "gradient_sum": _in(r, "G_left"),
               "hessian_sum": _in(r, "H_left")}  # fmt: skip
    # Only the highest leaf is never empty; as an unsplit root it may be starved.
    weight = {1: second_order.first_leaf_weight, 4: second_order.kept_leaf_weight}
    found += [
        Derived(_in(r, f"leaf{i}"), weight.get(i, second_order.tree_leaf_weight), "",
                _when(r, f"Weight of leaf {i}"), _of(r, f"w_{{{i}}}"), places=2, signed=True,
                inputs=sums[i])
        for i in range(1, 5)
    ]  # fmt: skip
    return tuple(found)


def _predictions(r: int) -> tuple[Derived, ...]:
    """Return every row's prediction after a round, the query's, and the error.

    The rows lie in order, so the first is in the lowest leaf and the sixth in the highest.
    """
    weight = {f"weight_{i}": _in(r, f"leaf{i}") for i in range(1, 5)}
    left = {"left_kept": _in(r, "left_kept"), "left_hessian": _in(r, "H_left")}
    root = {"root_kept": _in(r, "cut_kept"), "cut_hessian": _in(r, "H_root")}
    right = {"right_kept": _in(r, "right_kept"), "right_hessian": _in(r, "H_right")}
    formulas: dict[int, Callable[..., Any]] = {
                1: second_order.first_row_step, 2: second_order.second_row_step,
                5: second_order.fifth_row_step, 6: second_order.shrunken_step}  # fmt: skip
    wiring: dict[int, dict[str, str]] = {
        i: {"hessian": f"H{i}", **left, **root, **right, **weight} for i in range(2, 6)
    } | {1: left | root | weight, 6: {"weight": _in(r, "leaf4")}}
    for i, unread in (
        (1, ("left_hessian", "cut_hessian", "weight_3")), (2, ("right_hessian",)),
        (5, ("left_kept", "left_hessian", "weight_1")),
    ):  # fmt: skip
        wiring[i] = {n: figure for n, figure in wiring[i].items() if n not in unread}
    cuts = {"left_cut": _in(r, "standing_left"), "cut": _in(r, "standing_cut"),
            "right_cut": _in(r, "standing_right")}  # fmt: skip
    step = {"learning_rate": "eta"}
    return (
        *(
            Derived(f"after{r}_{i}", formulas.get(i, second_order.row_step), "",
                    f"Prediction of row {i} after round {r}", rf"\hat y_{{{i}}}^{{({r})}}",
                    places=_places(r + 1), signed=True,
                    inputs={"prediction": _before(r, i), **step, **wiring[i]})
            for i in ROWS
        ),
        Derived(f"query_after{r}", second_order.step_through_tree, "",
                f"Prediction at the chosen distance after round {r}", rf"\hat y_{{q}}^{{({r})}}",
                places=_places(r + 1), signed=True,
                inputs={"prediction": "base" if r == 1 else f"query_after{r - 1}", **step,
                        "x": "query_km", **cuts, **weight}),
        Derived(f"mse{r}", second_order.mean_squared_error, "",
                f"Mean squared error after round {r}", rf"\mathrm{{MSE}}_{{{r}}}", places=2,
                inputs=_six(f"after{r}_{{}}", "prediction") | _six("y{}", "label")),
    )  # fmt: skip


SECOND_ORDER = Step(
    "second-order",
    "From first order to second",
    (
        *(
            Given(f"x{i}", km, "", f"x_{{{i}}}", f"Distance of delivery {i}, km", low, high,
                  places=1)
            for i, (km, low, high) in enumerate(KM, 1)
        ),
        *(
            Given(f"y{i}", y, "", f"y_{{{i}}}", f"Minutes of delivery {i}", 0, 500, places=1)
            for i, y in enumerate(MINUTES, 1)
        ),
        Given("row_weight", 1, "", "h", "Weight of each row, which is its hessian", 1, 10,
              integer=True,
              note="under squared error a row's hessian is its sample weight, usually 1"),
        Derived("mean_label", second_order.mean_of_six, "", "Mean label", r"\bar y", places=2,
                inputs={w: f"y{i}" for i, w in enumerate(ORDINAL) if w}),
        Given("base_shift", 0, "", "s_0", "How far the base score stands off the mean, minutes",
              -20, 20, places=2,
              note="left to itself the library takes the mean; base_score sets another value"),
        Derived("base", second_order.shifted, "", "Base score", r"\hat y^{(0)}", places=2,
                signed=True, inputs={"mean": "mean_label", "shift": "base_shift"}),
        *_gradients(1),
        *HESSIANS,
        Given("trial_margin", -1, "", "m", "A margin (log-odds) to start from", -6, 6, places=2),
        Given("trial_label", 1, "", "y", "The label there", 0, 1, integer=True),
        Given("trial_step", 1, "", "s", "A step in the margin", -3, 3, places=2),
        Derived("trial_p", second_order.probability, "", "Probability at the margin", "p", places=3,
                inputs={"margin": "trial_margin"}),
        Derived("trial_g", second_order.logistic_gradient, "", "Gradient of the log loss there",
                r"g_\mathrm{log}", places=3, signed=True,
                inputs={"probability": "trial_p", "label": "trial_label"}),
        Derived("trial_h", second_order.logistic_hessian, "", "Hessian of the log loss there",
                r"h_\mathrm{log}", places=3, inputs={"probability": "trial_p"}),
        Derived("trial_loss", second_order.log_loss, "", "Log loss there", r"\ell(m)", places=3,
                inputs={"margin": "trial_margin", "label": "trial_label"}),
        Derived("trial_moved", second_order.moved, "", "Margin after the step", "m+s", places=2,
                signed=True, inputs={"margin": "trial_margin", "step": "trial_step"}),
        Derived("trial_exact", second_order.log_loss, "", "Log loss after the step",
                r"\ell(m+s)", places=3,
                inputs={"margin": "trial_moved", "label": "trial_label"}),
        Derived("trial_first", second_order.first_order_estimate, "",
                "Log loss after the step, to first order", r"\ell_1", places=3, signed=True,
                inputs={"loss": "trial_loss", "gradient": "trial_g", "step": "trial_step"}),
        Derived("trial_second", second_order.second_order_estimate, "",
                "Log loss after the step, to second order", r"\ell_2", places=3, signed=True,
                inputs={"loss": "trial_loss", "gradient": "trial_g", "hessian": "trial_h",
                        "step": "trial_step"}),
    ),
)  # fmt: skip

_LEAF = {"gradient_sum": "right_G4", "hessian_sum": "right_H4"}

OBJECTIVE = Step(
    "objective",
    "The objective and the best leaf weight",
    (
        Given("reg_lambda", 1, "", r"\lambda", "L2 penalty, lambda", 0, 100, DEFAULTS, places=2),
        Given("reg_alpha", 0, "", r"\alpha", "L1 penalty, alpha", 0, 50, DEFAULTS, places=2),
        Given("gamma", 10, "", r"\gamma", "Gain that a split must reach, gamma", 0, 2000, places=2),
        *(
            Derived(f"right_G{k}", second_order.remainder, "",
                    f"Gradients of the rows after row {k}", rf"G'_{{{k}}}", places=2, signed=True,
                    inputs={"whole": "G6", "part": "g1" if k == 1 else f"G{k}"})
            for k in CANDIDATES
        ),
        *(
            Derived(f"right_H{k}", second_order.remainder, "",
                    f"Hessians of the rows after row {k}", rf"H'_{{{k}}}",
                    inputs={"whole": "H6", "part": "row_weight" if k == 1 else f"H{k}"})
            for k in CANDIDATES
        ),
        Derived("free_weight", second_order.newton_step, "",
                "Best weight of the leaf of rows 5 and 6 without penalties", r"w_\mathrm{free}",
                places=2, signed=True, inputs=_LEAF),
        Derived("thresholded", second_order.soft_threshold, "",
                "Its gradient sum after the L1 penalty", r"T_\alpha(G'_4)", places=2, signed=True,
                inputs={"gradient_sum": "right_G4"}),
        Derived("best_weight", second_order.leaf_weight, "",
                "Best weight of the leaf of rows 5 and 6", "w^*", places=2, signed=True,
                inputs=_LEAF),
        Given("trial_weight", 14, "", "w", "A weight to try for that leaf", -50, 50, places=2),
        Derived("trial_objective", second_order.leaf_objective, "",
                "Objective of that leaf at the weight tried", r"\mathcal{L}(w)", places=2,
                signed=True, inputs={"weight": "trial_weight", **_LEAF}),
        Derived("best_objective", second_order.leaf_objective, "",
                "Objective of that leaf at its best weight", r"\mathcal{L}(w^*)", places=2,
                signed=True, inputs={"weight": "best_weight", **_LEAF}),
        Derived("leaf_score", second_order.score, "", "Score of that leaf", r"S'_4", places=2,
                inputs=_LEAF),
        Derived("leaf_fall", second_order.objective_fall, "",
                "Fall of the objective by its best weight", r"S'_4/2", places=2,
                inputs={"node_score": "leaf_score"}),
    ),
)  # fmt: skip

GAIN = Step(
    "gain",
    "The gain, and where the half went",
    (
        Derived("plain_gain", second_order.split_gain, "", "Gain of the split after row 4",
                r"\Delta", places=2, signed=True, inputs=_left(1, 4)),
        Derived("left_score4", second_order.score, "", "Score of rows 1 to 4", "S_4", places=2,
                inputs={"gradient_sum": "G4", "hessian_sum": "H4"}),
        Derived("root_score", second_order.score, "", "Score of all six rows", "S_6", places=2,
                inputs={"gradient_sum": "G6", "hessian_sum": "H6"}),
        Derived("paper_gain4", second_order.paper_gain, "",
                "The same gain in the paper's writing, less gamma", r"\tilde\Delta_4", places=2,
                signed=True, inputs={"gain": "plain_gain"}),
        Given("trial_gamma", 30, "", r"\gamma'", "A gamma between the two readings", 0, 2000,
              places=2),
        Derived("library_verdict", second_order.library_keeps, "",
                "What the library does with the right child's split at that gamma",
                r"v_\mathrm{code}", words=KEEPS,
                inputs={"gain": "right_gain", "gamma": "trial_gamma"}),
        Derived("paper_right_gain", second_order.paper_gain, "",
                "The right child's gain in the paper's writing, less that gamma",
                r"\tilde\Delta_\mathrm{R}", places=2, signed=True,
                inputs={"gain": "right_gain", "gamma": "trial_gamma"}),
        Derived("paper_verdict", second_order.paper_keeps, "",
                "What the paper's formula would do with it", r"v_\mathrm{paper}", words=KEEPS,
                inputs={"gain": "right_gain", "gamma": "trial_gamma"}),
        Derived("library_gamma", second_order.library_gamma, "",
                "The gamma to give the library for that gamma of the paper",
                r"\gamma_\mathrm{code}", inputs={"paper_gamma": "trial_gamma"}),
    ),
)  # fmt: skip

SPLITS = Step(
    "splits",
    "Every split by hand",
    (
        *(
            Derived(f"t{k}", rows.midpoint, "",
                    f"Threshold between rows {k} and {k + 1}, km", f"t_{{{k}}}", places=1,
                    inputs={"low": f"x{k}", "high": f"x{k + 1}"})
            for k in CANDIDATES
        ),
        Given("other_lambda", 0, "", r"\lambda_0", "A second lambda, to compare with", 0, 100,
              places=2),
        *(
            Derived(f"other_gain{k}", second_order.split_gain, "",
                    f"Gain of the split after row {k} at the second lambda",
                    rf"\Delta^{{\lambda_0}}_{{{k}}}", places=2, signed=True,
                    inputs=_left(1, k) | {"reg_lambda": "other_lambda"})
            for k in CANDIDATES
        ),
        Derived("other_best", second_order.best_of_five, "", "Best gain at the second lambda",
                r"\Delta^{\lambda_0}_\mathrm{best}", places=2, signed=True,
                inputs={ORDINAL[k]: f"other_gain{k}" for k in CANDIDATES}),
        Derived("other_cut", second_order.of_the_winner, "",
                "Threshold of the best split at the second lambda, km",
                r"t^{\lambda_0}_\mathrm{best}", places=1, inputs={
                    "best": "other_best",
                    **{f"gain_{k}": f"other_gain{k}" for k in CANDIDATES[1:]},
                    **{f"value_{k}": f"t{k}" for k in CANDIDATES}}),
        *_gains(1),
        *_root(1),
    ),
)  # fmt: skip

PRUNING = Step(
    "pruning",
    "A second level, and pruning by gamma",
    (
        *_second_level(1),
        *_pruned(1),
        Derived("kept", second_order.splits_kept, "", "Splits that survive gamma",
                r"n_\gamma"),
        Given("gamma_middle", 60, "", r"\gamma_2", "A larger gamma", 0, 2000, places=2),
        Given("gamma_high", 500, "", r"\gamma_3", "A gamma above all gains", 0, 2000, places=2),
        Derived("kept_middle", second_order.splits_kept, "", "Splits that survive the larger gamma",
                r"n_{\gamma_2}", inputs={"gamma": "gamma_middle"}),
        Derived("kept_high", second_order.splits_kept, "", "Splits that survive the largest gamma",
                r"n_{\gamma_3}", inputs={"gamma": "gamma_high"}),
    ),
)  # fmt: skip

CHILD_WEIGHT = Step(
    "child-weight",
    "min_child_weight: a sum of hessians",
    (
        Given("min_child_weight", 1, "", r"c_\mathrm{min}",
              "Hessian sum that each child must reach, min_child_weight", 0, 20, DEFAULTS,
              places=2),
        *(
            Derived(f"fed{k}", rows.reaches, "",
                    f"min_child_weight on the split after row {k}, its smaller child",
                    f"v_{{{k}}}", words=FED,
                    inputs={"value": side, "wanted": "min_child_weight"})
            for k, side in zip(CANDIDATES, ("row_weight", "H2", "H3", "right_H4", "right_H5"),
                               strict=True)
        ),
        Given("sure_p", 0.99, "", r"p_\mathrm{sure}", "A probability that the model is sure of",
              0.5, 0.9999, places=4),
        Given("unsure_p", 0.5, "", r"p_\mathrm{half}", "A probability that it knows nothing of",
              0.01, 0.99, places=4),
        Derived("sure_rows", second_order.rows_to_feed, "rows",
                "Rows of the sure probability that feed a child", r"n_\mathrm{sure}",
                inputs={"probability": "sure_p"}),
        Derived("unsure_rows", second_order.rows_to_feed, "rows",
                "Rows of the unsure probability that feed a child", r"n_\mathrm{half}",
                inputs={"probability": "unsure_p"}),
    ),
)  # fmt: skip

SHRINKAGE = Step(
    "shrinkage",
    "Shrinkage, rounds and column sampling",
    (
        Given("eta", 0.3, "", r"\eta", "Learning rate, eta", 0.01, 1, DEFAULTS, places=2),
        Given("query_km", 20, "", "q", "A distance to predict for, km", 0.1, 100, places=1),
        Derived("mse0", second_order.mean_squared_error, "",
                "Mean squared error of the base score", r"\mathrm{MSE}_0", places=2, inputs={
                    **dict.fromkeys((f"prediction_{i}" for i in ROWS), "base"),
                    **_six("y{}", "label")}),
        *_predictions(1),
        *(
            figure
            for r in ROUNDS[1:]
            for figure in (*_gradients(r), *_gains(r), *_root(r), *_second_level(r), *_pruned(r),
                           *_predictions(r))
        ),
        Derived("pair_share", second_order.share_left, "%",
                "Share of its mean residual that a round leaves in a leaf of rows 5 and 6",
                r"\rho_2", inputs={"learning_rate": "eta", "hessian_sum": "right_H4"}),
        Derived("single_share", second_order.share_left, "%",
                "The same in a leaf of row 6 alone", r"\rho_1",
                inputs={"learning_rate": "eta", "hessian_sum": "right_H5"}),
        Derived("error_removed", second_order.remainder, "",
                "Mean squared error that three rounds removed", r"\mathrm{MSE}_0-\mathrm{MSE}_3",
                places=2, signed=True, inputs={"whole": "mse0", "part": "mse3"}),
        _recorded("long_rounds", "long_run", "rounds", "Rounds of a long run"),
        _recorded("long_20", "long_run", "predicted_minutes_at_20_km",
                  "Minutes that it predicts for 20 km", places=1),
        _recorded("long_8", "long_run", "predicted_minutes_at_8_km",
                  "Minutes that it predicts for 8 km", places=1),
        _recorded("long_mse", "long_run", "mean_squared_error_minutes_squared",
                  "Mean squared error at its end", places=2),
        _recorded("long_vanish", "long_run", "rounds_until_trees_vanish",
                  "Rounds of it that still split"),
        Given("features", 28, "", "d", "Features of a larger table", 1, 10000, integer=True),
        Given("share_tree", 0.8, "", r"s_\mathrm{tree}", "colsample_bytree", 0.05, 1, places=2),
        Given("share_level", 0.5, "", r"s_\mathrm{level}", "colsample_bylevel", 0.05, 1, places=2),
        Given("share_node", 0.5, "", r"s_\mathrm{node}", "colsample_bynode", 0.05, 1, places=2),
        *(
            Derived(f"{what}_columns", second_order.sampled_columns, "",
                    f"Columns drawn for a {what}", rf"d_\mathrm{{{what}}}",
                    inputs={"columns": columns, "share": f"share_{what}"})
            for what, columns in (("tree", "features"), ("level", "tree_columns"),
                                  ("node", "level_columns"))
        ),
    ),
)  # fmt: skip

_WITH_MISSING = {"all_gradient": "missing_G", "all_hessian": "missing_H"}

MISSING = Step(
    "missing",
    "Missing values and the learned default direction",
    (
        Given("y_missing", 35, "", "y_?", "Minutes of a delivery whose distance is not known", 0,
              500, places=1),
        Derived("g_missing", second_order.weighted_gradient, "", "Gradient of that row", "g_?",
                places=2, signed=True, inputs={"prediction": "base", "label": "y_missing"}),
        Derived("missing_G", second_order.running_sum, "", "Gradients of all seven rows", "G_7",
                places=2, signed=True, inputs={"so_far": "G6", "value": "g_missing"}),
        Derived("missing_H", second_order.running_sum, "", "Hessians of all seven rows", "H_7",
                inputs={"so_far": "H6", "value": "row_weight"}),
        *(
            Derived(f"right_way{k}", second_order.split_gain, "",
                    f"Gain after row {k} with the missing value sent right",
                    rf"\Delta^{{\to}}_{{{k}}}", places=2, signed=True,
                    inputs=_left(1, k) | _WITH_MISSING)
            for k in CANDIDATES
        ),
        *(
            Derived(f"left_way{k}", second_order.gain_with_row_left, "",
                    f"Gain after row {k} with the missing value sent left",
                    rf"\Delta^{{\leftarrow}}_{{{k}}}", places=2, signed=True,
                    inputs=_left(1, k) | _WITH_MISSING | {
                        "row_gradient": "g_missing", "row_hessian": "row_weight"})
            for k in CANDIDATES
        ),
        Derived("apart_gain", second_order.split_gain, "",
                "Gain of present against missing", r"\Delta^{?}", places=2, signed=True,
                inputs={"left_gradient": "G6", "left_hessian": "H6", **_WITH_MISSING}),
        *(
            Derived(f"best_{side}_way", second_order.best_of_five, "",
                    f"Best gain with the missing value sent {side}",
                    rf"\Delta^{{{arrow}}}_\mathrm{{best}}", places=2, signed=True,
                    inputs={ORDINAL[k]: f"{side}_way{k}" for k in CANDIDATES})
            for side, arrow in (("right", r"\to"), ("left", r"\leftarrow"))
        ),
        Derived("direction", second_order.goes_left, "", "Where missing values go", r"v_?",
                words=SIDES, inputs={"best_left": "best_left_way", "best_right": "best_right_way"}),
    ),
)  # fmt: skip

HISTOGRAMS = Step(
    "histograms",
    "Exact greedy, histograms and sketches: what they cost",
    (
        Given("rows", 1_000_000, "rows", "n", "Rows of a larger table", 1000, 1e10, integer=True),
        Given("depth", 6, "", "D", "Depth of its trees, max_depth", 1, 16, DEFAULTS, integer=True),
        Given("max_bin", 256, "", "B", "Bins of a feature, max_bin", 2, 65535, DEFAULTS,
              integer=True),
        Given("value_width", 4, "B", r"b_\mathrm{value}", "Bytes of a value as float32", 1, 8),
        Given("entry_width", 8, "B", r"b_\mathrm{entry}",
              "Bytes of an entry of a sorted column: row number and value", 1, 16,
              note="a 32-bit row number beside a float32"),
        Given("bin_width", 1, "B", r"b_\mathrm{bin}", "Bytes of a bin number", 1, 4,
              note="one byte counts up to 256 bins"),
        Given("pair_width", 16, "B", r"b_\mathrm{pair}",
              "Bytes of a bin's two sums, gradient and hessian", 8, 32,
              note="two float64"),
        Given("memory_rate", 20, "GB/s", r"\beta_\mathrm{mem}",
              "Memory bandwidth of the machine", 1, 5000),
        Derived("comparisons", second_order.sort_comparisons, "", "Comparisons to sort all columns",
                r"C_\mathrm{sort}"),
        Derived("exact_candidates", second_order.candidates_exact, "",
                "Splits scored at the root by exact greedy", r"C_\mathrm{exact}"),
        Derived("binned_candidates", second_order.candidates_binned, "",
                "Splits scored at a node by histograms", r"C_\mathrm{hist}",
                inputs={"bins": "max_bin"}),
        Derived("candidate_ratio", memory.ratio, "×", "The first over the second",
                r"C_\mathrm{exact}/C_\mathrm{hist}",
                inputs={"part": "exact_candidates", "whole": "binned_candidates"}),
        *(
            Derived(f"{name}_bytes", second_order.matrix_bytes, "MB", label,
                    rf"M_\mathrm{{{name}}}", inputs={"value_bytes": width})
            for name, label, width in (
                ("float", "The table as float32", "value_width"),
                ("sorted", "The table as sorted columns", "entry_width"),
                ("binned", "The table as bin numbers", "bin_width"),
            )
        ),
        Derived("exact_read", second_order.exact_tree_bytes, "MB",
                "Read by exact greedy for one tree", r"R_\mathrm{exact}",
                inputs={"sorted_bytes": "sorted_bytes"}),
        Derived("binned_read", second_order.binned_tree_bytes, "MB",
                "Bin numbers read by histograms for one tree, at most", r"R_\mathrm{hist}",
                inputs={"binned_bytes": "binned_bytes"}),
        Derived("exact_floor", communication.transfer_seconds, "ms",
                "Least time of that reading, exact", r"T_\mathrm{exact}", places=1,
                inputs={"moved_bytes": "exact_read", "bandwidth": "memory_rate"}),
        Derived("binned_floor", communication.transfer_seconds, "ms",
                "Least time of that reading, histograms", r"T_\mathrm{hist}", places=1,
                inputs={"moved_bytes": "binned_read", "bandwidth": "memory_rate"}),
        Derived("read_ratio", memory.ratio, "×", "Bytes read, exact over histograms",
                r"R_\mathrm{exact}/R_\mathrm{hist}", places=1,
                inputs={"part": "exact_read", "whole": "binned_read"}),
        Derived("node_histogram", second_order.histogram_bytes, "KiB", "One node's histogram",
                r"b_\mathrm{node}", inputs={"bins": "max_bin", "pair_bytes": "pair_width"}),
        Given("sketch_factor", 8, "", "f", "How much finer than the bins the sketch resolves", 1,
              64, Source(
                  "XGBoost 3.2.0: the factor with which its cuts come out to the last bit, as "
                  "the tests compare them", None, READ, REVIEW), integer=True),
        Given("sketch_entry", 16, "B", r"b_\mathrm{sketch}",
              "Bytes of a sketch's entry: value, two rank bounds, weight", 4, 64,
              note="four float32"),
        Derived("sketch_eps", second_order.sketch_error, "%", "Error of a rank in the sketch",
                r"\varepsilon", places=3, inputs={"bins": "max_bin", "factor": "sketch_factor"}),
        Derived("misplaced", second_order.rank_error, "rows", "The same in rows",
                r"\varepsilon n", inputs={"error": "sketch_eps"}),
        Derived("bin_rows", second_order.rows_per_bin, "rows", "Rows in a bin", "n/B",
                inputs={"bins": "max_bin"}),
        Derived("misplaced_share", memory.ratio, "%", "A misplaced boundary, in bins",
                r"\varepsilon B", places=1, inputs={"part": "misplaced", "whole": "bin_rows"}),
        Derived("summary_bytes", second_order.sketch_bytes, "KiB",
                "Summaries of all features that a worker sends", r"b_\mathrm{sum}", inputs={
                    "bins": "max_bin", "factor": "sketch_factor", "entry_bytes": "sketch_entry"}),
        _recorded("agreed_trees", "agreement", "trees_compared", "Trees compared with XGBoost's"),
        _recorded("agreed_nodes", "agreement", "nodes_compared", "Nodes compared in them"),
        _recorded("agreed_differing", "agreement", "nodes_that_split_differently",
                  "Nodes of them that split differently"),
        _recorded("agreed_leaves", "agreement", "leaves_compared", "Leaf values compared"),
        _recorded("agreed_exact", "agreement", "leaves_equal_to_the_bit",
                  "Leaf values equal to the last bit"),
    ),
)  # fmt: skip

_LATE = {"probability": "late_p"}

LOGISTIC = Step(
    "logistic",
    "Logistic loss and the base score",
    (
        Given("promise", 30, "", r"\tau", "Minutes promised; longer is late", 1, 500, places=1),
        *(
            Derived(f"late{i}", second_order.is_late, "", f"Delivery {i}", f"\\ell_{{{i}}}",
                    words=LATE, inputs={"minutes": f"y{i}"})
            for i in ROWS
        ),
        Derived("late_share", second_order.mean_of_six, "%", "Share of late deliveries",
                r"\bar\ell", places=1,
                inputs={w: f"late{i}" for i, w in enumerate(ORDINAL) if w}),
        Derived("late_p", second_order.clipped_share, "", "Base score as a probability", "p_0",
                places=4, inputs={"share": "late_share"}),
        Derived("late_odds", second_order.odds, "", "Odds of being late", r"p_0/(1-p_0)",
                places=4, inputs={"share": "late_p"}),
        Derived("late_margin", second_order.log_odds, "", "Base score as a margin: its log-odds",
                "m_0", places=3, signed=True, inputs={"odds": "late_odds"}),
        Derived("late_g5", second_order.logistic_gradient, "", "Gradient of row 5", "g'_5",
                places=3, signed=True, inputs={**_LATE, "label": "late5"}),
        Derived("late_g6", second_order.logistic_gradient, "", "Gradient of row 6", "g'_6",
                places=3, signed=True, inputs={**_LATE, "label": "late6"}),
        Derived("late_h", second_order.logistic_hessian, "", "Hessian of every row", "h'",
                places=3, inputs=_LATE),
        Derived("late_G", second_order.running_sum, "", "Gradients of rows 5 and 6", r"G'_\ell",
                places=3, signed=True, inputs={"so_far": "late_g5", "value": "late_g6"}),
        Derived("late_H", second_order.running_sum, "", "Hessians of rows 5 and 6", r"H'_\ell",
                places=3, inputs={"so_far": "late_h", "value": "late_h"}),
        Derived("late_left_H", second_order.running_sum, "", "Hessians of rows 1 to 4", r"H_\ell",
                places=3, inputs={"so_far": "late_H", "value": "late_H"}),
        Derived("late_fed", rows.reaches, "",
                "min_child_weight on the split of late from punctual, its smaller child",
                r"v_\ell", words=FED, inputs={"value": "late_H", "wanted": "min_child_weight"}),
        Derived("newton", second_order.newton_step, "",
                "Weight of the leaf of rows 5 and 6 without penalties: a Newton step",
                r"w_\mathrm{Newton}", places=2, signed=True,
                inputs={"gradient_sum": "late_G", "hessian_sum": "late_H"}),
        Derived("late_weight", second_order.leaf_weight, "", "The same with the penalties",
                r"w_\ell", places=3, signed=True,
                inputs={"gradient_sum": "late_G", "hessian_sum": "late_H"}),
        Derived("late_margin1", second_order.shrunken_step, "", "Their margin after a round", "m_1",
                places=3, signed=True, inputs={"prediction": "late_margin", "learning_rate": "eta",
                                               "weight": "late_weight"}),
        Derived("late_p1", second_order.probability, "", "Their probability after a round", "p_1",
                places=3, inputs={"margin": "late_margin1"}),
    ),
)  # fmt: skip

MONOTONE = Step(
    "monotone",
    "Monotone constraints",
    (
        Derived("low_weight", second_order.leaf_weight, "", "Weight of rows 1 to 3 as a leaf",
                r"w_\mathrm{low}", places=2, signed=True,
                inputs={"gradient_sum": "G3", "hessian_sum": "H3"}),
        Derived("high_weight", second_order.leaf_weight, "", "Weight of rows 4 to 6 as a leaf",
                r"w_\mathrm{high}", places=2, signed=True,
                inputs={"gradient_sum": "right_G3", "hessian_sum": "right_H3"}),
        Derived("rise", second_order.remainder, "", "How far the second stands above the first",
                r"w_\mathrm{high}-w_\mathrm{low}", places=2, signed=True,
                inputs={"whole": "high_weight", "part": "low_weight"}),
        Derived("may_rise", second_order.rises, "", "The split under a rising constraint",
                r"v_\mathrm{up}", words=HOLDS),
        Derived("may_fall", second_order.falls, "", "The split under a falling constraint",
                r"v_\mathrm{down}", words=HOLDS),
        Derived("wall", rows.midpoint, "", "Wall between the two subtrees", r"\omega",
                places=2, signed=True,
                inputs={"low": "low_weight", "high": "high_weight"}),
        Derived("fourth_weight", second_order.leaf_weight, "", "Weight of row 4 alone as a leaf",
                r"w'_4", places=2, signed=True,
                inputs={"gradient_sum": "g4", "hessian_sum": "row_weight"}),
        Derived("walled", second_order.clipped_weight, "", "The same, held at or above the wall",
                r"\bar w_4", places=2, signed=True, inputs={"weight": "fourth_weight"}),
    ),
)  # fmt: skip


MILLION = "at_1000000_rows"


def _speed(name: str, value: str, label: str) -> Measured:
    """Return a recorded training speed at a million rows."""
    full = f"{value}_training_rows_per_second_{MILLION}"
    return _recorded(name, "training_speed", full, label, "rows/s")


def _timing(name: str, value: str, label: str, unit: str | None, places: int = 0) -> Measured:
    return _recorded(name, "training_speed", value, label, unit, places)


def _traffic(
    name: str, value: str, label: str, unit: str | None = None, places: int = 0
) -> Measured:
    return _recorded(name, "all_reduce_traffic", value, label, unit, places)


FAST = Step(
    "fast",
    "Why it is fast, on one machine and on many",
    (
        Given("workers", 4, "", "W", "Workers that share the rows", 1, 1024, integer=True),
        Given("trees", 100, "", "T", "Trees of the model", 1, 100000, integer=True),
        Given("network", 1.25, "GB/s", r"\beta_\mathrm{net}",
              "Network rate of a worker, one-way", 0.01, 400, places=2),
        Derived("filled", second_order.histograms_filled, "", "Histograms filled for a full tree",
                r"F"),
        Derived("tree_payload", second_order.tree_payload_bytes, "MB",
                "Histograms to be summed for one tree", r"P_\mathrm{tree}", places=2,
                inputs={"histogram_bytes": "node_histogram", "histograms": "filled"}),
        Derived("tree_sent", communication.all_reduce_bytes, "MB",
                "Sent by each worker for one tree", r"V_\mathrm{tree}", places=2,
                inputs={"payload_bytes": "tree_payload", "ranks": "workers"}),
        Derived("model_sent", memory.tensor_bytes, "MB", "Sent by each worker for the model",
                r"V_\mathrm{model}", inputs={"params": "trees", "bytes_per_value": "tree_sent"}),
        Derived("model_network", communication.transfer_seconds, "s",
                "Time of that on the network", r"T_\mathrm{net}", places=2,
                inputs={"moved_bytes": "model_sent", "bandwidth": "network"}),
        Derived("sent_over_table", memory.ratio, "×", "Sent for the model over the table's bytes",
                r"V_\mathrm{model}/M_\mathrm{float}", places=1,
                inputs={"part": "model_sent", "whole": "float_bytes"}),
        _traffic("real_node", "histogram_bytes_per_node", "One node's histogram in a real run",
                 "KiB"),
        _traffic("real_reduces", "all_reduces_per_tree", "All-reduces for its tree"),
        _traffic("real_filled", "histograms_summed_per_tree", "Histograms summed for its tree"),
        _traffic("real_payload", "all_reduced_bytes_per_tree", "Bytes all-reduced for its tree",
                 "MB"),
        _traffic("real_rows_bytes", "rows_bytes_if_sent_instead", "Bytes of its rows", "MB", 2),
        _speed("own_speed", "chapter", "Training speed of this chapter's code"),
        _speed("xgb_speed", "xgboost_1_thread", "Training speed of XGBoost on one thread"),
        _speed("xgb_all_speed", "xgboost_all_threads", "Training speed of XGBoost on all threads"),
        _speed("sklearn_speed", "scikit_learn_1_thread",
               "Training speed of scikit-learn on one thread"),
        _speed("sklearn_all_speed", "scikit_learn_all_threads",
               "Training speed of scikit-learn on all threads"),
        _timing("own_over_xgb", f"chapter_speed_over_xgboost_1_thread_{MILLION}",
                "This chapter's speed over XGBoost's, one thread", "%"),
        _timing("own_whole_over_xgb", f"chapter_whole_speed_over_xgboost_1_thread_{MILLION}",
                "The same with finding cuts and binning", "%"),
        _timing("own_over_xgb_small", "chapter_speed_over_xgboost_1_thread_at_10000_rows",
                "This chapter's speed over XGBoost's at a hundredth of the rows", "%"),
        _timing("own_memory", f"chapter_extra_bytes_{MILLION}",
                "Memory beyond the data, this chapter's code", "MB"),
        _timing("xgb_memory", f"xgboost_1_thread_extra_bytes_{MILLION}",
                "Memory beyond the data, XGBoost", "MB"),
        _timing("sklearn_memory", f"scikit_learn_1_thread_extra_bytes_{MILLION}",
                "Memory beyond the data, scikit-learn", "MB"),
        _timing("own_prepare", f"chapter_prepare_seconds_{MILLION}",
                "Finding cuts and binning, this chapter's code", "s", 1),
        _timing("xgb_prepare", f"xgboost_1_thread_prepare_seconds_{MILLION}",
                "Finding cuts and binning, XGBoost on one thread", "s", 1),
        *(
            _timing(f"share_{short}", f"chapter_share_of_{name}_{MILLION}",
                    f"Share of this chapter's boosting spent {what}", "%")
            for short, name, what in (
                ("filling", "filling_histograms", "filling histograms"),
                ("searching", "searching_splits", "searching splits"),
                ("moving", "moving_rows", "moving rows to children"),
            )
        ),
    ),
)  # fmt: skip

RIVALS = Step(
    "rivals",
    "XGBoost, LightGBM, CatBoost",
    (
        Derived("leaves", second_order.full_leaves, "", "Leaves of a full tree of that depth",
                "2^D"),
        Derived("conditions", second_order.full_splits, "",
                "Conditions in it when each node has its own", "2^D-1"),
        Given("num_leaves", 31, "", r"\Lambda", "LightGBM's limit of leaves, num_leaves", 2,
              131072, GOSS, integer=True),
        Derived("leaves_ratio", memory.ratio, "×", "Leaves of the full tree over LightGBM's limit",
                r"2^D/\Lambda", places=1, inputs={"part": "leaves", "whole": "num_leaves"}),
        Given("top_rate", 0.2, "", "a", "Share of rows with large gradients kept by GOSS", 0.01,
              0.9, GOSS, places=2),
        Given("other_rate", 0.1, "", "b", "Share of rows drawn from the others by GOSS", 0.01, 0.9,
              GOSS, places=2),
        Derived("goss_rows", second_order.sampled_share, "%", "Rows that GOSS keeps", "a+b"),
        Derived("goss_factor", second_order.small_gradient_factor, "×",
                "Factor on the rows drawn from the others", r"(1-a)/b", places=1),
    ),
)  # fmt: skip

NEXT = Step("next", "What the interviewer asks next", ())

GRAPH = Graph(
    "xgboost",
    "XGBoost",
    (SECOND_ORDER, OBJECTIVE, GAIN, SPLITS, PRUNING, CHILD_WEIGHT, SHRINKAGE, MISSING, HISTOGRAMS,
     LOGISTIC, MONOTONE, FAST, RIVALS, NEXT),
)  # fmt: skip
