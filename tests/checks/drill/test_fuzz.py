"""Nothing that a reader types can run code, raise what is not declared, or take long."""

from __future__ import annotations

import contextlib
import math
import re
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checks.drill import fuzz, fuzz_targets
from checks.drill.answers import (
    DELIVERY_MINUTES,
    TABLE,
    Answer,
    AnswerError,
    Exact,
    OrderOfMagnitude,
    SignificantDigits,
    Unit,
    WithinPercent,
    find_unit,
    read_answer,
)
from checks.drill.expressions import (
    FUNCTIONS,
    ExpressionError,
    Step,
    equivalent,
    evaluate,
    parse,
)
from checks.drill.fuzz_targets import FREE, READING, TARGETS, CodeRanError, watched
from checks.drill.work import TooMuchWorkError, within
from tests.effort import FUZZED

FEW = settings(max_examples=150)
MANY = settings(max_examples=400)

# ---- the watch itself


@pytest.mark.parametrize(
    "code",
    ["1", "__import__('colorsys')", "open('/dev/null')", "__import__('os').getcwd", "lambda: 0"],
)
def test_the_watch_sees_code(code: str) -> None:
    """Even eval of a plain number compiles."""
    with pytest.raises(CodeRanError):
        watched(lambda: eval(code), "")


def test_the_watch_sees_files_and_imports_without_eval() -> None:
    with pytest.raises(CodeRanError, match="open"):
        watched(lambda: Path(__file__).read_bytes(), "")
    with pytest.raises(CodeRanError, match="import"):
        watched(lambda: __import__("this"), "")
    with pytest.raises(CodeRanError, match="subprocess"):
        watched(lambda: subprocess.run(["true"], check=False), "")


def test_the_watch_passes_results_and_refusals_on_and_is_off_between_calls() -> None:
    assert watched(lambda: 7, "") == 7
    with pytest.raises(AnswerError, match="type a number"):
        watched(lambda: read_answer(""), "")
    with pytest.raises(CodeRanError):
        watched(lambda: eval("1"), "")
    assert eval("1 + 1") == 2


def all_pairs(text: str) -> None:
    """Compare every character with every other, and hide what came of it."""
    with contextlib.suppress(Exception):
        sum(a == b for a in text for b in text)


def doubled(text: str) -> None:
    """Do for each character twice what was done for those before it."""
    if text:
        doubled(text[1:])
        doubled(text[1:])


def for_ever(text: str) -> None:
    while True:
        pass


@pytest.mark.parametrize("fault", [all_pairs, doubled, for_ever])
def test_the_watch_sees_work_that_outgrows_the_text(fault: Callable[[str], None]) -> None:
    """Of 200 characters: 40,000 pairs or 2**200 halves are more than 80 lines each."""
    text = "x" * 200
    with pytest.raises(TooMuchWorkError, match=f"more than {READING * (200 + FREE)} lines"):
        watched(lambda: fault(text), text)


def test_lines_are_counted_exactly_and_a_tracer_is_put_back() -> None:
    """The lambda's own line; then of 100 passes the line of the loop and its body, and its end."""

    def passes(count: int) -> int:
        for _ in range(count):
            count += 1
        return count

    mine = lambda *_: None  # noqa: E731
    before = sys.gettrace()
    sys.settrace(mine)
    try:
        assert within(203, lambda: passes(100)) == 200
        with pytest.raises(TooMuchWorkError):
            within(202, lambda: passes(100))
        assert sys.gettrace() is mine
    finally:
        sys.settrace(before)


def test_one_line_that_does_not_come_back_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern that tries 2**18 ways in one line; with no time allowed that is too long."""
    monkeypatch.setattr("checks.drill.work.HUNG_SECONDS", 0.0)
    with pytest.raises(TooMuchWorkError, match="s of processor time in 1 lines"):
        within(100, lambda: bool(PATTERN.fullmatch("a" * 18 + "b")))


PATTERN = re.compile("(a|a)*")


# ---- any text at all

SHARDS = {
    target: st.sampled_from(
        [
            *fuzz_targets.WORDS[target],
            *fuzz_targets.SEEDS[target],
            *"0123456789.,+-*/^()'_ ",
            *("Ⅷ", "½", "٣", "²", "\ud800", "\x00", "🤖", "ß", "İ", "ﬁ", "\u2028", "℧"),
            *("__import__('os')", "{}", "%s", "${x}", "`x`", "<script>", "eval(", "lambda:", ";"),
        ]
    )
    for target in TARGETS
}
EXAMPLES = (
    "", " ", "\x00", "0", "9" * 620, "-" * 500, "(" * 500, "0" + "1,000" * 100, "0" + "e" * 300,
    "x^" * 300, "max(" * 100, "·" * 600, "GPU-" * 150, "EB·" * 200, "0" + "9" * 196 + "e99",
    "09" + "9" * 150 + " " + "EB·" * 15, "0.5e-99 ns", "1e308*1e308", "x/(y-y)", "0/0", "-0",
    "-x^-2^-2/" * 55, "x^y^x/" * 80, "max(x,y)/-" * 48 + "x",  # what coverage found slowest
    "().__class__.__bases__", "__import__('os').system('true')", "İ", "0" + "\u0130" * 190,
)  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("text", EXAMPLES)
def test_hard_texts(target: str, text: str) -> None:
    TARGETS[target](text)


@given(st.one_of(st.text(max_size=520), st.lists(SHARDS["answers"], max_size=80).map("".join)))
@MANY
def test_any_text_as_an_answer(text: str) -> None:
    TARGETS["answers"](text)


@given(st.one_of(st.text(max_size=220), st.lists(SHARDS["units"], max_size=80).map("".join)))
@MANY
def test_any_text_as_a_unit(text: str) -> None:
    TARGETS["units"](text)


@given(st.one_of(st.text(max_size=520), st.lists(SHARDS["formulas"], max_size=120).map("".join)))
@MANY
def test_any_text_as_a_formula(text: str) -> None:
    TARGETS["formulas"](text)


# ---- units: a product is a product, however it is written

ATOMS = st.sampled_from(sorted(name for name in TABLE if name not in ("1", "x", "×", "$")))
JOINTS = st.sampled_from(["·", " ", "*", " · ", "⋅"])
OVERS = st.sampled_from(["/", " / ", " per "])


def product_of(above: list[str], below: list[str]) -> tuple[Fraction, tuple[int, ...], dict]:
    """Return size, dimension and labels of the quotient, from the table alone."""
    size, dimension, labels = Fraction(1), [0, 0, 0], dict[str, int]()
    for sign, name in [*((1, n) for n in above), *((-1, n) for n in below)]:
        unit = TABLE[name]
        size *= unit.size**sign
        dimension = [a + sign * b for a, b in zip(dimension, unit.dimension, strict=True)]
        for label, power in unit.labels.items():
            labels[label] = labels.get(label, 0) + sign * power
    return size, tuple(dimension), {label: power for label, power in labels.items() if power}


@given(
    st.lists(ATOMS, min_size=1, max_size=4),
    st.lists(ATOMS, max_size=3),
    st.lists(JOINTS, min_size=3, max_size=3),
    st.lists(OVERS, min_size=3, max_size=3),
)
@MANY
def test_joined_units_are_the_product_of_their_parts(
    above: list[str], below: list[str], joints: list[str], overs: list[str]
) -> None:
    text = above[0] + "".join(j + a for j, a in zip(joints, above[1:], strict=False))
    text += "".join(o + b for o, b in zip(overs, below, strict=False))
    unit = find_unit(text.replace("⋅", "·"))
    assert isinstance(unit, Unit), unit
    assert (unit.size, unit.dimension, dict(unit.labels)) == product_of(above, below)


@given(st.permutations(["GPU", "token", "GB", "s"]))
@FEW
def test_the_order_above_and_below_the_line_does_not_matter(names: list[str]) -> None:
    above, below = find_unit("·".join(names)), find_unit("USD/" + "/".join(names))
    first, last = find_unit("GPU·token·GB·s"), find_unit("USD/GPU/token/GB/s")
    for one, other in ((above, first), (below, last)):
        assert isinstance(one, Unit)
        assert isinstance(other, Unit)
        assert (one.size, one.dimension, one.labels) == (other.size, other.dimension, other.labels)


# ---- answers: what is written is read

SCALES = st.sampled_from(["B", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "Gbit", "bits"])
WAYS = ("{s}{n} {u}", " {s}{n}{u} ", "~{s}{n} {u}", "{s}{n}\u00a0{u}", "={s} {n}\u202f{u}\t")


def written(number: Fraction, way: str) -> str:
    """Return a decimal number with at most 6 decimals in one of the grammar's notations."""
    whole, part = divmod(number, 1)
    decimals = f"{int(part * 10**6):06d}".rstrip("0")
    tail = f".{decimals}" if decimals else ""
    groups = {"plain": f"{int(whole)}", "commas": f"{int(whole):,}", "bars": f"{int(whole):_}"}
    if way in groups:
        return groups[way] + tail
    shift = 9
    moved = number / 10**shift
    digits = f"{int(moved * 10 ** (6 + shift)):0{7 + shift}d}"
    mantissa = f"{digits[: -(6 + shift)]}.{digits[-(6 + shift) :]}"
    return {"e": f"{mantissa}e{shift}", "power": f"{mantissa} × 10^{shift}"}[way]


@given(
    st.integers(0, 10**16).map(lambda n: Fraction(n, 10**6)),
    st.sampled_from(["plain", "commas", "bars", "e", "power"]),
    st.sampled_from(WAYS),
    st.sampled_from(["", "-", "−", "+"]),
    SCALES,
)
@MANY
def test_every_notation_is_read_exactly(
    number: Fraction, way: str, frame: str, sign: str, unit: str
) -> None:
    """Sign, digits, notation and unit each mean one thing: the value is their product."""
    text = frame.format(s=sign, n=written(number, way), u=unit)
    reading = read_answer(text, "GB")
    assert isinstance(reading, Answer), text
    minus = -1 if sign in ("-", "−") else 1
    assert reading.value == minus * number * TABLE[unit].size


@given(st.sampled_from(sorted(TABLE)), st.sampled_from(sorted(TABLE)), st.integers(1, 10**6))
@MANY
def test_an_answer_is_accepted_only_in_the_dimension_that_is_wanted(
    typed: str, wanted: str, number: int
) -> None:
    """No number of seconds is an amount of data, whatever else is typed with it.

    But "20 min" is right where the chapters on trees want minutes of delivery, a plain number.
    """
    try:
        reading = read_answer(f"{number} {typed}", wanted)
    except AnswerError:  # "5 x" and "5 1" are no number with a unit
        assert typed in ("1", "x", "×")
        return
    if wanted == DELIVERY_MINUTES and typed in ("min", "mins", "minute", "minutes"):
        typed = DELIVERY_MINUTES
    if isinstance(reading, Answer):
        assert TABLE[typed].dimension == TABLE[wanted].dimension
        assert reading.value == number * TABLE[typed].size


positive = st.fractions(min_value=Fraction(1, 10**6), max_value=10**12, max_denominator=10**6)


@given(positive, positive, st.integers(1, 14), positive)
@MANY
def test_tolerances_are_nested_and_do_not_depend_on_the_unit_of_account(
    answer: Fraction, key: Fraction, digits: int, scale: Fraction
) -> None:
    """Right to n + 1 digits is right to n, within 1 % is within 2 %, and scale changes nothing."""
    if SignificantDigits(digits + 1).accepts(answer, key):
        assert SignificantDigits(digits).accepts(answer, key)
    for narrow, wide in ((WithinPercent(1), WithinPercent(2)), (Exact(), WithinPercent(1))):
        if narrow.accepts(answer, key):
            assert wide.accepts(answer, key)
    for tolerance in (Exact(), WithinPercent(5), OrderOfMagnitude(1)):
        same = tolerance.accepts(answer * scale, key * scale)
        assert same is tolerance.accepts(answer, key)
    assert SignificantDigits(digits).accepts(answer * scale, key * scale, unit=scale) is (
        SignificantDigits(digits).accepts(answer, key)
    )
    assert SignificantDigits(digits).accepts(-answer, -key) is (
        SignificantDigits(digits).accepts(answer, key)
    )


# ---- formulas: the tree that was written is the tree that is read

Tree = tuple  # (operator, subtree, ...), or a name, or a number as text
BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "negate": 3, "^": 4}

leaves = st.one_of(
    st.sampled_from(["x", "y"]), st.integers(0, 99).map(str), st.sampled_from(["2.5", ".5", "1e2"])
)


def _grow(inner: st.SearchStrategy) -> st.SearchStrategy:
    single = sorted(name for name, (fewest, most) in FUNCTIONS.items() if most == 1)
    return st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "/"]), inner, inner),
        st.tuples(st.just("^"), inner, st.integers(0, 4).map(str)),
        st.tuples(st.just("negate"), inner),
        st.tuples(st.sampled_from(single), inner),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner, inner),
    )


trees = st.recursive(leaves, _grow, max_leaves=14)


def value_at(tree: Tree | str, point: dict[str, float]) -> float:
    """Return the value of a tree; nan as soon as any part is undefined or not finite."""
    if isinstance(tree, str):
        return point[tree] if tree in point else float(tree)
    parts = [value_at(part, point) for part in tree[1:]]
    if any(math.isnan(part) for part in parts):
        return math.nan
    a, b = parts[0], parts[-1]
    try:
        value = {
            "+": lambda: a + b,
            "-": lambda: a - b,
            "*": lambda: a * b,
            "/": lambda: a / b,
            "^": lambda: math.pow(a, b),
            "negate": lambda: -a,
            "sqrt": lambda: math.sqrt(a),
            "log2": lambda: math.log2(a),
            "ln": lambda: math.log(a),
            "exp": lambda: math.exp(a),
            "abs": lambda: abs(a),
            "ceil": lambda: _to_whole(a, math.ceil),
            "floor": lambda: _to_whole(a, math.floor),
            "min": lambda: min(parts),
            "max": lambda: max(parts),
        }[tree[0]]()
    except (ArithmeticError, ValueError):
        return math.nan
    return value if math.isfinite(value) else math.nan


def _to_whole(a: float, rounding: object) -> float:
    if abs(a) >= 2**53:
        return a
    near = float(math.floor(a + 0.5))
    return near if abs(a - near) <= 1e-9 * max(1.0, abs(a)) else float(rounding(a))  # type: ignore[operator]


def shown(tree: Tree | str, outer: int = 0, tight: bool = False) -> str:
    """Write a tree with no bracket that the grammar's precedence makes needless."""
    if isinstance(tree, str):
        return tree
    name, *parts = tree
    space = "" if tight else " "
    if name in FUNCTIONS:
        return f"{name}({f',{space}'.join(shown(part, 0, tight) for part in parts)})"
    level = BINDING[name]
    if name == "negate":
        text = "-" + shown(parts[0], level, tight)
    elif name == "^":
        text = f"{shown(parts[0], level + 1, tight)}^{shown(parts[1], level, tight)}"
    else:
        left, right = shown(parts[0], level, tight), shown(parts[1], level + 1, tight)
        text = f"{left}{space}{name}{space}{right}"
    return f"({text})" if level < outer else text


def fully_bracketed(tree: Tree | str) -> str:
    """Write a tree with brackets around everything."""
    if isinstance(tree, str):
        return f"({tree})"
    name, *parts = tree
    inside = [fully_bracketed(part) for part in parts]
    if name in FUNCTIONS:
        return f"{name}({','.join(inside)})"
    return f"(-{inside[0]})" if name == "negate" else f"({name.join(inside)})"


@given(trees)
@example(("-", "x", ("-", "y", "1")))
@example(("^", ("negate", "x"), "2"))
@example(("negate", ("^", "x", "2")))
@example(("/", "x", ("*", "y", "2")))
@example(("^", ("^", "2", "3"), "2"))
@MANY
def test_a_tree_written_with_few_brackets_or_many_reads_as_itself(tree: Tree | str) -> None:
    point = {"x": 1.25, "y": 3.0}
    expected = value_at(tree, point)
    for text in (shown(tree), shown(tree, tight=True), fully_bracketed(tree)):
        steps, refusal = parsed(text)
        if not refusal:
            value = evaluate(steps, point)
            assert value == expected or (math.isnan(value) and math.isnan(expected)), text


def parsed(text: str) -> tuple[tuple[Step, ...], str]:
    """Return (steps, "") or ((), why not), which is one of the three limits for a tree."""
    try:
        return parse(text, ("x", "y")), ""
    except ExpressionError as error:
        refusal = str(error)
    assert "a formula has at most" in refusal or "exponent" in refusal or "nested" in refusal
    return (), refusal


@given(trees, st.integers(0, 2**32 - 1))
@FEW
def test_rewriting_a_formula_keeps_it_equal_and_scaling_it_does_not(
    tree: Tree | str, seed: int
) -> None:
    """f = 0 + f = f * 1 = -(-f), but 1.001 f + 1 is another unless f is -1000."""
    ranges = {"x": (0.5, 2.0), "y": (1.0, 3.0)}
    text = shown(tree)
    steps, refusal = parsed(text)
    if refusal:
        return

    def reference(x: float, y: float) -> float:
        return evaluate(steps, {"x": x, "y": y})

    points = [{"x": 0.5 + 0.1 * k, "y": 1 + 0.13 * k} for k in range(15)]
    if not all(math.isfinite(reference(**point)) for point in points):
        return  # hardly defined: the comparison would rightly refuse the reference
    for other in (f"0 + ({text})", f"({text})*1", f"-(-({text}))"):
        rewritten, refusal = parsed(other)
        assert refusal or equivalent(rewritten, reference, ranges, seed).same
    moved, refusal = parsed(f"1.001*({text}) + 1")
    if not refusal and equivalent(moved, reference, ranges, seed).same:
        assert reference(1.0, 2.0) == pytest.approx(-1000, rel=1e-5)  # 1.001 f + 1 = f


@given(trees, st.data())
@FEW
def test_every_beginning_of_a_formula_is_read_or_refused(
    tree: Tree | str, data: st.DataObject
) -> None:
    """What a reader has typed so far, at any keystroke, raises nothing but the refusal."""
    text = shown(tree)
    cut = data.draw(st.integers(0, len(text)))
    TARGETS["formulas"](text[:cut])
    TARGETS["formulas"](text[cut:])


# ---- by coverage

needs_atheris = pytest.mark.skipif(not fuzz.installed(), reason=fuzz.MISSING)


@needs_atheris
@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_coverage_guided_fuzzing_finds_nothing(target: str) -> None:
    """So many inputs from a fixed seed, however long they take."""
    done = fuzz.run(target, seconds=0, runs=FUZZED, seed=1)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Done {FUZZED} runs" in done.stderr


@needs_atheris
def test_coverage_guided_fuzzing_would_find_a_planted_fault(tmp_path: Path) -> None:
    """A unit of 3 joined parts that divides twice by "EB" is no word of the dictionary."""
    script = tmp_path / "planted.py"
    script.write_text(
        "import sys\n"
        "from checks.drill import fuzz\n"
        "from pathlib import Path\n"
        "import checks.drill.fuzz_targets as targets\n"
        "inner = targets.units\n"
        "def planted(text):\n"
        "    inner(text)\n"
        "    if text.count('EB') == 2 and '/' in text:\n"
        "        raise KeyError(text)\n"
        "targets.TARGETS['units'] = planted\n"
        "fuzz.fuzz('units', Path(sys.argv[1]), ['-runs=200000', '-seed=1'])\n"
    )
    folder = tmp_path / "fuzz"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, str(script), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[3]), "PATH": ""},
    )
    assert done.returncode != 0
    assert "KeyError" in done.stdout + done.stderr


def test_a_unit_is_bounded_as_an_answer_is() -> None:
    """Found by fuzzing: an unknown unit of any length was repeated in full to the reader."""
    assert find_unit("y" * 201) == "a unit has at most 200 characters; this has 201"
    assert "is not known here" in str(find_unit("y" * 200))


def test_the_command_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fuzz, "installed", lambda: False)
    assert fuzz.main(["units"]) == 2
    assert "pip install 'atheris>=3'" in capsys.readouterr().out
