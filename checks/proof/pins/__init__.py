"""What the reader must see, worked out by hand: the arithmetic stands beside each figure.

None of it was copied from the program. `PINS` holds a chapter's values as the book gives them,
`OTHER_PINS` those at a few other settings, chosen because at the book's values some figures are
zero, equal, or verdicts with room to spare, where a mistake would not show. `OPTION_PINS` says
what each option of a choice must set, in the given's unit, read from data sheets and published
configurations once more.
"""

from __future__ import annotations

from checks.proof.pins import forward_pass, gpu_wall, gradient_boosting, l1_gradient, rope, xgboost

_OF = {
    "gpu-wall": gpu_wall,
    "xgboost": xgboost,
    "l1-gradient": l1_gradient,
    "rope": rope,
    "gradient-boosting": gradient_boosting,
    "forward-pass": forward_pass,
}
PINS = {slug: chapter.PINS for slug, chapter in _OF.items()}
OTHER_PINS = {slug: chapter.OTHER_PINS for slug, chapter in _OF.items()}
OPTION_PINS = {
    "gpu-wall": gpu_wall.OPTION_PINS,
    "xgboost": {},
    "rope": rope.OPTION_PINS,
    "forward-pass": forward_pass.OPTION_PINS,
}
