"""Recomputes the sourced givens by a second way: from the parts below a headline figure.

A datasheet's peak is its multipliers times its clock; a bandwidth is pins times rate; a sparse
figure is twice the dense one; a parameter count is a sum over tensors. Where two of them are on
record, one checks the other, and a slip (sparse for dense, both ways for one, GB for GiB, bits
for bytes, thousands) shows. What has no parts is held against a second document (`second` in its
row), a price against the others for the same GPU. A fact that no chapter reads and nothing
recomputes says in its row why it stands `alone`, or it goes.

The TOML files are read directly, not through `worked.givens`, so that the loader cannot hide a slip
either. Run `python -m checks.proof.givens` for the table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

import worked
from worked.formulas import parameters
from worked.gpu_wall.mig import maximal_layouts
from worked.units import exact, unit

FILES = ("hardware", "models", "prices", "storage")
MANDATORY = ("name", "value", "unit", "source", "read", "review_by")
OPTIONAL = (
    *("url", "note", "quoted", "direction", "sparsity", "format", "own_choice", "second", "alone"),
)
_UNITS = (
    "B kB MB GB TB KiB MiB GiB TiB bit Gbit B/s MB/s GB/s TB/s Gbit/s "
    "FLOP TFLOP FLOP/s TFLOP/s PFLOP/s OP/s TOP/s "
    "s ms min h day Hz MHz GHz param token USD USD/h USD/GPU/h USD/GB/month"
)
UNITS = frozenset(("", *_UNITS.split()))
DIRECTIONS = ("one-way", "both ways")
SPARSITIES = ("dense", "sparse")
FORMATS = ("bf16", "fp16", "fp8", "fp32", "tf32", "int8", "fp4")
FLAGS = ("ecc_in_line", "tied_embeddings", "qkv_bias")
OWN_CHOICE = "the running example's own choice"

AGREES, DISAGREES = "agrees", "DISAGREES"
AS_INPUT, SOURCE_ONLY, CHOSEN = "checked as an input", "source only", "own choice"

Row = Mapping[str, Any]
Data = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class GivenCheck:
    """One given against one independent route; amounts in base units, dense and one-way.

    `inputs` are the ids of the givens that the route starts from: a slip in one of them shows
    here too. `tolerance` is in base units; `why` says where it comes from.
    """

    given: str
    claimed: float
    recomputed: float | None
    relative_difference: float | None
    verdict: str
    route: str
    inputs: tuple[str, ...] = ()
    tolerance: float = 0.0
    why: str = ""


@dataclass(frozen=True)
class Route:
    """A second way to one fact of a thing: its name, what it starts from, and the arithmetic.

    `spread` is how much of each input's own rounding reaches the result (0 for exact counts).
    """

    fact: str
    inputs: tuple[str, ...]
    words: str
    compute: Callable[..., Fraction]
    spread: Fraction = Fraction(0)


# A wider tolerance than half a unit of the last printed digit, with the reason for it.
WIDER: dict[str, tuple[Fraction, str]] = {
    "v100-sxm2-16gb.memory_bandwidth": (Fraction(5 * 10**9), "900 GB/s is printed to the ten"),
    "v100-sxm2-32gb.memory_bandwidth": (Fraction(5 * 10**9), "900 GB/s is printed to the ten"),
    "atlas-70b.params": (
        Fraction(7 * 10**8),
        "1 % of it: the running example rounds its shape's 70.55 billion to a plain 70",
    ),
}
PRICE_SPREAD = 4  # how far a seller's price may be from the median of the others, as a factor
MEMORY_RESERVE = Fraction(15, 1000)
MEMORY_WHY = "drivers and firmware keep up to 1.5 % of the memory for themselves"


def load() -> dict[str, dict[str, Any]]:
    """Return the four files as TOML gives them: file name -> thing -> table."""
    folder = Path(worked.__file__).parent / "givens"
    return {f: tomllib.loads((folder / f"{f}.toml").read_text("utf-8")) for f in FILES}


# --8<-- [start:canonical]
def canonical(row: Row) -> Fraction:
    """Return a fact's value in base units, a sparse rate halved to dense, both ways to one."""
    value = exact(row["value"]) * unit(row["unit"]).factor
    if row.get("direction") == "both ways":
        value /= 2
    if row.get("sparsity") == "sparse":
        value /= 2
    return value


def half_last_digit(row: Row) -> Fraction:
    """Return half a unit of the last digit that is written, in base units, dense and one-way."""
    _, _, decimals = str(row["value"]).partition(".")
    step = Fraction(1, 10 ** len(decimals))
    return canonical({**row, "value": step / 2})


# --8<-- [end:canonical]


def rounding(rows: Mapping[str, Row], name: str) -> Fraction:
    """Return how far a fact may be from the truth by rounding alone.

    A dense figure that is exactly half of a printed sparse one has the sparse one's rounding.
    """
    own = half_last_digit(rows[name])
    printed = rows.get(f"{name}_sparse")
    if printed and exact(printed["value"]) == 2 * exact(rows[name]["value"]):
        return max(own, half_last_digit(printed))
    return own


def _product(*values: Fraction) -> Fraction:
    result = Fraction(1)
    for value in values:
        result *= value
    return result


def _pcie(lanes: Fraction, rate: Fraction) -> Fraction:
    return lanes * rate * Fraction(128, 130)


def _pins_times_rate(bus: Fraction, rate: Fraction) -> Fraction:
    return bus * 8 * rate  # the bus in base units is bytes; one pin carries one bit at a time


def _most_instances() -> Fraction:
    return Fraction(max(len(layout) for layout in maximal_layouts()))


def _clock(rows: Mapping[str, Row]) -> str:
    return "tensor_boost_clock" if "tensor_boost_clock" in rows else "boost_clock"


# --8<-- [start:hardware_routes]
SMS = "SMs x operations per clock and SM x clock"
MATRIX = "matrix units x operations per clock and unit x clock"
LINKS = "links x one-way rate per link"
DOUBLED, WHOLE = "sparse = 2 x dense", "GPUs x one GPU's"
PRODUCTS = (
    ("peak_bf16", "sm_count tensor_flops_per_clock_per_sm clock", SMS),
    ("peak_fp16", "sm_count tensor_flops_per_clock_per_sm clock", SMS),
    ("peak_fp8", "sm_count fp8_flops_per_clock_per_sm clock", SMS),
    ("peak_int8", "sm_count int8_ops_per_clock_per_sm clock", SMS),
    ("peak_fp32", "sm_count fp32_flops_per_clock_per_sm boost_clock", SMS),
    ("peak_bf16", "mxu_count mxu_flops_per_clock clock", MATRIX),
    ("peak_int8", "mxu_count mxu_int8_ops_per_clock clock", MATRIX),
    (
        "interconnect_bandwidth",
        "nvlink_links nvlink_rate_per_link",
        "links x one-way rate per link",
    ),
    ("interconnect_total", "interconnect_bandwidth", "both ways = 2 x one-way"),
    ("interconnect_bits", "interconnect_bandwidth", "bits = 8 x bytes"),
    ("system_memory", "memory_bytes system_gpus", WHOLE),
    ("system_interconnect", "interconnect_bandwidth system_gpus", WHOLE),
    ("system_peak_fp8", "peak_fp8 system_gpus", f"{WHOLE}, {DOUBLED}"),
)
PCIE = ("pcie_lanes", "pcie_lane_rate"), "lanes x line rate x 128/130 / 8", _pcie


def hardware_routes(rows: Mapping[str, Row]) -> list[Route]:
    """Return the routes that a device's facts might allow; those lacking an input are skipped."""
    clock = _clock(rows)
    routes = [
        Route(fact, tuple(clock if i == "clock" else i for i in inputs.split()), words, _product)
        for fact, inputs, words in PRODUCTS
    ]
    routes += [
        Route(f"peak_{f}_sparse", (f"peak_{f}",), DOUBLED, _product, Fraction(1))
        for f in ("bf16", "fp8", "int8", "fp4")
    ]
    pins = ("memory_bus_bits", "memory_pin_rate")
    routes += [
        Route("peak_fp8", ("peak_bf16",), "fp8 = 2 x bf16", lambda x: 2 * x, Fraction(2)),
        Route("peak_fp4", ("peak_fp8",), "fp4 = 2 x fp8", lambda x: 2 * x, Fraction(2)),
        Route("memory_bandwidth", pins, "pins x rate per pin / 8", _pins_times_rate),
        Route("pcie_bandwidth", *PCIE),
        Route("mig_max", (), "the most instances of any legal layout", _most_instances),
    ]
    if "int8_ops_per_clock_per_sm" not in rows and "peak_fp8" in rows:
        routes.append(Route("peak_int8", ("peak_fp8",), "int8 = fp8", _product, Fraction(1)))
    return routes


# --8<-- [end:hardware_routes]


def memory_check(thing: str, rows: Mapping[str, Row]) -> list[GivenCheck]:
    """Check a memory size: "80 GB" as sold is a count of GiB, and the driver shows nearly all.

    The GiB that the driver reports, undone of in-line error correction, must be the number of
    the "GB" that are sold, or less by the reserve at most. So a size entered as GiB, or a report
    entered in MB, does not pass.
    """
    if "memory_reported" not in rows:
        return []
    reported, sold = canonical(rows["memory_reported"]), canonical(rows["memory_bytes"])
    kept = Fraction(15, 16) if rows["ecc_in_line"]["value"] else Fraction(1)
    recomputed = reported / kept / 2**30 * 10**9
    inside = sold * (1 - MEMORY_RESERVE) <= recomputed <= sold
    return [
        GivenCheck(
            f"{thing}.memory_bytes",
            float(sold),
            float(recomputed),
            float(recomputed / sold - 1),
            AGREES if inside else DISAGREES,
            "GiB that the driver reports, read as GB",
            (f"{thing}.memory_reported", f"{thing}.ecc_in_line"),
            float(sold * MEMORY_RESERVE),
            MEMORY_WHY,
        )
    ]


# The book's own counts, which tests/oracles hold against the models of a real library.
_COMMON = "layers hidden heads kv_heads head_dim ffn vocab tied_embeddings"
_LATENT = (
    "layers dense_layers hidden heads ffn expert_ffn vocab tied_embeddings shared_experts "
    "q_lora_rank kv_lora_rank qk_nope_head_dim qk_rope_head_dim v_head_dim"
)


def _gpt2(tied_embeddings: int, vocab: int, hidden: int, **shape: int) -> int:
    """Return the count of a GPT-2, and of its output once more where it is not tied."""
    tied: int = parameters.gpt_parameters(vocab=vocab, hidden=hidden, **shape)
    return tied + (1 - tied_embeddings) * vocab * hidden


def _mixtral(qkv_bias: int, **shape: int) -> int:
    """Return the count of a Mixtral, and of the biases where its attention has some."""
    plain: int = parameters.mixture_parameters(**shape)
    biases = (shape["heads"] + 2 * shape["kv_heads"]) * shape["head_dim"]
    return plain + qkv_bias * shape["layers"] * biases


FAMILIES: dict[str, tuple[Callable[..., Any], str]] = {
    "gpt2": (_gpt2, "layers hidden vocab max_positions tied_embeddings"),
    "llama": (parameters.llama_parameters, f"{_COMMON} qkv_bias"),
    "mixtral": (_mixtral, f"{_COMMON} qkv_bias experts"),
    "deepseek": (parameters.latent_mixture_parameters, f"{_LATENT} experts"),
}


def model_routes(family: str) -> list[Route]:
    """Return the routes of a model of `family`: its parameter counts and its head sizes.

    Raises:
        ValueError: the family is not known.
    """
    if family not in FAMILIES:
        raise ValueError(f"unknown family {family!r}; there are {', '.join(FAMILIES)}")
    count, used = FAMILIES[family]
    names = tuple(used.split())
    of_a_token = (*names, "experts_per_token")

    def counted(*values: Fraction) -> Fraction:
        shape = dict(zip(of_a_token, map(int, values), strict=False))
        if "experts" in shape:
            shape["counted_experts"] = shape.pop("experts_per_token", shape["experts"])
        return Fraction(count(**shape))

    words = f"sum over the tensors of a {family} layout"
    routes = [
        Route("params", names, words, counted),
        Route("shape_params", names, words, counted),
        Route("active_params", of_a_token, "the same with the experts of one token", counted),
    ]
    if family == "deepseek":
        parts = ("qk_nope_head_dim", "qk_rope_head_dim")
        routes.append(Route("head_dim", parts, "nope + rope part", lambda a, b: a + b))
    else:
        routes.append(Route("hidden", ("heads", "head_dim"), "heads x head size", _product))
    if family in ("gpt2", "deepseek"):
        routes.append(Route("kv_heads", ("heads",), "as many as query heads", _product))
    if family == "gpt2":
        routes.append(Route("ffn", ("hidden",), "four times as wide", lambda h: 4 * h))
    routes.append(Route("max_positions", ("seq",), "it trains at its full length", _product))
    return routes


PER_GPU = ("instance_hour", "instance_gpus"), "instance price / GPUs", lambda p, gpus: p / gpus
PRICE_ROUTES = [Route("gpu_hour", *PER_GPU)]
STORAGE_ROUTES = [
    Route("bandwidth", ("link_rate",), "bytes = bits / 8", _product),
    Route("link_rate", ("lanes", "lane_rate"), "lanes x rate per lane", _product),
    Route("bandwidth", *PCIE),
]


def second_source(thing: str, row: Row) -> list[GivenCheck]:
    """Hold a fact against what a second document says of it, within the rounding of both."""
    if "second" not in row:
        return []
    other = row["second"]
    claimed, said = canonical(row), canonical(other)
    exactly = row["unit"] in ("", "param", "token")
    tolerance = Fraction(0) if exactly else half_last_digit(row) + half_last_digit(other)
    return [
        GivenCheck(
            f"{thing}.{row['name']}",
            float(claimed),
            float(said),
            float(said / claimed - 1) if claimed else None,
            AGREES if abs(said - claimed) <= tolerance else DISAGREES,
            f"a second source: {other['source']}",
            (),
            float(tolerance),
            "a count is exact" if exactly else "half a unit of each one's last printed digit",
        )
    ]


def price_checks(tables: Mapping[str, Any]) -> dict[str, list[GivenCheck]]:
    """Hold each price of a GPU's hour against the median of all the others for that GPU.

    They differ by seller and contract, but not by a factor of `PRICE_SPREAD`: a slip of
    thousands stands out, and so does most often the price of an instance with eight GPUs.

    Returns:
        The checks of each thing, by its id; a GPU with a single price has none.
    """
    asked = [
        (table["id"], table["gpu"], row["name"], canonical(row))
        for table in tables.values()
        for row in table["facts"]
        if row["name"] in ("gpu_hour", "spot_gpu_hour")
    ]
    checks: dict[str, list[GivenCheck]] = {table["id"]: [] for table in tables.values()}
    for thing, gpu, name, price in asked:
        others = [p for t, g, n, p in asked if g == gpu and (t, n) != (thing, name)]
        if not others or not price:
            continue
        middle = median(others)
        checks[thing].append(
            GivenCheck(
                f"{thing}.{name}",
                float(price),
                float(middle),
                float(middle / price - 1),
                AGREES if price / PRICE_SPREAD <= middle <= price * PRICE_SPREAD else DISAGREES,
                f"median of the other prices of an hour of {gpu}",
                (),
                float(price * (PRICE_SPREAD - 1)),
                "sellers and contracts differ, by less than a factor of four",
            )
        )
    return checks


def _routes(file: str, table: Mapping[str, Any], rows: Mapping[str, Row]) -> list[Route]:
    if file == "hardware":
        return hardware_routes(rows)
    if file == "models":
        return model_routes(table["family"])
    return PRICE_ROUTES if file == "prices" else STORAGE_ROUTES


def run_route(thing: str, rows: Mapping[str, Row], route: Route) -> GivenCheck:
    """Recompute one fact by one route and compare, within the rounding of what was printed."""
    claimed = canonical(rows[route.fact])
    recomputed = route.compute(*(canonical(rows[i]) for i in route.inputs))
    given = f"{thing}.{route.fact}"
    tolerance, why = rounding(rows, route.fact), "half a unit of the last printed digit"
    if rows[route.fact]["unit"] in ("", "param", "token"):
        tolerance, why = Fraction(0), "a count is exact"
    if route.spread:
        tolerance += route.spread * rounding(rows, route.inputs[0])
        why += ", and the rounding of what it is computed from"
    tolerance, why = WIDER.get(given, (tolerance, why))
    verdict = AGREES if abs(recomputed - claimed) <= tolerance else DISAGREES
    return GivenCheck(
        given,
        float(claimed),
        float(recomputed),
        float(recomputed / claimed - 1) if claimed else None,
        verdict,
        route.words,
        tuple(f"{thing}.{i}" for i in route.inputs),
        float(tolerance),
        why,
    )


def check_givens(data: Data | None = None) -> list[GivenCheck]:
    """Check every given that has an independent route, and list the rest.

    Args:
        data: the files as `load` returns them; read from disk where None.

    Returns:
        One row for each given and route, then one for each given that is only an input of a
        route, that was chosen by the running example, or that has its source alone.

    Raises:
        ValueError: a thing's facts do not keep to the schema (see `schema_errors`).
    """
    data = load() if data is None else data
    if problems := schema_errors(data):
        raise ValueError("; ".join(problems))
    checks: list[GivenCheck] = []
    for file, tables in data.items():
        prices = price_checks(tables) if file == "prices" else {}
        for table in tables.values():
            rows = {row["name"]: row for row in table["facts"]}
            routed = [
                run_route(table["id"], rows, route)
                for route in _routes(file, table, rows)
                if route.fact in rows and all(i in rows for i in route.inputs)
            ]
            if file == "hardware":
                routed += memory_check(table["id"], rows)
            routed += prices.get(table["id"], [])
            routed += [c for row in table["facts"] for c in second_source(table["id"], row)]
            checks += routed + _unrouted(table["id"], rows, routed)
    return checks


def _unrouted(thing: str, rows: Mapping[str, Row], routed: list[GivenCheck]) -> list[GivenCheck]:
    """Return a row for each fact that no route claims, saying what stands behind it."""
    claimed = {c.given for c in routed}
    rest = []
    for name, row in rows.items():
        given = f"{thing}.{name}"
        if given in claimed:
            continue
        users = [c for c in routed if given in c.inputs]
        if users:
            bad = any(c.verdict == DISAGREES for c in users)
            verdict = DISAGREES if bad else AS_INPUT
            route = "input of " + ", ".join(dict.fromkeys(c.given[len(thing) + 1 :] for c in users))
        else:
            verdict, route = (CHOSEN, "") if row.get("own_choice") else (SOURCE_ONLY, "")
        rest.append(GivenCheck(given, float(canonical(row)), None, None, verdict, route))
    return rest


def _is_operation_rate(row: Row) -> bool:
    return row["unit"].endswith(("FLOP/s", "OP/s"))


# Rates in bytes or bits a second that do not go from one place to another and back.
NO_DIRECTION = ("memory_bandwidth", "memory_pin_rate")


def _needs_direction(row: Row) -> bool:
    if row["name"] in NO_DIRECTION or not row["unit"].endswith(("B/s", "bit/s")):
        return False
    # A storage tier is written at its rate; what is chosen for it has no wire and no way back.
    return not row.get("own_choice")


def schema_errors(data: Data) -> list[str]:
    """Return what is wrong with the files' form, a sentence each; empty where nothing is."""
    errors: list[str] = []
    for file, tables in data.items():
        ids: set[str] = set()
        for thing, table in tables.items():
            where = f"{file}.toml, {thing}"
            for key in ("id", "vendor", "facts", *(("gpu",) if file == "prices" else ())):
                if key not in table:
                    errors.append(f"{where}: no {key}")
            if table.get("id") in ids:
                errors.append(f"{where}: the id {table['id']!r} is used twice")
            ids.add(str(table.get("id")))
            names: set[str] = set()
            for row in table.get("facts", []):
                errors += [f"{where}: {e}" for e in row_errors(row)]
                if row.get("name") in names:
                    errors.append(f"{where}: the fact {row['name']!r} stands twice")
                names.add(str(row.get("name")))
    return errors


def row_errors(row: Row) -> list[str]:
    """Return what is wrong with the form of one fact, a sentence each."""
    name = row.get("name", "a fact without a name")
    missing = [key for key in MANDATORY if key not in row]
    if missing:
        return [f"{name} lacks {', '.join(missing)}"]
    errors = [f"{name} has an unknown key {k!r}" for k in row if k not in (*MANDATORY, *OPTIONAL)]
    value = row["value"]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e300:
        errors.append(f"{name}: the value {value!r} is not a finite number from 0 up")
    if name in FLAGS and value not in (0, 1):
        errors.append(f"{name}: is 0 or 1, not {value!r}")
    if row["unit"] not in UNITS:
        errors.append(f"{name}: the unit {row['unit']!r} is not allowed")
    for key, allowed in (("direction", DIRECTIONS), ("sparsity", SPARSITIES), ("format", FORMATS)):
        if key in row and row[key] not in allowed:
            errors.append(f"{name}: {key} is {row[key]!r}, not one of {', '.join(allowed)}")
    if "second" in row:
        errors += [f"{name}: its second source {e}" for e in _second_errors(row["second"])]
    if "alone" in row and not row["alone"].strip():
        errors.append(f"{name}: stands alone and does not say why")
    if row["review_by"] <= row["read"]:
        errors.append(f"{name}: is to be reviewed before it was read")
    if _is_operation_rate(row):
        errors += [
            f"{name}: a rate of operations lacks its {k}"
            for k in ("sparsity", "format")
            if k not in row
        ]
    if _needs_direction(row) and "direction" not in row:
        errors.append(f"{name}: an interconnect rate lacks its direction")
    if bool(row.get("own_choice")) != (row["source"] == OWN_CHOICE):
        errors.append(f"{name}: own_choice goes with the source {OWN_CHOICE!r}, and only with it")
    if not row["source"].strip():
        errors.append(f"{name}: the source is empty")
    return errors


def _second_errors(second: Row) -> list[str]:
    if set(second) != {"value", "unit", "source"}:
        return ["has a value, a unit and a source, and nothing else"]
    value = second["value"]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e300:
        return [f"has the value {value!r}, not a finite number from 0 up"]
    return [] if second["unit"] in UNITS else [f"has the unit {second['unit']!r}, not allowed"]


def as_text(checks: list[GivenCheck]) -> str:
    """Return the checks as a text table."""
    lines = [f"{'given':42} {'claimed':>12} {'recomputed':>12} {'difference':>10}  verdict; route"]
    for c in checks:
        again = f"{c.recomputed:12.6g}" if c.recomputed is not None else " " * 12
        off = f"{c.relative_difference:+10.2%}" if c.relative_difference is not None else " " * 10
        words = f"{c.verdict}; {c.route}" if c.route else c.verdict
        lines.append(f"{c.given:42} {c.claimed:12.6g} {again} {off}  {words}")
    return "\n".join(lines)


if __name__ == "__main__":
    found = check_givens()
    print(as_text(found))
    wrong = [c for c in found if c.verdict == DISAGREES]
    print(f"{len(found)} rows, {len(wrong)} disagree")
    raise SystemExit(1 if wrong else 0)
