"""Place numbers, formulas, code, pictures and tables into a page: text in, text out.

The directives stand in double braces; what each does is the table in `_DIRECTIVES`. Nothing in
fenced or inline code or in an HTML comment is touched.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from checks.drill.bank import chapters as chapters_with_bank
from checks.faces import claims, spans
from checks.faces.equations import filled, formula_tex, symbol, values_template, values_tex
from checks.page import (
    exercise_table,
    glossary,
    keys,
    maths,
    over_axes,
    panel,
    pictures,
    quiz,
    sources,
    tables,
)
from worked.chapters import CHAPTERS, graph

ROOT = Path(__file__).resolve().parents[2]


class PlacementError(ValueError):
    """A directive that cannot be placed; the message starts with file and line."""


@dataclass(frozen=True)
class PageContext:
    """Where the text stands.

    path: as error messages name it; chapter: slug of the page's chapter or None; base: from the
    page to the site's root ("../../"); root: the project; first_line: of the text in its file.
    """

    path: str
    chapter: str | None = None
    base: str = "./"
    root: Path = ROOT
    first_line: int = 1


_PROTECTED = re.compile(
    r"^(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?\n)??(?P=indent)(?P=fence)[`~]*[ \t]*$"
    r"|<!--.*?-->"
    r"|(?<!`)(?P<ticks>`+)(?!`)[^\n]*?(?<!`)(?P=ticks)(?!`)",
    re.MULTILINE | re.DOTALL,
)
# Where only plain text may stand: the alt text of an image, the inside of an HTML tag.
_PLAIN = re.compile(r"!\[(?:\{\{.*?\}\}|[^\]])*\]|<[A-Za-z][^<>]*>")


def place(text: str, page: PageContext) -> str:
    """Return `text` with every directive replaced.

    Raises:
        PlacementError: a directive, name, unit, section or formula is not known or cannot stand
            where it does; the message gives file and line.
    """
    protected = _ranges(_PROTECTED, text)
    plain = _ranges(_PLAIN, text)
    out, at = [], 0
    for match in spans.DIRECTIVE.finditer(text):
        start, end = match.span()
        if _inside(protected, start):
            continue
        try:
            replaced = _placed(match[1], _Spot(text, start, end, _inside(plain, start)), page)
        except (ValueError, KeyError) as error:
            line = page.first_line + text.count("\n", 0, start)
            why = error.args[0] if error.args else error
            raise PlacementError(f"{page.path}:{line}: {{{{ {match[1]} }}}}: {why}") from error
        out += [text[at:start], replaced]
        at = end
    for match in spans.UNREAD.finditer(placed := "".join([*out, text[at:]])):
        if not _inside(_ranges(_PROTECTED, placed), match.start()):
            raise PlacementError(
                f"{page.path}: {match[0][:80]}: its braces do not close, or it holds a claim "
                "within a claim within it; write a block"
            )
    return _with_claims(placed, text, page)


def _with_claims(text: str, source: str, page: PageContext) -> str:
    """Return the text with its claims in blocks as the branches that the page chooses from."""

    def one(match: re.Match[str]) -> str:
        if _inside(protected, match.start()):
            return match[0]
        try:
            kind, condition, then, otherwise = match.groups()
            return claims.block(claims.made(kind, page.chapter, condition, then, otherwise))
        except ValueError as error:
            head = match[0].partition("\n")[0]
            line = page.first_line + source.count("\n", 0, source.find(head))
            raise PlacementError(f"{page.path}:{line}: {head}: {error}") from error

    protected = _ranges(_PROTECTED, text)
    return claims.BLOCK.sub(one, text)


def _ranges(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [m.span() for m in pattern.finditer(text)]


def _inside(ranges: list[tuple[int, int]], position: int) -> bool:
    return any(a <= position < b for a, b in ranges)


@dataclass(frozen=True)
class _Spot:
    """The directive's place in the text: alone on its line, in a heading, in plain text only."""

    text: str
    start: int
    end: int
    plain: bool

    @property
    def line(self) -> str:
        first = self.text.rfind("\n", 0, self.start) + 1
        last = self.text.find("\n", self.end)
        return self.text[first : last if last >= 0 else len(self.text)]

    @property
    def indent(self) -> str:
        return self.line[: len(self.line) - len(self.line.lstrip())]

    @property
    def is_alone(self) -> bool:
        return self.line.strip() == self.text[self.start : self.end]

    @property
    def is_heading(self) -> bool:
        return self.line.startswith("#")


def _placed(body: str, spot: _Spot, page: PageContext) -> str:
    word, colon, rest = body.partition(":")
    word, rest = word.strip(), rest.strip()
    if word in _BLOCKS and (colon or word in _NEEDS_NO_MORE):
        if not spot.is_alone or spot.indent:
            raise ValueError("must stand alone on its line, at the left margin")
        return _BLOCKS[word](rest, page)
    if word in _INLINE and colon:
        return _INLINE[word](rest, spot, page)
    if colon and word not in spans.WORDS:
        known = ", ".join([*_BLOCKS, *_INLINE, *spans.WORDS])
        raise ValueError(f"no directive {word!r}; there are {known}")

    def write(text: str) -> str:
        return spans.DIRECTIVE.sub(lambda m: _placed(m[1], _within(spot), page), text)

    return spans.filled(body, page.chapter, write, spot.plain)


def _within(spot: _Spot) -> _Spot:
    """Return the place of what stands inside a directive: in the middle of a line."""
    return _Spot("…", 1, 1, spot.plain)


def _chapter(rest: str, page: PageContext) -> str:
    slug = rest or page.chapter
    if slug is None:
        raise ValueError("this page has no chapter; name one")
    if slug not in CHAPTERS:
        raise ValueError(f"{slug}: no such chapter; there are {', '.join(CHAPTERS)}")
    return slug


_FIGURE = re.compile(r'data-fig="[\w-]+\.([^"]+)"')


# -- in a line --------------------------------------------------------------------------------


def _equation(rest: str, spot: _Spot, page: PageContext) -> str:
    body, _, option = (x.strip() for x in rest.partition("|"))
    if option not in ("", "values"):
        raise ValueError(f"no option {option!r}; there is: values")
    ref = spans.reference(body, page.chapter)
    g, slug, name = ref.graph, ref.slug, ref.name
    if option:
        template = values_template(g, name)
        tex, spoken = values_tex(g, slug, name), filled(g, template)
    else:
        template, tex, spoken = "", formula_tex(g, name), None
    block = spot.is_alone and not spot.indent
    markup = maths.render(tex, display=spot.is_alone, spoken=spoken)
    if template:
        attributes = f'data-chapter="{slug}" data-template="{html.escape(template)}"'
        markup = markup.replace(" role=", f" {attributes} role=", 1)
        markup = _FIGURE.sub(lambda m: f'data-fig="{slug}.{g.cell(m[1])}"', markup)
    if block:
        return f'\n<div class="equation">{markup}</div>\n'
    return maths.inline_safe(markup)


def _symbol(rest: str, spot: _Spot, page: PageContext) -> str:
    ref = spans.reference(rest, page.chapter)
    return maths.inline_safe(maths.render(symbol(ref.graph, ref.name)))


def _term(rest: str, spot: _Spot, page: PageContext) -> str:
    return rest.partition("|")[0].strip() if spot.plain else glossary.term(rest, page.base)


def _step(rest: str, spot: _Spot, page: PageContext) -> str:
    g = graph(_chapter("", page))
    slugs = [s.slug for s in g.steps]
    if rest not in slugs:
        raise ValueError(f"no step {rest!r}; there are {', '.join(slugs)}")
    number = slugs.index(rest)
    title = f"{number + 1}. {g.steps[number].title}"
    return f"{title} {{: #{rest} }}" if spot.is_heading else title


# -- blocks -----------------------------------------------------------------------------------


def _code(rest: str, page: PageContext) -> str:
    path, code = sources.embedded(page.root, rest)
    fence = "````" if "```" in code else "```"
    if not path.endswith(".py"):  # what a command printed; a test runs it again
        return f"{fence}text\n{code}\n{fence}"
    return f'{fence} {{ .python title="{path}" }}\n{code}\n{fence}'


def _picture(rest: str, page: PageContext) -> str:
    head, dot, tail = rest.rpartition(".")
    return pictures.figure(_chapter(head, page), tail if dot else rest)


def _panel(rest: str, page: PageContext) -> str:
    """`panel`, or `panel: chapter.name chapter.name ...` for some choices and givens only."""
    names = [n.rpartition(".") for n in rest.split()]
    slugs = {head for head, _, _ in names if head}
    if len(slugs) > 1:
        raise ValueError("a panel shows the givens of one chapter")
    slug = _chapter(slugs.pop() if slugs else "", page)
    return panel.panel(slug, graph(slug), [tail for _, _, tail in names])


def _steps(rest: str, page: PageContext) -> str:
    slug = _chapter(rest, page)
    where = "" if slug == page.chapter else f"{page.base}chapters/{slug}/"
    steps = [f"1. [{s.title}]({where}#{s.slug})" for s in graph(slug).steps]
    return "\n".join(steps)


_INLINE: dict[str, Callable[[str, _Spot, PageContext], str]] = {
    "eq": _equation,
    "sym": _symbol,
    "step": _step,
    "term": _term,
}


def _html(made: Callable[[str, PageContext], str]) -> Callable[[str, PageContext], str]:
    """Return what places the HTML that `made` gives as a paragraph of its own."""
    return lambda rest, page: f"\n{made(rest, page)}\n"


_BLOCKS: dict[str, Callable[[str, PageContext], str]] = {
    "code": _code,
    "picture": _html(_picture),
    "panel": _html(_panel),
    "steps": _steps,
    "givens": _html(lambda rest, page: tables.givens(rest)),
    "proof": _html(lambda rest, page: tables.proof(_chapter(rest, page), page.base)),
    "quiz": _html(lambda rest, page: quiz.section(_chapter("", page), rest)),
    "quiz-set": _html(lambda rest, page: quiz.chapter_set(_chapter(rest, page), page.base)),
    "practice": _html(lambda rest, page: quiz.practice(chapters_with_bank(), page.base)),
    # `exercises:` for all of them, `exercises: chapter` for one chapter's
    "exercises": _html(lambda rest, page: exercise_table.table(rest, page.base)),
    "table": _html(lambda rest, page: over_axes.table(rest, page.chapter)),
    "key": _html(lambda rest, page: keys.aside(_chapter("", page), rest)),
    "sheet": _html(lambda rest, page: keys.sheet(_chapter(rest, page))),
    "requirements": _html(lambda rest, page: keys.requirements(_chapter(rest, page))),
    "glossary": _html(lambda rest, page: glossary.page()),
    "chart": _html(lambda rest, page: over_axes.chart(rest, page.chapter)),
}
_NEEDS_NO_MORE = ("panel", "glossary", "sheet", "requirements", "steps", "quiz-set", "practice")
