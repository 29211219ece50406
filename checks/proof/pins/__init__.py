"""What the reader must see, worked out by hand: the arithmetic stands beside each figure.

None of it was copied from the program. `PINS` holds a chapter's values as the book gives them,
`OTHER_PINS` those at a few other settings, chosen because at the book's values some figures are
zero, equal, or verdicts with room to spare, where a mistake would not show. `OPTION_PINS` says
what each option of a choice must set, in the given's unit, read from data sheets and published
configurations once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks.proof.pins import gpu_wall, gradient_boosting, l1_gradient, rope, xgboost

PINS: dict[str, dict[str, str]] = {}
OTHER_PINS: dict[str, list[tuple[Mapping[str, Any], dict[str, str]]]] = {}
OPTION_PINS: dict[str, dict[str, dict[str, dict[str, float]]]] = {}

PINS["gpu-wall"] = gpu_wall.PINS
OTHER_PINS["gpu-wall"] = gpu_wall.OTHER_PINS
OPTION_PINS["gpu-wall"] = gpu_wall.OPTION_PINS
PINS["xgboost"] = xgboost.PINS
OTHER_PINS["xgboost"] = xgboost.OTHER_PINS
OPTION_PINS["xgboost"] = {}
PINS["l1-gradient"] = l1_gradient.PINS
OTHER_PINS["l1-gradient"] = l1_gradient.OTHER_PINS
PINS["rope"] = rope.PINS
OTHER_PINS["rope"] = rope.OTHER_PINS
OPTION_PINS["rope"] = rope.OPTION_PINS
PINS["gradient-boosting"] = gradient_boosting.PINS
OTHER_PINS["gradient-boosting"] = gradient_boosting.OTHER_PINS
