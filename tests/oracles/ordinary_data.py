"""Ordinary tables, drawn from a seed: what people feed to trees as numbers without a thought.

Days written as 20180131, seconds since 1970 and ids beyond 2^24 do not fit float32's 24 bits:
neighbours have no midpoint, and near ones are the same. Prices tie at the cent; codes and
one-hot blocks tie heavily; and units may be tiny or huge.

The tests draw SETS tables a case. For a larger campaign set ORDINARY_DATA_SETS, by hand:

    ORDINARY_DATA_SETS=1000 python -m pytest tests/oracles -k ordinary --timeout 3000
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

SETS = int(os.environ.get("ORDINARY_DATA_SETS", "25"))


class Table(NamedTuple):
    """`x` (rows, features) and a number `y` (rows,) that depends on every column."""

    x: FloatArray
    y: FloatArray


def days(rng: np.random.Generator, rows: int) -> FloatArray:
    """Return dates of a few days, weeks or months, each written as the number yyyymmdd."""
    first = np.datetime64("2018-01-01") + rng.integers(0, 2000)
    drawn = first + rng.integers(0, rng.choice([4, 40, 400]), rows)
    return np.array([float(str(day).replace("-", "")) for day in drawn])


def seconds(rng: np.random.Generator, rows: int) -> FloatArray:
    """Return times as seconds since 1970, within a quarter of an hour or a day."""
    return 1_700_000_000.0 + rng.integers(0, rng.choice([1_000, 100_000]), rows)


def ids(rng: np.random.Generator, rows: int) -> FloatArray:
    """Return ids from 2^24, 2^25 or 2^27 on, few that repeat or many that hardly do."""
    return 2.0 ** rng.choice([24, 25, 27]) + rng.integers(0, rng.choice([20, 3 * rows]), rows)


def prices(rng: np.random.Generator, rows: int) -> FloatArray:
    """Return prices to the cent."""
    return np.round(rng.gamma(2.0, 8.0, rows), 2)


def codes(rng: np.random.Generator, rows: int) -> FloatArray:
    """Return whole numbers from 0 to at most 3, some columns constant: ties everywhere."""
    return rng.integers(0, rng.integers(1, 5), rows).astype(float)


def measurements(rng: np.random.Generator, rows: int) -> FloatArray:
    """Return normal numbers in ordinary, tiny or huge units."""
    return rng.standard_normal(rows) * rng.choice([1e-9, 1.0, 1.0, 1e30])


COLUMNS = (days, seconds, ids, prices, codes, measurements)


def table(rng: np.random.Generator) -> Table:
    """Return 20 to 120 rows of 1 to 5 columns, half of the time with a one-hot block of 3.

    y is a sum over the columns' ranks and noise, then perhaps rounded so that rows tie, in
    units from 1e-6 to 1e6, perhaps far from 0.
    """
    rows = int(rng.integers(20, 121))
    x = np.column_stack([rng.choice(COLUMNS)(rng, rows) for _ in range(rng.integers(1, 6))])
    if rng.random() < 0.5:
        x = np.column_stack([x, np.eye(3)[rng.integers(0, 3, rows)]])
    rank = x.argsort(axis=0).argsort(axis=0) / rows
    y = rank @ rng.standard_normal(x.shape[1]) + 0.3 * rng.standard_normal(rows)
    if rng.random() < 0.5:
        y = np.round(y * 4) / 4
    return Table(x, (y + rng.choice([0, 0, 1000])) * rng.choice([1e-6, 1.0, 1.0, 100.0, 1e6]))


def one_of(rng: np.random.Generator, **choices: tuple[Any, ...]) -> dict[str, Any]:
    """Return each name with one of its values."""
    return {name: values[rng.integers(len(values))] for name, values in choices.items()}


def class_numbers(y: FloatArray, classes: int) -> FloatArray:
    """Return y cut into `classes` classes of nearly equal size, numbered from 0.

    Where y ties heavily a class may stay empty.
    """
    return np.digitize(y, np.quantile(y, np.arange(1, classes) / classes)).astype(float)
