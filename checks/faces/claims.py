"""Claims: sentences that say more than a number, each tied to a condition on figures.

Written in a line, `{{ claim: tp_seconds > dp_seconds | the slower | the faster }}`, or as a block,

    ::: claim zero3_total <= gpu_memory
    What follows from it, in paragraphs.
    ::: otherwise
    What follows where it does not hold.
    :::

The second branch may be left out: where the condition fails, the page marks the sentence as no
longer so. `law` in place of `claim` says that it holds at every setting. What rests on a
measurement is said to rest where the givens differ from those that it was recorded at.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from checks.faces.interpret import Formula, term_as_json, wire_as_json
from worked.chapters import graph
from worked.figures import FigureError, Graph, Measured
from worked.figures.expressions import Expression, condition

KINDS = ("claim", "law")
WRITTEN = (
    "write {{ claim: CONDITION | TEXT }}, {{ claim: CONDITION | TEXT | TEXT otherwise }}, or law:"
)
BLOCK = re.compile(
    r"^:::[ \t]*(?P<kind>claim|law)[ \t]+(?P<condition>\S.*)\n(?P<then>(?:.*\n)*?)"
    r"(?:^:::[ \t]*otherwise[ \t]*\n(?P<otherwise>(?:.*\n)*?))?^:::[ \t]*$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Claim:
    """A sentence's condition: "claim" or "law", of which chapter, and what is said otherwise."""

    kind: str
    slug: str
    condition: str
    then: str
    otherwise: str | None = None

    @property
    def graph(self) -> Graph:
        """The graph of the chapter."""
        return graph(self.slug)

    @property
    def expression(self) -> Expression:
        """The condition, read.

        Raises:
            FigureError: it cannot be read, or names what the chapter does not have.
        """
        return condition(self.graph, self.condition)


def read(kind: str, body: str, chapter: str | None) -> Claim:
    """Read what stands behind `claim:` or `law:` in a line: condition | text | text otherwise.

    Raises:
        ValueError: a part is missing, or one too many; a law that allows for its failing.
    """
    parts = [part.strip() for part in split(body)]
    if len(parts) not in (2, 3) or not all(parts):
        raise ValueError(WRITTEN)
    return made(kind, chapter, *parts)


def made(
    kind: str, chapter: str | None, condition: str, then: str, otherwise: str | None = None
) -> Claim:
    """Return the claim of a page of `chapter`.

    Raises:
        ValueError: the page has no chapter and the condition names none ("rope: a < b"); a law
            that says what holds otherwise.
    """
    slug, colon, rest = condition.partition(":")
    if colon:
        chapter, condition = slug.strip(), rest.strip()
    if chapter is None:
        raise ValueError("this page has no chapter; write chapter: condition")
    if kind == "law" and otherwise is not None:
        raise ValueError("a law holds at every setting, so there is no otherwise")
    return Claim(kind, chapter, condition, then, otherwise)


def split(body: str) -> list[str]:
    """Cut at each | that stands outside double braces."""
    parts, depth = [""], 0
    for piece in re.split(r"(\{\{|\}\}|\|)", body):
        depth += {"{{": 1, "}}": -1}.get(piece, 0)
        if piece == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


# -- whether it holds -------------------------------------------------------------------------


def holds(g: Graph, told: Expression, values: Mapping[str, Any]) -> bool | None:
    """Return whether a condition is true among a graph's values; None where it has no meaning."""
    try:
        return bool(Formula(g, "", values, told.wires).value(told.term, {}))
    except (ArithmeticError, LookupError, TypeError):
        return None  # a place that is none, a cell that is absent or beyond the end of its axis


def recorded_at(g: Graph, told: Expression) -> list[str]:
    """Return the givens at whose book's values the measurements that a claim needs were made."""
    names = {wire.name for wire in told.wires.values()}
    names |= {a for n in names for a in g.ancestors(n)}
    measured = [f for n in sorted(names) if isinstance(f := g.figures[n], Measured)]
    return list(dict.fromkeys(given for f in measured for given in f.at.split()))


def rests(g: Graph, told: Expression, values: Mapping[str, Any]) -> bool:
    """Return whether a claim rests on a measurement that was made at other givens."""
    return any(values[given] != g.base[given] for given in recorded_at(g, told))


# -- in a page --------------------------------------------------------------------------------


def inline(claim: Claim, write: Callable[[str], str], plain: bool = False) -> str:
    """Return a claim in a line: the book's branch, and the other one hidden behind it.

    `write` places what stands in the branches. In plain text the book's branch stands alone.

    Raises:
        FigureError: the condition cannot be read, or does not hold in the book.
    """
    data = _data(claim)
    if plain:
        return write(claim.then)
    other = _branch("span", "otherwise", write(claim.otherwise)) if claim.otherwise else ""
    return f"<span {data}>{_branch('span', 'then', write(claim.then))}{other}</span>"


def block(claim: Claim) -> str:
    """Return a claim in paragraphs, still as Markdown; errors are those of `inline`."""

    def part(kind: str, text: str) -> str:
        return _branch("div", kind, f"\n\n{text.strip()}\n\n")

    other = part("otherwise", claim.otherwise) if claim.otherwise else ""
    then = part("then", claim.then)
    return f'<div {_data(claim)} markdown="block">\n{then}\n{other}\n</div>'


def _branch(tag: str, kind: str, content: str) -> str:
    markdown = ' markdown="block"' if tag == "div" else ""
    hidden = " hidden data-search-exclude" if kind == "otherwise" else ""
    return f'<{tag} class="{kind}"{markdown}{hidden}>{content}</{tag}>'


def _data(claim: Claim) -> str:
    g, told = claim.graph, claim.expression
    if not holds(g, told, g.base):
        raise FigureError(f"{claim.condition}: does not hold at the book's values")
    at = recorded_at(g, told)
    return attributes("claim", expression_as_json(g, told) | ({"at": at} if at else {}))


def expression_as_json(g: Graph, told: Expression) -> dict[str, Any]:
    """Return what the page needs to work an expression out."""
    wires = {name: wire_as_json(g, wire) for name, wire in told.wires.items()}
    return {"slug": g.name, "term": term_as_json(told.term), "wires": wires}


def attributes(kind: str, data: Mapping[str, Any]) -> str:
    """Return the attributes of an element of a kind, with its data, for a page in Markdown."""
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f'class="{kind}" data-{kind}="{html.escape(written).replace("|", "&#124;")}"'
