"""A typed formula is parsed without running anything, evaluated, and compared at random points."""

from __future__ import annotations

import json
import math
import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checks.drill.expressions import (
    DEEPEST,
    LONGEST,
    ExpressionError,
    equivalent,
    evaluate,
    parse,
)
from checks.drill.fuzz_targets import COMPARING, watched
from checks.drill.portable_random import PortableRandom, next_word, seed_of

XY = {"x": 3.0, "y": 5.0}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2*3", 7),
        ("(1 + 2)*3", 9),
        ("8/2/2", 2),  # from the left
        ("8 - 2 - 2", 4),
        ("2^3^2", 512),  # from the right: 2^9
        ("-x^2", -9),  # -(x^2)
        ("2^-1", 0.5),
        ("2**3", 8),
        ("- -x", 3),
        ("+x", 3),
        ("3 × y − 2·x ÷ 2", 12),
        ("1.5e3*x", 4500),
        (".5*x", 1.5),
        ("5.*x", 15),
        ("sqrt(16) + log2(8) + ln(exp(2)) + abs(-1)", 10),
        ("ceil(x/2) + floor(x/2)", 3),
        ("ceil(-x/2)", -1),
        ("min(x, y, 4) + max(x, y)", 8),
        ("max(min(x, 1), (y))", 5),
        ("x/3*y", 5),
    ],
)
def test_values_by_hand(text: str, value: float) -> None:
    assert evaluate(parse(text, XY), XY) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2x", "write the multiplication sign: 2*x (character 2)"),
        ("x(2)", "write the multiplication sign: x*("),
        ("(x)(y)", "write the multiplication sign: )*("),
        ("x y", "write the multiplication sign: x*y (character 3)"),
        ("(2 x)", "write the multiplication sign: 2*x"),
        ("xy", "write the multiplication sign: x*y (character 1)"),
        ("2xy", "write the multiplication sign: 2*x*y (character 2)"),
        ("sqrt(2yyx)", "write the multiplication sign: 2*y*y*x (character 7)"),
        ("Xy", "'Xy' is not known here (character 1); the symbols are x, y"),
        ("sin(x)", "'sin' is not known here"),
        ("log(x)", "write log2(...) or ln(...)"),
        ("sqrt x", "'sqrt' is a function: write sqrt(...)"),
        ("max(x)", "'max' takes two arguments or more, not 1"),
        ("sqrt(x, y)", "'sqrt' takes one argument, not 2"),
        ("1,000*x", "a comma only separates the arguments"),
        ("(x", "a closing bracket is missing"),
        ("x)", "')' is one too many"),
        ("x +", "ends where a number or a name should follow"),
        ("* x", "should stand instead of '*'"),
        ("x ^^ 2", "should stand instead of '^'"),
        ("", "type a formula"),
        ("1.2.3", "'1.2.3' is not a number"),
        (".", "type a formula"),
        ("1e999", "too large a number"),
        ("[x]", "round brackets"),
        ("x = 2", "'=' (character 3) cannot be part"),
        ("x.real", "'.' is not a number"),
        ("__import__", "'__import__' is not known here"),
        ("x if y else 1", "write the multiplication sign"),
        ("lambda: 1", "':' (character 7) cannot be part"),
        ("'x'", "cannot be part of a formula"),
        ("x; y", "cannot be part of a formula"),
        ("x^65", "an exponent here is at most 64 (character 3)"),
        ("x^-(8^3)", "an exponent here is at most 64"),
        ("2^(1/0)", "an exponent here is at most 64"),
    ],
)
def test_what_is_not_in_the_grammar_is_refused_with_the_place(text: str, says: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        parse(text, XY)
    assert says in str(refusal.value)


def test_length_and_depth_are_bounded() -> None:
    assert len(parse("x" + "+x" * 249, XY)) == 499
    with pytest.raises(ExpressionError, match="at most 500 characters; this has 501"):
        parse("x" * (LONGEST + 1), XY)
    inside = DEEPEST - 1
    assert evaluate(parse("(" * inside + "x" + ")" * inside, XY), XY) == 3
    for deep in ("(" * DEEPEST + "x" + ")" * DEEPEST, "-" * DEEPEST + "x", "x^" * DEEPEST + "x"):
        with pytest.raises(ExpressionError, match="nested more than 50 deep"):
            parse(deep, XY)
    with pytest.raises(ExpressionError, match="is a text"):
        parse(None, XY)  # type: ignore[arg-type]


def test_symbols_may_be_greek_and_longer_words() -> None:
    values = {"λ": 2.0, "kv_heads": 8.0, "w1": 3.0}
    assert evaluate(parse("λ*kv_heads + w1", values), values) == 19


@pytest.mark.parametrize("symbol", ["sqrt", "", "2x", "a b", "a.b", "a-b"])
def test_a_symbol_that_is_no_name_is_our_own_mistake(symbol: str) -> None:
    with pytest.raises(ValueError, match="cannot be a symbol"):
        parse("1", {symbol})


@pytest.mark.parametrize(
    "text",
    [
        *("1/(x - 3)", "sqrt(x - y)", "ln(x - 3)", "log2(-x)", "(x - 4)^0.5", "(x-3)^-1"),
        *("exp(1000)", "1e308*10", "1/(1e308*10)", "2^(x*y*y)", "0*(1/(x-3))", "max(1, 1/(x-3))"),
    ],
)
def test_an_undefined_value_is_nan_wherever_it_arises(text: str) -> None:
    """Also where IEEE arithmetic would go on with an infinity: 1/inf is not 0 here."""
    assert math.isnan(evaluate(parse(text, XY), XY))


def test_rounding_noise_does_not_reach_ceil() -> None:
    """0.1 + 0.2 is 0.30000000000000004; ten times that is 3 on paper, and its ceil 3."""
    assert evaluate(parse("ceil((0.1 + 0.2)*10)", ()), {}) == 3
    assert evaluate(parse("floor((0.3 - 0.1)*10)", ()), {}) == 2  # 1.9999999999999998
    assert evaluate(parse("ceil(3.001)", ()), {}) == 4
    assert evaluate(parse("floor(1e300)", ()), {}) == 1e300


# ---- equality


def kv_bytes(layers: float, heads: float, dim: float, bytes_per_value: float) -> float:
    """Return the bytes of keys and values that one token keeps."""
    return 2 * layers * heads * dim * bytes_per_value


KV_RANGES = {
    "layers": (1.0, 128.0),
    "heads": (1.0, 64.0),
    "dim": (32.0, 256.0),
    "bytes_per_value": (1.0, 4.0),
}


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2*layers*heads*dim*bytes_per_value", True),
        ("layers*heads*dim*bytes_per_value + layers*heads*dim*bytes_per_value", True),
        ("bytes_per_value*(dim*heads)*2^1*layers^2/layers", True),
        ("exp(ln(2) + ln(layers) + ln(heads) + ln(dim) + ln(bytes_per_value))", True),
        ("layers*heads*dim*bytes_per_value", False),  # K without V
        ("2*layers*heads*dim*bytes_per_value*1.000001", False),
        ("2*layers*heads*dim*bytes_per_value + 1", False),
        ("2*layers*heads*dim*bytes_per_value + 1/(1e9*(layers - layers))", False),  # undefined
        ("max(2*layers*heads*dim*bytes_per_value, 5000)", False),  # differs at the small end only
    ],
)
def test_equivalence_to_a_formula_of_the_book(text: str, same: bool) -> None:
    result = equivalent(parse(text, KV_RANGES), kv_bytes, KV_RANGES, seed=1)
    assert result.same is same
    if same:
        assert (result.points, result.differs_at) == (64, {})
    else:
        point = dict(result.differs_at)
        assert kv_bytes(**point) == result.ours
        assert not math.isclose(result.theirs, result.ours, rel_tol=1e-9)


def test_points_where_the_reference_is_undefined_are_passed_over() -> None:
    steps = parse("sqrt(x)", {"x"})
    result = equivalent(steps, lambda x: math.sqrt(x), {"x": (-1.0, 9.0)}, seed=3)
    assert result.same
    assert 50 <= result.points <= 64
    complex_reference = equivalent(steps, lambda x: x**0.5, {"x": (-1.0, 9.0)}, seed=3)
    assert complex_reference == result


def test_a_reference_that_is_hardly_ever_defined_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="defined at only 0 of 256 points"):
        equivalent(parse("x", {"x"}), lambda x: 1 / (x - x), {"x": (0.0, 1.0)}, seed=0)
    with pytest.raises(ValueError, match="low <= high"):
        equivalent(parse("x", {"x"}), lambda x: x, {"x": (1.0, 0.0)}, seed=0)


def test_the_same_seed_gives_the_same_points() -> None:
    seen: list[list[float]] = [[], [], []]
    for record, seed in zip(seen, (5, 5, 6), strict=True):

        def reference(x: float, record: list[float] = record) -> float:
            record.append(x)
            return x

        equivalent(parse("x", {"x"}), reference, {"x": (0.0, 1e9)}, seed)
    assert seen[0] == seen[1] != seen[2]
    assert min(seen[0]) < 1e9 / 100, "the small end of a wide range is visited too"


numbers = st.floats(0.5, 2.0).map(lambda value: f"{value:.3f}")
formulas = st.recursive(
    st.one_of(numbers, st.sampled_from(["x", "y"])),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        inner.map(lambda a: f"sqrt(abs({a}))"),
        inner.map(lambda a: f"-{a}"),
        st.tuples(inner, inner).map(lambda t: f"max({t[0]}, {t[1]})"),
    ),
    max_leaves=12,
)


@given(formulas)
@settings(max_examples=150)
def test_values_agree_with_pythons_own_arithmetic(text: str) -> None:
    """Formulas that the test itself made, so Python may run them: an independent evaluator."""
    names = {"x": 1.25, "y": 0.75, "sqrt": math.sqrt, "abs": abs, "max": max, "__builtins__": {}}
    try:
        expected = eval(text, names)
    except ZeroDivisionError:
        expected = math.nan
    value = evaluate(parse(text, ("x", "y")), {"x": 1.25, "y": 0.75})
    if math.isfinite(expected):
        assert value == expected
    else:
        assert math.isnan(value)


# ---- the random numbers are the browser's

JAVASCRIPT = """
const drawn = [0, 1, 42, 4294967295].map((seed) => {
  let state = seed;
  return Array.from({ length: 500 }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  });
});
const hash = (text) => {
  let value = 2166136261;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 16777619);
  return value >>> 0;
};
const seeds = ["", "gpu-wall/zero3", "λ·1.12 TB", "\\ud800x"].map(hash);
console.log(JSON.stringify({ drawn, seeds }));
"""


@pytest.mark.skipif(not shutil.which("node"), reason="needs node to run the JavaScript twin")
def test_words_and_seeds_are_those_of_javascript() -> None:
    done = subprocess.run(["node", "-e", JAVASCRIPT], capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout)
    for seed, words in zip((0, 1, 42, 4294967295), theirs["drawn"], strict=True):
        random = PortableRandom(seed)
        assert [random.word() for _ in words] == words
    assert theirs["seeds"] == [seed_of(t) for t in ("", "gpu-wall/zero3", "λ·1.12 TB", "\ud800x")]


def test_known_words_of_seed_one() -> None:
    """The first words of mulberry32 from seed 1, kept so that no node is needed to notice."""
    random = PortableRandom(1)
    assert [random.word() for _ in range(3)] == [2693262067, 11749833, 2265367787]
    assert next_word(0)[0] == 0x6D2B79F5
    assert seed_of("") == 2166136261  # FNV-1a's offset basis
    assert seed_of("a") == 0xE40C292C  # from the FNV authors' test vectors


def test_uniform_numbers_are_spread_evenly() -> None:
    """10,000 draws in 10 bins: each 1,000, give or take 5 standard deviations of 30."""
    random = PortableRandom(7)
    bins = [0] * 10
    for _ in range(10_000):
        bins[random.below(10)] += 1
    assert max(abs(count - 1000) for count in bins) < 5 * 30
    assert all(0 <= random.uniform() < 1 for _ in range(100))


@pytest.mark.parametrize("n", [0, -1, 2**20 + 1])
def test_below_refuses_what_it_cannot_draw_fairly(n: int) -> None:
    with pytest.raises(ValueError, match=r"must be 1 to 2\^20"):
        PortableRandom(0).below(n)


# ---- trying to break it

SHARDS = st.sampled_from(
    [
        *("x", "y", "2", "1e9", ".", "(", ")", "+", "-", "*", "/", "^", "**", ",", "//", "e", " "),
        *("sqrt", "max", "exp", "ln", "ceil", "__class__", "9" * 30),
        *("×", "²", "٣", "λ", "\ud800", "\x00"),
    ]
)


@given(st.one_of(st.text(max_size=LONGEST + 5), st.lists(SHARDS, max_size=150).map("".join)))
@example("9" * 500)
@example("1e" + "9" * 498)
@example("x^" * 49 + "x")
@example("2^" * 49 + "2")
@example("(" * 500)
@example("-" * 500)
@example("max(" + "x," * 240 + "x)")
@example("x+" * 249 + "x")
@example("9^64^" * 20 + "9")
@example("exp(" * 49 + "x" + ")" * 49)
@settings(max_examples=400)
def test_any_text_is_parsed_or_refused_with_little_work(text: str) -> None:
    """Only the declared error comes out, and what parses evaluates to a float."""
    result: object
    try:
        result = watched(lambda: evaluate(parse(text, XY), XY), text)
    except ExpressionError as error:
        result = error
    assert isinstance(result, float | ExpressionError)


@pytest.mark.parametrize(
    "text", ["x+" * 249 + "x", "max(" + "x," * 240 + "x)", "x*" * 200 + "sqrt(abs(x))"]
)
def test_comparing_the_longest_formula_is_little_work(text: str) -> None:
    steps = parse(text, ("x",))
    ours = {}

    def known(x: float) -> float:
        return ours.setdefault(x, evaluate(steps, {"x": x}))

    ranges = {"x": (0.5, 1.5)}
    equivalent(steps, known, ranges, 0)  # as a fuzz target does, with a reference that costs little
    assert watched(lambda: equivalent(steps, lambda x: ours[x], ranges, 0), text, COMPARING).same
