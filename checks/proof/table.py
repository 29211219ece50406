"""Prove a chapter: run every independent check of every derived figure and table the result.

Two checks every figure has: its dimensions, when the graph is built and once more with Pint, and
the **recount**, the whole chapter computed a second time (`checks/proof/recounts.py`). A formula
with content, more than arithmetic, comparisons and look-ups, has an independent route as well,
looked up by the formula's own name:
- derivation: `checks/proof/derivations/<topic>.py` derives the formula from first principles with
  SymPy; the difference to the traced formula simplifies to zero. Its steps are shown;
- count: `checks/proof/brute/<topic>.py` finds the same number by brute force: it builds the
  tensors, moves the chunks, runs the schedule; compared at many small points.
A derived figure that is not computed a second time fails, and one with content without a route.
What the tests measure of the real thing besides is declared in `checks/proof/measured.py`.
"""

from __future__ import annotations

import importlib
import inspect
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from checks.faces.output import counted
from checks.proof import recounts
from checks.proof.dimensions import check_figure
from checks.proof.measured import MEASURED
from checks.proof.steps import Step, as_text, heard_from
from worked import rows
from worked.chapters import CHAPTERS, graph
from worked.figures import Derived, FigureError
from worked.figures.terms import Term
from worked.showing import flat

# What makes the content of a formula plain in its terms. Other content, such as a gradient or the
# cost of a protocol, is arithmetic to look at: whoever writes the formula brings its route.
WITH_CONTENT = ("exp", "ln", "log2", "sqrt", "sin", "cos", "pi", "softmax")
WITH_EDGES = ("ceiling", "floor", "Max", "Min", "Piecewise", "Mod", "Abs", "sign")
RECOUNT = "recount"
PLAIN = "plain arithmetic: recounted"
POINTS = 40


class ProofError(AssertionError):
    """A check that disagrees with the formula."""


@dataclass(frozen=True)
class Row:
    """What checked one figure."""

    figure: str
    label: str
    formula: str
    routes: tuple[str, ...]
    has_content: bool = False

    @property
    def proved(self) -> bool:
        """Whether the recount agrees, and a route of its own where there is something to prove."""
        has_route = any(r.startswith(("derivation", "count")) for r in self.routes)
        return RECOUNT in self.routes and (has_route or not self.has_content)


@dataclass(frozen=True)
class Proof:
    """How a formula is proved: in words, and the steps of its derivation if it has one."""

    words: tuple[str, ...]
    steps: tuple[Step, ...] = ()


def has_content(term: Term) -> bool:
    """Whether a formula is more than arithmetic, comparisons and look-ups of its arguments."""
    if term.op in WITH_CONTENT or (term.op == "**" and term.args[1].op != "num"):
        return True
    return any(has_content(part) for part in term.parts())


def counterpart(kind: str, formula: Callable[..., Any]) -> Callable[..., Any] | None:
    """Return the function of `checks/proof/<kind>/` that stands beside `formula`, name for name."""
    topic = _topic(formula)
    try:
        module = importlib.import_module(f"checks.proof.{kind}.{topic}")
    except ModuleNotFoundError as error:
        if error.name != f"checks.proof.{kind}.{topic}":
            raise
        return None
    found: Callable[..., Any] | None = getattr(module, formula.__name__, None)
    if found is not None:
        mine, theirs = (list(inspect.signature(f).parameters) for f in (formula, found))
        if mine != theirs:
            raise ProofError(
                f"checks.proof.{kind}.{topic}.{formula.__name__} takes {theirs}, the formula {mine}"
            )
    return found


def derive(formula: Callable[..., Any]) -> str | None:
    """Compare a formula with its derivation; return how they were found equal.

    Raises:
        ProofError: they differ.
    """
    import sympy

    derivation = counterpart("derivations", formula)
    if derivation is None:
        return None
    symbols = _symbols(derivation)
    try:
        want = _cells(_derived(derivation)[0])
        got = [sympy.nsimplify(sympy.sympify(x), rational=True) for x in applied(formula, symbols)]
        differences = [sympy.simplify(a - b) for a, b in zip(got, want, strict=True)]
    except (TypeError, NotImplementedError, ValueError) as error:
        raise ProofError(f"{formula.__name__}: cannot be derived: {error}") from error
    ways = [_zero(formula, symbols, d) for d in differences]
    if None in ways:
        raise ProofError(f"{formula.__name__}: derived {want}, the formula is {got}")
    return max((str(way) for way in ways), key=len)


def applied(formula: Callable[..., Any], args: Iterable[Any]) -> list[Any]:
    """Return what a formula gives: one value, or that of each cell of the row that it makes."""
    args = list(args)
    try:
        return _cells(formula(*args))
    except TypeError:  # it makes a row, of rows only
        return _cells(formula(*map(rows.as_row, args)))


def _cells(value: Any) -> list[Any]:
    """Return the cells of a row or of nested lists; of a single value, itself."""
    return list(value.cells) if isinstance(value, rows.Row) else flat(value)


def _zero(formula: Callable[..., Any], symbols: list[Any], difference: Any) -> str | None:
    """Return how a difference was found to be zero; nothing where it is not.

    Raises:
        ProofError: it is not zero at some point, or has no value there.
    """
    import sympy

    if difference == 0:
        return "derivation"
    if not difference.has(*(getattr(sympy, name) for name in WITH_EDGES)):
        return None
    # Steps and cases seldom simplify: compare exactly at rational points instead. Whole ones
    # are among them because that is where steps and cases have their edges.
    for point in _points(formula, whole=False) + _points(formula, whole=True):
        at = {s: sympy.Rational(p) for s, p in zip(symbols, _signs(symbols, point), strict=True)}
        try:
            differs = sympy.simplify(difference.xreplace(at)) != 0
        except ValueError as error:  # SymPy compares no infinity that has no sign
            raise ProofError(f"{formula.__name__}: has no value at {at}: {error}") from error
        if differs:
            raise ProofError(f"{formula.__name__}: differs from its derivation at {at}")
    return f"derivation (exact at {2 * POINTS} rational points)"


def _symbols(derivation: Callable[..., Any]) -> list[Any]:
    """Return the arguments of a derivation: positive, but for those that it says have any sign."""
    import sympy

    either = getattr(derivation, "signed", ())
    return [
        sympy.Symbol(n, real=True) if n in either else sympy.Symbol(n, positive=True)
        for n in inspect.signature(derivation).parameters
    ]


def _signs(symbols: list[Any], point: tuple[Any, ...]) -> list[Any]:
    """Return a point with a sign for what may have either, drawn from the point itself."""
    rng = random.Random(str(point))
    return [
        x if s.is_positive else x * rng.choice((-1, 0, 1))
        for s, x in zip(symbols, point, strict=True)
    ]


@cache
def _derived(derivation: Callable[..., Any]) -> tuple[Any, list[Step]]:
    """Return what a derivation arrives at, and how; the same for every formula held against it."""
    return heard_from(derivation, _symbols(derivation))


def count(formula: Callable[..., Any]) -> str | None:
    """Compare a formula with its brute-force count at many points; return the route's name.

    The counting function may carry `points` (a list of argument tuples) and `tolerance`
    (relative, for counts that simulate); without them the points are small whole numbers and
    the agreement is exact up to float rounding. What is over an axis is counted as a row.

    Raises:
        ProofError: they differ.
    """
    counter = counterpart("brute", formula)
    if counter is None:
        return None
    tolerance = getattr(counter, "tolerance", 1e-9)
    for point, want in _counted(counter):
        got = _floats(applied(formula, point))
        if not all(_near(a, b, tolerance) for a, b in zip(got, want, strict=True)):
            counted, computed = (" and ".join(map(str, cells)) for cells in (want, got))
            raise ProofError(
                f"{formula.__name__}{tuple(point)}: counted {counted}, formula {computed}"
            )
    return "count"


def _floats(cells: list[Any]) -> list[float | None]:
    return [None if x is None else float(x) for x in cells]


def _near(one: float | None, other: float | None, tolerance: float) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= tolerance * max(abs(one), abs(other))


@cache
def _counted(counter: Callable[..., Any]) -> list[tuple[tuple[Any, ...], list[float | None]]]:
    """Return the points of a counting function and what it counts there, cell by cell."""
    points = getattr(counter, "points", None) or _points(counter, whole=True)
    return [(tuple(p), _floats(_cells(counter(*p)))) for p in points]


def _points(formula: Callable[..., Any], whole: bool) -> list[tuple[Any, ...]]:
    rng = random.Random(formula.__name__)
    arity = len(inspect.signature(formula).parameters)
    points: list[tuple[Any, ...]] = []
    for _ in range(POINTS):
        if whole:
            points.append(tuple(rng.randint(1, 12) for _ in range(arity)))
        else:
            points.append(
                tuple(Fraction(rng.randint(1, 400), rng.randint(1, 20)) for _ in range(arity))
            )
    return points


@cache
def formula_routes(formula: Callable[..., Any]) -> tuple[str, ...]:
    """Return the routes, other than the recount, by which a formula is proved."""
    return tuple(r for r in (derive(formula), count(formula)) if r)


@cache
def how(formula: Callable[..., Any]) -> Proof:
    """Return how a formula is proved, as whoever reads the page of proofs is told.

    Raises:
        ProofError: a route disagrees.
    """
    formula_routes(formula)
    derivation, counter = (counterpart(kind, formula) for kind in ("derivations", "brute"))
    words = []
    if derivation:
        words.append(f"derived with SymPy: {_said(derivation)}")
    if counter:
        words.append(f"counted by brute force: {_said(counter)}")
    if measured := MEASURED.get(f"{_topic(formula)}.{formula.__name__}"):
        words.append(f"measured: {measured.words}")
    steps = tuple(_derived(derivation)[1]) if derivation else ()
    return Proof(tuple(words) or (PLAIN,), steps)


def told(proof: Proof) -> list[str]:
    """Return a proof as lines of plain text: the words, then each step and what it gives."""
    lines = list(proof.words)
    for number, step in enumerate(proof.steps, 1):
        lines += [f"{number}. {step.words}", f"     {as_text(step)}"]
    return lines


def _said(route: Callable[..., Any]) -> str:
    """Return the first sentence of a route's description, to stand behind a colon."""
    line = (inspect.getdoc(route) or "").split("\n", 1)[0].removesuffix(".")
    return line[:1].lower() + line[1:]


def _topic(formula: Callable[..., Any]) -> str:
    return formula.__module__.rpartition(".")[2]


def prove_figure(slug: str, figure: Derived) -> Row:
    """Run every route of one figure of a chapter.

    Raises:
        ProofError, FigureError: a route disagrees.
    """
    g, again = graph(slug), recounts.known(slug, 0)
    routes = list(formula_routes(figure.formula))
    if again and figure.name in again:
        shown = rows.Row.of(g.base[figure.name], *figure.axes)
        if cell := recounts.differs(g, figure, shown, again):
            raise ProofError(f"{cell}: the second computation of {slug} comes to something else")
        routes.append(RECOUNT)
    check_figure(g, figure)
    name = figure.formula.__name__
    return Row(figure.name, figure.label, name, tuple(routes), has_content(figure.term))


def table(slug: str) -> list[Row]:
    """Return a row for each derived figure of a chapter.

    Raises:
        ProofError, FigureError: a route disagrees.
    """
    return [prove_figure(slug, f) for f in graph(slug).derived]


def where_to_write(slug: str, figure: Derived, row: Row) -> str:
    """Return which file proves what a figure lacks, in words."""
    if RECOUNT not in row.routes:
        return f"{figure.name}: compute it again in checks/proof/recount/{_as_name(slug)}.py"
    topic = _topic(figure.formula)
    return (
        f"{figure.name}: {row.formula} has content; prove it in checks/proof/derivations/"
        f"{topic}.py or checks/proof/brute/{topic}.py"
    )


def _as_name(slug: str) -> str:
    return slug.replace("-", "_")


def what_fails(slug: str, figure: Derived) -> tuple[str, str]:
    """Return the line of the table for a figure, and what to do about it where it is not proved."""
    try:
        row = prove_figure(slug, figure)
    except (ProofError, FigureError) as error:
        return f"  FAIL {figure.name:28} {error}", f"{figure.name}: {error}"
    mark = "ok  " if row.proved else "WEAK"
    line = f"  {mark} {figure.name:28} {row.formula:36} {', '.join(row.routes)}"
    return line, "" if row.proved else where_to_write(slug, figure, row)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table of each chapter or of one, and what failed; exit 1 where something did."""
    asked = list(sys.argv[1:] if arguments is None else arguments)
    if unknown := [slug for slug in asked if slug not in CHAPTERS]:
        print(f"{', '.join(unknown)}: no such chapter; there are {', '.join(CHAPTERS)}")
        return 2
    failed: list[str] = []
    for slug in asked or CHAPTERS:
        g = graph(slug)
        print(f"\n{g.title} ({slug}): {len(g.derived)} derived figures")
        for f in g.derived:
            line, lacking = what_fails(slug, f)
            print(line)
            failed += [f"{slug}: {lacking}"] if lacking else []
    print(f"\n{counted(len(failed), 'figure')} not proved" if failed else "\nall proved")
    print("".join(f"  {line}\n" for line in failed), end="")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
