"""The givens' data: their form, their arithmetic from below, and slips that must be caught."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from checks.page.gate import loose_numbers
from checks.proof import givens as g
from worked import chapters, givens
from worked.sources import EACH
from worked.units import unit

DATA = g.load()
CHECKS = g.check_givens(DATA)
WITH_ROUTE = {c.given for c in CHECKS if c.recomputed is not None} | {
    i for c in CHECKS for i in c.inputs
}


def rows() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield file, thing and row of each fact."""
    for file, tables in DATA.items():
        for thing, table in tables.items():
            for row in table["facts"]:
                yield file, thing, row


def changed(file: str, thing: str, fact: str, **new: Any) -> list[g.GivenCheck]:
    """Return the checks of one thing after replacing keys of one of its facts.

    A price is held against those of other sellers, so they are there too.
    """
    table = deepcopy(DATA[file][thing])
    row = next(r for r in table["facts"] if r["name"] == fact)
    row.update(new)
    others = DATA[file] if file == "prices" else {}
    return g.check_givens({file: {**others, thing: table}})


def caught(file: str, thing: str, fact: str, **new: Any) -> bool:
    """Whether a slip in one fact makes a check of that fact disagree, or breaks the form."""
    try:
        checks = changed(file, thing, fact, **new)
    except ValueError:
        return True
    given = f"{DATA[file][thing]['id']}.{fact}"
    return any(c.verdict == g.DISAGREES for c in checks if given == c.given or given in c.inputs)


def value(thing: str, fact: str, file: str = "hardware") -> float:
    """Return a fact's value in the unit that it is written in."""
    return next(r["value"] for r in DATA[file][thing]["facts"] if r["name"] == fact)


# ---------------------------------------------------------------- form


def test_a_note_is_ours_and_has_no_numbers_and_what_a_source_prints_is_cited() -> None:
    for file in givens.FILES:
        for fact in givens.rows(file):
            assert not loose_numbers(fact.remark, file, is_data=True), fact
    one_way = givens.fact("hardware", "H100 SXM", "interconnect_bandwidth")
    assert one_way.source.text.endswith("(the datasheet prints 900 GB/s, both ways added)")
    assert one_way.remark == "one-way"


def test_what_is_quoted_with_sparsity_or_both_ways_added_is_twice_the_value() -> None:
    """1,979 with sparsity against 989.4 dense: 989.5 to half a unit of the last digit printed."""
    found = 0
    for file, thing, row in rows():
        told = re.search(
            r"([\d,]*\d(?:\.(\d+))?)\b[^;()]*?(?:both ways added|with sparsity)",
            row.get("quoted", ""),
        )
        if told:
            found += 1
            printed = float(told[1].replace(",", ""))
            slack = 0.5 * 10 ** -len(told[2] or "")
            assert abs(printed / 2 - row["value"]) <= slack, (file, thing, row)
    assert found >= 25


def test_every_row_keeps_to_the_form() -> None:
    """Each fact has its mandatory keys, an allowed unit, and for a rate what kind of rate it is."""
    assert g.schema_errors(DATA) == []


def test_the_loader_reads_every_fact_that_the_files_hold() -> None:
    """Nothing is lost between the TOML and what the chapters read."""
    for file, tables in DATA.items():
        loaded = givens.things(file)
        assert list(loaded) == list(tables)
        for thing, table in tables.items():
            assert loaded[thing].id == table["id"]
            assert [(f.name, f.value, f.unit) for f in loaded[thing].facts.values()] == [
                (r["name"], r["value"], r["unit"]) for r in table["facts"]
            ]


def test_units_are_known_to_the_graph() -> None:
    """A graph can take any fact."""
    for _, _, row in rows():
        assert unit(row["unit"]).factor > 0


GOOD = {
    "name": "interconnect_bandwidth",
    "value": 450,
    "unit": "GB/s",
    "direction": "one-way",
    "source": "a datasheet",
    "read": date(2026, 11, 24),
    "review_by": date(2027, 11, 24),
}
PEAK = GOOD | {"name": "peak_bf16", "unit": "TFLOP/s", "sparsity": "dense", "format": "bf16"}


def test_a_good_row_passes() -> None:
    """The rows that the rejections below start from are themselves well formed."""
    assert g.row_errors(GOOD) == []
    assert g.row_errors(PEAK) == []


@pytest.mark.parametrize("key", g.MANDATORY)
def test_a_row_without_a_mandatory_key_is_rejected(key: str) -> None:
    """The error names the key that is lacking."""
    (error,) = g.row_errors({k: v for k, v in GOOD.items() if k != key})
    assert key in error or key == "name"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({k: v for k, v in GOOD.items() if k != "direction"}, "direction"),
        ({k: v for k, v in PEAK.items() if k != "sparsity"}, "sparsity"),
        ({k: v for k, v in PEAK.items() if k != "format"}, "format"),
        (GOOD | {"direction": "bidirectional"}, "direction"),
        (PEAK | {"sparsity": "2:4"}, "sparsity"),
        (PEAK | {"format": "half"}, "format"),
        (GOOD | {"unit": "G"}, "unit"),
        (GOOD | {"unit": "Gbps"}, "unit"),
        (GOOD | {"value": -1}, "value"),
        (GOOD | {"value": float("nan")}, "value"),
        (GOOD | {"value": float("inf")}, "value"),
        (GOOD | {"value": "450"}, "value"),
        (GOOD | {"value": True}, "value"),
        (GOOD | {"name": "tied_embeddings", "value": 2}, "0 or 1"),
        (GOOD | {"review_by": date(2026, 1, 1)}, "reviewed"),
        (GOOD | {"own_choice": True}, "own_choice"),
        (GOOD | {"source": g.OWN_CHOICE}, "own_choice"),
        (GOOD | {"source": " "}, "source"),
        (GOOD | {"sauce": "x"}, "unknown key"),
        (GOOD | {"alone": " "}, "why"),
        (GOOD | {"second": {"value": 450, "unit": "GB/s"}}, "a source"),
        (GOOD | {"second": {"value": -1, "unit": "GB/s", "source": "a page"}}, "finite"),
        (GOOD | {"second": {"value": 450, "unit": "Gbps", "source": "a page"}}, "not allowed"),
    ],
)
def test_a_malformed_row_is_rejected(row: dict[str, Any], says: str) -> None:
    """Each flaw is named in the message."""
    assert any(says in error for error in g.row_errors(row))


def test_repeated_ids_and_facts_are_rejected() -> None:
    """An id names one thing of a file, a fact's name one fact of a thing."""
    table = DATA["hardware"]["H100 SXM"]
    twice = {"hardware": {"one": table, "other": table}}
    assert any("used twice" in e for e in g.schema_errors(twice))
    double = {"hardware": {"one": table | {"facts": [*table["facts"], table["facts"][0]]}}}
    assert any("stands twice" in e for e in g.schema_errors(double))
    with pytest.raises(ValueError, match="stands twice"):
        g.check_givens(double)


def test_names_say_what_the_values_are() -> None:
    """peak_<format> has that format; only _sparse is sparse; the bandwidth is the one-way one."""
    for _, thing, row in rows():
        name = row["name"]
        if name.startswith("peak_"):
            assert row["format"] == name.removeprefix("peak_").removesuffix("_sparse"), thing
            assert (row["sparsity"] == "sparse") == name.endswith("_sparse"), thing
            assert ("FLOP" in row["unit"]) == (row["format"] != "int8"), thing
        if name in ("interconnect_bandwidth", "pcie_bandwidth", "link_rate"):
            assert row["direction"] == "one-way", thing


def test_every_device_has_what_the_chapters_read() -> None:
    """Memory, its bandwidth, a 16-bit peak; an interconnect where the device has one."""
    for thing, table in DATA["hardware"].items():
        names = {r["name"] for r in table["facts"]}
        assert {"memory_bytes", "memory_bandwidth"} <= names, thing
        assert {"peak_bf16", "peak_fp16"} & names, thing
        assert "interconnect_bandwidth" in names or "pcie_bandwidth" in names, thing
    for thing, table in DATA["models"].items():
        names = {r["name"] for r in table["facts"]}
        wanted = {"layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "vocab", "params"}
        assert wanted | {"max_positions", "tied_embeddings"} <= names, thing


def test_a_row_of_facts_has_each_value_source_and_note_and_may_lack_one() -> None:
    """2.25 PFLOP/s are 2,250 TFLOP/s; a V100 has no bf16."""
    facts = [givens.things("hardware")[name].facts for name in ("V100 SXM2 32GB", "B200")]
    peaks = [f.get("peak_bf16") for f in facts]
    row = givens.given_row(peaks, "peak", "TFLOP/s", "F", "Peak", 1, 1e4, "gpu")
    assert row.value == (None, 2250)
    assert (row.source, row.note) == (EACH, "")
    assert row.each[0] == (givens.NO_FACT, "")
    source, note = row.each[1]
    assert "Blackwell" in source.text
    assert note.startswith("bf16, dense")


def test_what_is_overdue_is_reported() -> None:
    """Nothing is overdue on the day the data were read; prices come due before datasheets."""
    assert givens.overdue(date(2026, 11, 24)) == []
    late = {f.name for f in givens.overdue(date(2027, 3, 1))}
    assert "gpu_hour" in late
    assert "memory_bytes" not in late
    assert "memory_bytes" in {f.name for f in givens.overdue(date(2027, 12, 1))}


# ---------------------------------------------------------------- arithmetic from below


def test_no_given_disagrees_with_its_independent_route() -> None:
    """Every figure that can be recomputed agrees within the rounding of what is printed."""
    assert [c for c in CHECKS if c.verdict == g.DISAGREES] == []


def test_every_given_is_listed_with_what_stands_behind_it() -> None:
    """Each fact has a row: a route, a part in a route, a choice, or its source alone."""
    listed = {c.given for c in CHECKS}
    assert listed == {f"{DATA[f][t]['id']}.{r['name']}" for f, t, r in rows()}
    assert {c.verdict for c in CHECKS} == {g.AGREES, g.AS_INPUT, g.SOURCE_ONLY, g.CHOSEN}


def test_headline_figures_have_a_route() -> None:
    """No peak, bandwidth, memory size, parameter count or sourced price rests on one source."""
    heads = ("peak_", "bandwidth", "params", "memory_bytes", "active_params", "gpu_hour")
    alone = {
        c.given
        for c in CHECKS
        if c.verdict == g.SOURCE_ONLY and any(h in c.given.partition(".")[2] for h in heads)
    }
    assert alone == set()


def read_by_chapters() -> set[str]:
    """Return the facts, as thing.fact, that are a given or an option of some chapter's graph.

    Every row of the files has a Source of its own, which its givens keep: so it is recognised.
    """
    sources = set()
    for slug in chapters.CHAPTERS:
        graph = chapters.graph(slug)
        sources |= {id(s) for f in graph.givens for s in (f.source, *(x for x, _ in f.each))}
        options = [o for choice in graph.choices.values() for o in choice.options.values()]
        sources |= {id(set_to.source) for option in options for set_to in option.values()}
    return {
        f"{thing.id}.{fact.name}"
        for file in givens.FILES
        for thing in givens.things(file).values()
        for fact in thing.facts.values()
        if id(fact.source) in sources
    }


def test_every_fact_is_read_or_recomputed_or_says_why_it_stays() -> None:
    """A new fact that no chapter reads and nothing recomputes needs a route, or has to go."""
    read = read_by_chapters()
    assert {"h100-sxm.memory_bytes", "atlas-70b.layers", "aws-spot.notice"} <= read
    idle = {c.given for c in CHECKS if c.verdict in (g.SOURCE_ONLY, g.CHOSEN)} - read
    alone = {f"{DATA[f][t]['id']}.{r['name']}" for f, t, r in rows() if "alone" in r}
    assert idle == alone


def test_a_second_source_that_says_something_else_is_seen() -> None:
    """6 TB/s to one digit is anything from 5.5 to 6.5; 7 is not, and 96 GB are not 95."""
    second = {"unit": "GB/s", "source": "another page"}
    assert not caught("hardware", "MI325X", "memory_bandwidth", second={**second, "value": 5999})
    assert caught("hardware", "MI325X", "memory_bandwidth", second={**second, "value": 7000})
    assert caught(
        "hardware", "TPU v5p", "memory_bytes", second={**second, "value": 96.5, "unit": "GB"}
    )
    assert caught(
        "models", "Llama 3 8B", "max_positions", second={**second, "value": 8191, "unit": "token"}
    )


def test_an_instances_price_is_not_a_gpus() -> None:
    """Eight GPUs at 3.99 USD are 31.92 an hour, 4.9 times the others' median of 6.571."""
    assert caught("prices", "Lambda 8x H100 SXM", "gpu_hour", value=8 * 3.99)
    assert not caught("prices", "Lambda 8x H100 SXM", "gpu_hour", value=2.99)


def test_the_h100_by_hand() -> None:
    """132 SMs x 4,096 FLOP x 1.83 GHz; 5,120 pins x 5.238 Gbit/s / 8; 18 links x 25 GB/s."""
    checks = {(c.given, c.route): c for c in CHECKS if c.given.startswith("h100-sxm.")}
    peak = checks["h100-sxm.peak_bf16", "SMs x operations per clock and SM x clock"]
    assert peak.recomputed == pytest.approx(989.429760e12, rel=1e-12)
    assert peak.claimed == 989.4e12
    assert peak.tolerance == 0.05e12
    memory = checks["h100-sxm.memory_bandwidth", "pins x rate per pin / 8"]
    assert memory.recomputed == pytest.approx(3.352320e12, rel=1e-12)
    links = checks["h100-sxm.interconnect_bandwidth", "links x one-way rate per link"]
    assert links.recomputed == 18 * 25e9 == links.claimed
    pcie = checks["h100-sxm.pcie_bandwidth", "lanes x line rate x 128/130 / 8"]
    # 16 x 32 Gbit/s / 8 = 64 GB/s, times 128/130 = 63.0154
    assert pcie.recomputed == pytest.approx(63.015384615e9, rel=1e-9)
    # 81,559 MiB / 1,024 = 79.6475 GiB against 80 "GB"
    (sold,) = (c for (given, _), c in checks.items() if given == "h100-sxm.memory_bytes")
    assert sold.recomputed == pytest.approx(79.6474609375e9, rel=1e-12)


def test_a_vendors_gigabytes_of_memory_are_gibibytes() -> None:
    """What a driver reports exceeds the decimal reading of what is sold, on every device."""
    # H100: 81,559 x 2^20 = 85.52e9 B, 6.9 % over 80e9 and under the 7.4 % of GiB over GB
    for thing in DATA["hardware"]:
        names = {r["name"] for r in DATA["hardware"][thing]["facts"]}
        if "memory_reported" in names:
            reported = value(thing, "memory_reported") * 2**20
            assert 1.0 < reported / (value(thing, "memory_bytes") * 1e9) <= 2**30 / 1e9, thing


@pytest.mark.parametrize(
    ("model", "hand"),
    [
        # vocab and positions, 12 layers of 12 h^2 + 13 h, last norm, with h = 768
        ("GPT-2 small", 50257 * 768 + 1024 * 768 + 12 * (12 * 768**2 + 13 * 768) + 2 * 768),
        # two embeddings, last norm, 32 layers of q, k+v, o, three of the feed-forward, two norms
        (
            "Llama 3 8B",
            2 * 128256 * 4096
            + 4096
            + 32 * (2 * 4096**2 + 2 * 4096 * 1024 + 3 * 4096 * 14336 + 2 * 4096),
        ),
        # one embedding; biases on q (896) and k, v (128 each)
        (
            "Qwen2.5 0.5B",
            151936 * 896
            + 896
            + 24 * (2 * 896**2 + 2 * 896 * 128 + 896 + 2 * 128 + 3 * 896 * 4864 + 2 * 896),
        ),
        # eight experts of three matrices and a router of 4096 x 8
        (
            "Mixtral 8x7B",
            2 * 32000 * 4096
            + 4096
            + 32 * (2 * 4096**2 + 2 * 4096 * 1024 + 4096 * 8 + 8 * 3 * 4096 * 14336 + 2 * 4096),
        ),
    ],
)
def test_parameters_by_hand(model: str, hand: int) -> None:
    """The recorded count is the sum over the tensors, written out."""
    assert value(model, "params", "models") == hand


def test_the_running_example_is_a_round_number_near_its_shape() -> None:
    """70 billion against 70,553,706,496: 0.79 % apart, and said so in the note."""
    (check,) = (c for c in CHECKS if c.given == "atlas-70b.params")
    assert check.recomputed == 70_553_706_496 == value("Atlas-70B", "shape_params", "models")
    assert check.verdict == g.AGREES
    assert "rounds" in check.why


# ---------------------------------------------------------------- slips


BINARY = {"kB": "KiB", "MB": "MiB", "GB": "GiB", "TB": "TiB"}


def slips(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what the field's classic mistakes make of a row."""
    if row["value"] and row["name"] not in g.FLAGS:
        yield {"value": row["value"] * 1000}
        yield {"value": row["value"] / 1000}
    if row["name"] in g.FLAGS:
        yield {"value": 1 - row["value"]}
    if "sparsity" in row:
        yield {"sparsity": {"dense": "sparse", "sparse": "dense"}[row["sparsity"]]}
        yield {"value": row["value"] * 2}
        yield {"value": row["value"] / 2}
    if "direction" in row:
        yield {"direction": {"one-way": "both ways", "both ways": "one-way"}[row["direction"]]}
        yield {"value": row["value"] * 2}
    for decimal, binary in BINARY.items():
        if decimal in row["unit"].split("/"):
            yield {"unit": row["unit"].replace(decimal, binary)}
        if binary in row["unit"].split("/"):
            yield {"unit": row["unit"].replace(binary, decimal)}
    if "bit" in row["unit"]:
        yield {"unit": row["unit"].replace("bit", "B")}
    elif "B" in row["unit"].split("/")[0] and "i" not in row["unit"]:
        yield {"unit": row["unit"].replace("B", "bit", 1)}


def test_every_slip_in_a_given_with_a_route_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dense for sparse, both ways for one, GB for GiB, bits for bytes, thousands: all are seen.

    Units that the schema would refuse are let through here, so that the arithmetic has to see
    the slip and not the list of units.
    """
    monkeypatch.setattr(g, "UNITS", g.UNITS | {"GiB/s", "TiB/s", "Tbit/s", "Mbit/s", "kbit/s"})
    planted, missed = 0, []
    for file, thing, row in rows():
        if f"{DATA[file][thing]['id']}.{row['name']}" not in WITH_ROUTE:
            continue
        for slip in slips(row):
            planted += 1
            if not caught(file, thing, row["name"], **slip):
                missed.append((thing, row["name"], slip))
    assert missed == []
    assert planted > 1500


def test_a_row_left_alone_is_not_caught() -> None:
    """The catcher does not cry wolf: every fact put back as it was passes."""
    for file, thing, row in rows():
        assert not caught(file, thing, row["name"], value=row["value"])


@pytest.mark.parametrize(
    ("thing", "fact", "wrong"),
    [
        ("B200", "peak_bf16", 4.5),  # the sparse figure, as one published book had it
        ("H100 SXM", "peak_bf16", 312),  # the A100's figure under the H100's name
        ("A100 80GB SXM", "memory_bandwidth", 1555),  # the 40 GB card's
        ("H100 SXM", "tensor_boost_clock", 1980),  # gives 1,070 TFLOP/s
        ("L40S", "peak_bf16", 362.05),  # the L40's, as the L40S datasheet prints it
        ("L4", "sm_count", 60),  # the full chip, as several tables have it
        ("B200", "peak_fp32", 80),  # as announced in March 2024
        ("V100 SXM2 16GB", "peak_fp16", 112),  # the PCIe card's
        ("H100 SXM", "interconnect_bandwidth", 900),  # both ways added
        ("H200 SXM", "memory_bytes", 151),  # the bytes that the driver reports, in GB
    ],
)
def test_mistakes_that_have_been_printed_are_caught(thing: str, fact: str, wrong: float) -> None:
    """Each of these stands, or stood, somewhere in public under this name."""
    assert caught("hardware", thing, fact, value=wrong)


def test_an_unknown_family_is_refused() -> None:
    """The message lists the layouts that can be counted."""
    with pytest.raises(ValueError, match="gpt2, llama, mixtral, deepseek"):
        g.model_routes("rwkv")


def test_the_table_names_every_given() -> None:
    """The printed table has a line for each check and one for the head."""
    assert len(g.as_text(CHECKS).splitlines()) == len(CHECKS) + 1
