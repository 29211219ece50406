"""A graph of storage tiers whose units convert: look-ups, masks, ranks, verdicts as factors."""

from __future__ import annotations

from tests.worked.axes_examples import derived, given
from worked.figures import Axis, Graph, Step, before
from worked.formulas.ops import (
    all_of,
    any_of,
    at,
    ceil,
    count,
    found,
    mean,
    most,
    no,
    nth,
    rank,
    same,
    softmax,
    total,
    where,
    where_least,
)  # fmt: skip


def in_time(time, limit):
    return where(time <= limit, 1, 0)


def kind(time, limit):
    is_equal = no(any_of(time > limit, time < limit))
    return where(is_equal, 1, where(all_of(time > limit / 2, time < limit), 2, 3))


TIERS = Graph(
    "tiers", "Tiers",
    [Step("all", "All", (
        given("bw", (50, 3.5, 7, 20), unit="GB/s", over="tier", low=0.001),
        given("price", (1.0, 0.2, 0.2, 0.05), unit="USD/h", over="tier", low=0.001),
        given("size", 980, unit="GB", low=1), given("r", 0.9, low=0.1, high=2),
        given("limit", 2, unit="min", low=0.01), given("n", 13, integer=True, low=1, high=40),
        derived("time", lambda size, bw: size / bw, over="tier", unit="min", places=1),
        derived("ok", in_time, over="tier", words=("too slow", "in time")),
        derived("cost", lambda time, price: time * price, over="tier", unit="USD", places=3),
        derived("cheapest", lambda cost, ok: where_least(cost, "tier", where=ok)),
        derived("last_cheap", lambda price: where_least(price, "tier", last=True)),
        derived("chosen", lambda cheapest, other: where(found(cheapest), cheapest, other),
                inputs={"other": "last_cheap"}),
        derived("chosen_cost", lambda cost, chosen: at(cost, "tier", chosen), unit="USD", places=3),
        derived("least_price", lambda price: at(price, "tier", where_least(price, "tier")),
                unit="USD/day", places=3),
        derived("is_it", lambda chosen, tier: where(same(chosen, tier), 1, 0), over="tier"),
        derived("share_ok", lambda ok: mean(ok, "tier"), unit="%", places=0),
        derived("ok_cost", lambda ok, cost: total(ok * cost, "tier"), unit="USD", places=3),
        derived("kind", kind, over="tier"),
        derived("slow", lambda time: nth(time * 2, "tier", ceil(0.9 * 4)), unit="s", places=1),
        derived("place", lambda time: rank(time / 60, "tier"), over="tier", places=0),
        derived("share", lambda kind, ok: softmax(kind, "tier", where=ok), over="tier", places=3),
        derived("decay", lambda earlier, r: earlier * r, over="step", places=4,
                inputs={"earlier": before("decay", over="step", start=1.0)}),
        derived("spread", lambda decay: total((decay - 0.5) ** 2, "step"), places=3),
        derived("top", lambda decay: most(decay, "step")),
        derived("high", lambda decay: 2 * count(decay > 0.5, "step") + 1),
        derived("sign", lambda r: -((-r) ** 2) - -r, places=3),
        derived("lost", lambda left: 1 - left, inputs={"left": "decay[step=last]"}, places=4),
    ))],
    axes=[Axis("tier", ("NVMe", "FS", "Object", "Tape")), Axis("step", length="n", most=40)],
)  # fmt: skip
