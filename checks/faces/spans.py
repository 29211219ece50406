"""A figure in running text: `{{ name }}` and its variants as a span that the page can change."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from checks.faces import claims, whiteboard
from checks.faces.equations import kind
from worked.chapters import CHAPTERS, graph
from worked.figures import Graph
from worked.units import unit
from worked.words import FORMS, in_words

_PLAIN = r"[^{}\n]|\n(?!\s*\n)|\{(?!\{)|\}(?!\})"
_FIGURE = rf"\{{\{{(?:{_PLAIN})*\}}\}}"
_CLAIM = rf"\{{\{{(?:{_PLAIN}|{_FIGURE})*\}}\}}"
DIRECTIVE = re.compile(rf"\{{\{{\s*((?:{_PLAIN}|{_CLAIM})*?)\s*\}}\}}")
"""What stands in double braces. What a claim says may hold figures, or a claim that holds some."""
UNREAD = re.compile(r"\{\{\s*(?:claim|law)\s*:[^\n]*")
"""A claim whose braces do not close, or that holds claims within claims."""
WORDS = ("lit", "cite", "choice", "board", "flip", *claims.KINDS)
"""What may stand before a colon in any text; a page has more."""
_REFERENCE = re.compile(
    r"(?:(?P<chapter>[\w-]+)\.)?(?P<name>\w+(?:\[[^\[\]|]*\])?)\s*(?:\|\s*(?P<options>.*))?"
)


@dataclass(frozen=True)
class Reference:
    """What `{{ chapter.name[axis=place] | unit places bare words }}` asks for.

    name: the figure, or the cell as `Graph.cell` writes it; some axes may be left open, and then
    it is rows that are meant. figure: the figure's own name. words: the form in which it is
    written in words (worked/words.py), or None.
    """

    slug: str
    name: str
    figure: str
    unit: str | None = None
    places: int | None = None
    bare: bool = False
    words: str | None = None

    @property
    def graph(self) -> Graph:
        """The graph of the chapter."""
        return graph(self.slug)


@lru_cache(maxsize=8192)
def reference(body: str, chapter: str | None) -> Reference:
    """Read the body of a figure directive on a page of `chapter`: a figure, a cell or rows.

    Raises:
        ValueError: it is not written as one; chapter, figure, axis, place or unit are not known.
    """
    match = _REFERENCE.fullmatch(body)
    if not match:
        raise ValueError(
            f"cannot read {{{{ {body} }}}}; write {{{{ name }}}} or name[axis=place] | unit places"
        )
    slug = match["chapter"] or chapter
    if slug is None:
        raise ValueError(f"{match['name']}: this page has no chapter; write {{{{ chapter.name }}}}")
    if slug not in CHAPTERS:
        raise ValueError(f"{slug}: no such chapter; there are {', '.join(CHAPTERS)}")
    options: dict[str, str | int | bool] = {}
    for word in (match["options"] or "").split():
        is_form = word.lower() in FORMS
        key = "places" if word.isdigit() else "bare" if word == "bare" else "unit"
        key = "words" if is_form else key
        if key in options:
            raise ValueError(f"{body}: {key} is given twice")
        options[key] = int(word) if key == "places" else True if key == "bare" else word
    g = graph(slug)
    figure, index = g.find(match["name"])
    found = Reference(slug, g.cell_name(figure, index), figure.name, **options)  # type: ignore[arg-type]
    if None not in index:
        g.value(found.name)
        written(found)
    return found


def written(ref: Reference, values: Mapping[str, Any] | None = None) -> str:
    """Return the book's value, or that among `values`, as plain text, exactly rounded.

    Raises:
        FigureError, UnitError: the unit does not fit, or no single number is meant.
    """
    if ref.words is not None:
        return in_words(ref.graph, ref.name, ref.words, values, ref.unit, ref.places, ref.bare)
    return ref.graph.shown(ref.name, values, ref.unit, ref.places, ref.bare)


def span(ref: Reference) -> str:
    """Return the figure as a span that carries all that is needed to write it again."""
    figure = ref.graph.figure(ref.figure)
    classes = ["fig", kind(ref.graph, ref.figure)]
    verdict = ref.graph.value(ref.name) if getattr(figure, "words", None) else None
    if verdict is not None:
        classes.append("is-yes" if verdict == 1 else "is-no")
    attributes = f'class="{" ".join(classes)}" data-fig="{ref.slug}.{html.escape(ref.name)}"'
    if ref.unit is not None:
        factor = unit(ref.unit).factor
        attributes += f' data-unit="{html.escape(ref.unit)}"'
        attributes += f' data-worth="{factor.numerator}/{factor.denominator}"'
    if ref.places is not None:
        attributes += f' data-places="{ref.places}"'
    if ref.bare:
        attributes += " data-bare"
    if ref.words is not None:
        attributes += f' data-words="{ref.words}"'
    # A dollar sign would open a formula, so it is written as an entity.
    return f"<span {attributes}>{html.escape(written(ref)).replace('$', '&#36;')}</span>"


def literal(body: str, plain: bool = True) -> str | None:
    """Return what `lit: x` and `cite: x | source` stand for, or None of any other directive.

    A cited number shows its source where one points at it or comes to it with the keyboard; in
    plain text, in brackets behind it.

    Raises:
        ValueError: a number is cited without its source.
    """
    if body.startswith("lit:"):
        return body[4:].strip()
    if not body.startswith("cite:"):
        return None
    number, _, source = (part.strip() for part in body[5:].partition("|"))
    if not (number and source):
        raise ValueError("a cited number has a source: {{ cite: 1.074 | who says so, and where }}")
    if plain:
        return f"{number} ({source})"
    number, source = (html.escape(x).replace("$", "&#36;") for x in (number, source))
    return (
        f'<span class="cited" tabindex="0" title="{source}">{number}'
        f'<span class="cited-source"> ({source})</span></span>'
    )


def filled(body: str, chapter: str | None, write: Callable[[str], str], plain: bool) -> str:
    """Return what a directive inside a line gives; `write` fills the branches of a claim.

    Raises:
        ValueError: a name or unit is not known, a claim does not hold in the book.
    """
    word, colon, rest = (x.strip() for x in body.partition(":"))
    if (said := literal(body, plain)) is not None:
        return said
    if colon and word in claims.KINDS:
        return claims.inline(claims.read(word, rest, chapter), write, plain)
    if colon and word == "choice":
        return _choice(rest, chapter, plain)
    if colon and word in ("board", "flip"):
        return _on_board(word, rest, chapter, plain)
    ref = reference(body, chapter)
    return written(ref) if plain else span(ref)


def _on_board(word: str, rest: str, chapter: str | None, plain: bool) -> str:
    """Return `board: figure`, a sum in the head, or `flip: condition by given`, where it turns."""
    head, colon, said = rest.partition(":")
    slug, body = (head.strip(), said.strip()) if colon else (chapter or "", rest)
    if slug not in CHAPTERS:
        raise ValueError(f"{slug or rest}: no such chapter; write {word}: chapter: ...")
    if word == "board":
        return whiteboard.board(graph(slug), body, plain)
    condition, by, given = body.rpartition(" by ")
    if not by:
        raise ValueError("write {{ flip: CONDITION by GIVEN }}")
    return whiteboard.flip(graph(slug), condition, given.strip(), plain)


def _choice(rest: str, chapter: str | None, plain: bool) -> str:
    """Return the name of what is chosen, such as the model; the page says "your model" of one
    whose values the reader has changed."""
    head, _, name = rest.rpartition(".")
    slug = head or chapter or ""
    if slug not in CHAPTERS or name not in graph(slug).choices:
        known = ", ".join(graph(slug).choices) if slug in CHAPTERS else "none"
        raise ValueError(f"no choice {rest!r}; there are {known}")
    default = html.escape(graph(slug).choices[name].default)
    return (
        default if plain else f'<span class="choice" data-choice="{slug}.{name}">{default}</span>'
    )


def fill(text: str, chapter: str | None, plain: bool = False) -> str:
    """Replace each figure, literal and cited number in `text`; `plain` gives no spans.

    Raises:
        ValueError: a name or unit is not known.
    """

    def one(match: re.Match[str]) -> str:
        return filled(match[1], chapter, lambda text: fill(text, chapter, plain), plain)

    return DIRECTIVE.sub(one, text)
