"""Figures: the numbers a reader sees, over named axes, and the graph that computes them.

A **given** is an input with a source, a **derived** figure is a formula applied to other
figures, a **measured** one comes from a recorded run. Each is one number, or a row or table of
numbers over named axes. In reading order: `kinds` (what is declared), `terms` (what a formula
does), `infer` (dimensions and axes), `program` with `worked/floats.py` (how it is computed),
`graph`.
"""

# fmt: off
from worked.cells import reference
from worked.errors import FigureError, OutOfRangeError, UnknownNameError
from worked.figures.graph import Graph
from worked.figures.kinds import (
    Axis,
    Before,
    Cell,
    Choice,
    Derived,
    Figure,
    Given,
    Key,
    Knob,
    Measured,
    Places,
    Requirement,
    Setting,
    Step,
    before,
    label,
)
from worked.showing import sane, suggest, typed, with_unit
from worked.sources import OWN, OWN_CHOICE, YOURS, Source

__all__ = [
    "OWN", "OWN_CHOICE", "YOURS", "Axis", "Before", "Cell", "Choice", "Derived", "Figure",
    "FigureError", "Given", "Graph", "Key", "Knob", "Measured", "OutOfRangeError", "Places",
    "Requirement", "Setting", "Source", "Step", "UnknownNameError", "before", "label",
    "reference", "sane", "suggest", "typed", "with_unit",
]
