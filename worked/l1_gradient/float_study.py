"""Measure what binary floats do to descent that lands exactly in exact arithmetic.

Run `python -m worked.l1_gradient.float_study --record` to write `measured/floats.json`.
"""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

from worked.l1_gradient.descent import descend, fixed_rate, l1_fixed_rate_outcome
from worked.l1_gradient.losses import l1_gradient, predict
from worked.recording import run_study

MEASURED = Path(__file__).parent / "measured" / "floats.json"
START, X, Y, BEST = 1.0, 2.0, 10.0, 3.0
RATE, SMALL_RATE = 0.1, 0.05
STEPS = 2_000


# --8<-- [start:floats]
def float_descent(rate: float, steps: int) -> list[float]:
    """Return the weights of L1 descent on the chapter's point, in `float64`."""
    weights = descend(lambda m: l1_gradient(m, X, Y), START, fixed_rate(rate), steps)
    return [float(m) for m in weights]


# --8<-- [end:floats]


def study() -> dict[str, tuple[float, str]]:
    """Return the study's measured values, name -> (value, unit); nothing in it is random."""
    ten = float_descent(RATE, STEPS)[10]
    late = float_descent(SMALL_RATE, STEPS)[STEPS // 2 :]
    exact = l1_fixed_rate_outcome(1, 2, 10, Fraction(str(SMALL_RATE)))
    return {
        "weight_past_the_minimum_after_ten_steps": (ten - BEST, ""),
        "in_units_of_the_last_place": ((ten - BEST) / math.ulp(BEST), ""),
        "prediction_short_of_the_target_after_ten_steps": (Y - float(predict(ten, X)), ""),
        "small_rate": (SMALL_RATE, ""),
        "small_rate_exact_steps": (exact.steps, ""),
        "small_rate_exact_amplitude": (float(exact.amplitude), ""),
        "small_rate_float_amplitude": (max(late) - min(late), ""),
    }


def main() -> None:
    """Print the study's values, and record them when called with --record."""
    run_study(
        MEASURED,
        study,
        what="L1 descent on the chapter's point in double precision: where it misses what "
        "exact arithmetic reaches",
        command="python -m worked.l1_gradient.float_study --record",
        seed=0,
    )


if __name__ == "__main__":
    main()
