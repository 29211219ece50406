"""Specifications of pictures that every chapter may have; `checks/page/pictures.py` says more.

What is None is left out, so that the drawing chooses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def labelled(figures: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what is drawn and what it is called; `figures`: figure -> label."""
    return [{"figure": figure, "label": label} for figure, label in figures.items()]


def by_key(figure: str, labels: Mapping[Any, str]) -> dict[str, str]:
    """Return figure -> label for the cells of a row: "mse[round={}]" and {1: "first"}."""
    return {figure.format(key): label for key, label in labels.items()}


def marks(label: str, x: str, y: str, keys: Iterable[Any]) -> dict[str, Any]:
    """Return points that a curve shows besides: a cell of `x` and one of `y` for each key."""
    return {"label": label, "points": [{"x": x.format(k), "y": y.format(k)} for k in keys]}


def _limit(limit: tuple[str, str] | None) -> dict[str, str] | None:
    return limit and {"figure": limit[0], "label": limit[1]}


def _given(spec: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in spec.items() if value is not None}


def curve(
    picture_id: str,
    title: str,
    alt: str,
    caption: str,
    *,
    x: tuple[str, str],
    y_label: str,
    series: Mapping[str, str],
    span: tuple[float | str, float | str] | tuple[None, None] = (None, None),
    around: Sequence[str] | None = None,
    near: Mapping[str, str | int] | None = None,
    points: int | None = None,
    x_scale: str | None = None,
    unit: str = "",
    y_scale: str | None = None,
    y_span: tuple[float | None, float | None] = (None, None),
    mark: bool | None = None,
    recorded: Sequence[Mapping[str, Any]] | None = None,
    lines: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return figures over the given `x`, which is a name and a label.

    series, lines: figure -> label. span: from and to; or around, or near. y_span: y_from and y_to.
    """
    return _given(
        {
            "id": picture_id,
            "kind": "curve",
            "title": title,
            "alt": alt,
            "caption": caption,
            "x": x[0],
            "x_label": x[1],
            "from": span[0],
            "to": span[1],
            "around": around,
            "near": near,
            "points": points,
            "x_scale": x_scale,
            "unit": unit,
            "y_scale": y_scale,
            "y_label": y_label,
            "y_from": y_span[0],
            "y_to": y_span[1],
            "mark": mark,
            "series": labelled(series),
            "recorded": recorded,
            "lines": lines and labelled(lines),
        }
    )


def bars(
    picture_id: str,
    title: str,
    alt: str,
    caption: str,
    *,
    axis: str,
    groups: Mapping[str, Sequence[str]],
    unit: str = "",
    places: int | None = None,
    series: Sequence[str] | None = None,
    limit: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """Return plain bars; groups: label -> a figure for each of `series`; limit: figure, label."""
    return _given(
        {
            "id": picture_id,
            "kind": "bars",
            "title": title,
            "alt": alt,
            "caption": caption,
            "unit": unit,
            "places": places,
            "axis": axis,
            "series": series,
            "groups": [{"label": label, "figures": figures} for label, figures in groups.items()],
            "limit": _limit(limit),
        }
    )
