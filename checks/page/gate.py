"""The gate: no number that a reader sees may be typed by hand.

Every numeral and number word in a text that a reader sees must come from a directive in double
braces. Which texts these are says `checks/page/texts.py`: pages with their front matter, tables,
captions and plain fences; pictures; labels and notes of figures, steps and choices; questions and
exercises; comments, docstrings and strings of the code that a page shows, and of the labs.

A number is loose in digits, superscripts and fractions (½), and in words: two and above, dozens,
powers of ten, half, thirds, quarters and all other fractions, twice, double, tenfold, percent, and
Roman numerals from II. Not so "one" (mostly a pronoun), "zero", "score" (mostly a query's with a
key) and ordinals of discourse: "the third" stands, "a third of" and "two thirds" do not.

What is no claim is exempt: code in fences; in inline code commands, identifiers and formulas of
names (`d // 2`); addresses, HTML comments, names that hold a digit (docs/names.txt), the markers
of ordered lists, steps ("step three"), and where a source says it ("section 3.1",
"arXiv:1910.02054"; in code and data a year as well).

`{{ lit: ... }}` exempts a formula in dollars, a year, a version and a name, and nothing else; a
number that somebody else published is `{{ cite: 1.074 | who says so }}`.

In the code of a lab a number of two or more digits that count, or of ten and more, must come from
a figure, or stand in a cell with a line "# settings": the lab's own choices, together and named.

`python -m checks.page.gate [chapter or path]` prints all that is loose.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from checks.page import texts
from checks.page.texts import Text
from worked.chapters import CHAPTERS

ROOT = Path(__file__).resolve().parents[2]
NAMES = ROOT / "docs" / "names.txt"


@dataclass(frozen=True)
class Loose:
    """A number that comes from nowhere: its line and column (0 where only the line is known).

    context: the line it stands in; source: what kind of text that is.
    """

    path: str
    line: int
    column: int
    numeral: str
    context: str
    source: str = "prose"

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" + (f":{self.column}" if self.column else "")
        return f"{where}: {self.numeral!r} is typed by hand in: {self.context}"


_DIGITS = re.compile(r"[\d¼-¾⅐-⅞²³¹⁰-⁹₀-₉]+(?:[.,]\d+)*")
_SMALL = "two|three|four|five|six|seven|eight|nine"
_COUNT = (
    rf"(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-(?:one|{_SMALL}))?"
    r"|(?:thir|four|fif|six|seven|eigh|nine)teen|eleven|twelve|ten"
    rf"|{_SMALL}"
    r"|(?:hundred|thousand|million|billion|trillion|quadrillion)s?"
)
_PART = (
    "third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|twelfth|twentieth|fiftieth|hundredth"
    "|thousandth|millionth|billionth"
)
# What may follow "a third" where it is a share; before a noun ("a third reason") it counts.
_AFTER_PART = (
    r"(?=\s*(?:[.,;:)!?”—|]|$)|\s+(?:of|less|more|as|off|the|that|to|in|or|and|at|is|are|goes"
    r"|longer|shorter|slower|faster|smaller|larger|higher|lower|cheaper)\b)"
)
_WORDS = re.compile(
    rf"\b(?:(?:{_COUNT})-?fold|half a dozen|dozens?|{_COUNT}|twice|thrice"
    r"|(?:double|triple|treble|quadruple)[sd]?|(?:doubl|tripl|trebl|quadrupl)ing"
    rf"|half|halves|halved?|halving|quarter(?:s|ed)?|(?:{_PART})s"
    rf"|(?:an?|one)[ -](?:{_PART}){_AFTER_PART}|per ?cent)\b",
    re.IGNORECASE | re.MULTILINE,
)
_ROMAN = re.compile(r"\b(?:II|III|IV|VI|VII|VIII|IX|XI|XII)\b")
_STEP = re.compile(
    rf"\bsteps?\s+(?:\d+|{_COUNT})\b(?:(?:,|\s+(?:and|to|or))\s+(?:\d+|{_COUNT})\b)*",
    re.IGNORECASE,
)
_CITED_PLACE = re.compile(
    r"\b(?:sections?|equations?|eqs?\.|tables?|figures?|theorems?|lemmas?|algorithms?|appendix"
    r"|chapters?|pages?|issues?|PEP|RFC)\s+\(?\d+(?:\.\d+)*\)?(?:\s+(?:and|to)\s+\d+(?:\.\d+)*)?"
    r"|\barXiv[: ]\s*\d{4}\.\d{4,5}(?:v\d+)?|§\s*\d+(?:\.\d+)*",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19[5-9]\d|20(?!00)[0-3]\d)\b")
_FORMULA = re.compile(r"\$[^$\n]+\$")
_VERSION = re.compile(r"\bv(?:ersion )?\d+(?:\.\d+)*\b|\b\d+\.\d+\.\d+\b", re.IGNORECASE)
_SHOWN_OPTION = re.compile(r"\|\s*(?:caption|heads):([^|]*)")
# In code and data: float64, x0.
_WORD_WITH_DIGITS = re.compile(r"(?<![\w.])[A-Za-z_]+\d\w*")
_PLACEHOLDER = re.compile(r"\{[^{}\n]*\}")
_IDENTIFIER = re.compile(r"[-./]*[A-Za-z_]\w*(?:[./-]\w+)*/?(?:\(\))?")
_COMMANDS = ("workbook", "make", "python", "git", "pip")

_FENCE = re.compile(
    r"^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})(?P<language>[^\n]*)\n"
    r"(?P<inside>(?:.*?\n)??)(?P=indent)(?P=fence)[`~]*[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_COMMAND_LINE = re.compile(
    r"(?:^|(?<=  ))(?:\$ )?(?:workbook|make|python|git|pip) [^\n]*?(?=  |$)", re.MULTILINE
)
_CODE_COMMENT = re.compile(r"(?<=#)[^\n]*")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_SHOWN_MATTER = re.compile(r"^(?:title|description):(.*)$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# What a claim says in its branches is text, which may hold directives; its condition is none.
_DIRECTIVE = re.compile(
    r"\{\{(?!\s*(?:claim|law):)\s*(?:(?P<kind>[\w-]+):)?(?P<body>(?:(?!\{\{).)*?)\}\}", re.DOTALL
)
_CLAIM = re.compile(r"\{\{\s*(?:claim|law):[^|]*\||\}\}|^[ \t]*:::[^\n]*$", re.MULTILINE)
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)([^\n]*?)(?<!`)\1(?!`)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_SHOWN_ATTRIBUTE = re.compile(r"""\b(?:alt|title|aria-label)\s*=\s*("[^"]*"|'[^']*')""")
_ATTRIBUTE_LIST = re.compile(r"\{:?\s*[#.][^{}\n]*\}")
_LINK_TARGET = re.compile(r"(?<=\])\((<[^>]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)")
_LINK_REFERENCE = re.compile(r"(?<=\])\[[^\]\n]*\]")
_DEFINITION = re.compile(r"^[ ]{0,3}\[[^\]\n]+\]:[ \t]*\S+", re.MULTILINE)
_FOOTNOTE = re.compile(r"\[\^[^\]\n]+\]:?")
_ADDRESS = re.compile(r"https?://[^\s)>\"']+")
_LIST_MARKER = re.compile(r"^[ \t>]*\d+[.)](?=[ \t])", re.MULTILINE)
_ENTITY = re.compile(r"&#?\w+;")


def loose_numbers(text: str, path: str, is_data: bool = False) -> list[Loose]:
    """Return every number of a Markdown text that does not come from a directive.

    `path` is how the results name the text. is_data: the text stands in code or data, where braces
    hold figures and a year needs no directive.
    """
    seen = _blanked(text, is_data)
    found = [m for p in (_DIGITS, _WORDS, _ROMAN) for m in p.finditer(seen)]
    return [_loose(text, path, m) for m in sorted(found, key=lambda m: m.start())]


def _loose(text: str, path: str, match: re.Match[str]) -> Loose:
    start, end = match.span()
    line = text.count("\n", 0, start) + 1
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    context = text[first : last if last >= 0 else len(text)].strip()
    if len(context) > 120:
        context = text[max(first, start - 60) : end + 60].partition("\n")[0].strip()
    return Loose(path, line, start - first + 1, match[0], context)


def _blanked(text: str, is_data: bool = False) -> str:
    """Return the text with all that is exempt overwritten by spaces, positions kept."""
    text = _FRONT_MATTER.sub(lambda m: _only(m[0], _SHOWN_MATTER, 1), text)
    text = _FENCE.sub(_blank_fence, text)
    text = _COMMENT.sub(_blank, text)
    text = _DIRECTIVE.sub(_blank_directive, text)
    text = _CLAIM.sub(_blank, text)
    text = _INLINE_CODE.sub(_blank_command, text)
    text = _TAG.sub(lambda m: _only(m[0], _SHOWN_ATTRIBUTE, 1), text)
    for pattern in (
        _ATTRIBUTE_LIST,
        _LINK_TARGET,
        _LINK_REFERENCE,
        _DEFINITION,
        _FOOTNOTE,
        _ADDRESS,
        _LIST_MARKER,
        _ENTITY,
        _STEP,
        _CITED_PLACE,
        _names(),
        *((_PLACEHOLDER, _YEAR, _WORD_WITH_DIGITS) if is_data else ()),
    ):
        text = pattern.sub(_blank, text)
    return text


def _blank(match: re.Match[str]) -> str:
    # The blank is a letter-free sign, so that words beside it keep their boundaries.
    return re.sub(r"[^\n]", " ", match[0])


def _only(text: str, shown: re.Pattern[str], group: int) -> str:
    """Return a text with all blank but what a group of `shown` finds in it."""
    kept = [m.span(group) for m in shown.finditer(text)]
    return "".join(
        c if c == "\n" or any(a <= i < b for a, b in kept) else " " for i, c in enumerate(text)
    )


def _blank_fence(match: re.Match[str]) -> str:
    """Blank code but for its comments, and what follows a prompt; plain text is shown as it is."""
    is_text = match["language"].strip() in ("", "text", "console")
    inside = match["inside"]
    shown = _COMMAND_LINE.sub(_blank, inside) if is_text else _only(inside, _CODE_COMMENT, 0)
    start, end = (x - match.start() for x in match.span("inside"))
    return f"{' ' * (start - 1)}\n{shown}{' ' * (len(match[0]) - end)}"


def _blank_directive(match: re.Match[str]) -> str:
    """Blank a directive but for its text: a literal that is a quantity, captions, branches."""
    kind, start = match["kind"], match.start("body") - match.start()
    body, shown = match["body"], ""
    if kind == "lit":
        shown = body
        for pattern in (_FORMULA, _YEAR, _VERSION):
            shown = pattern.sub(_blank, shown)
    elif kind == "term":
        shown = body.partition("|")[0]
    elif kind in ("table", "chart"):
        shown = _PLACEHOLDER.sub(_blank, _only(body, _SHOWN_OPTION, 1))
    blank = _blank(match)
    return blank[:start] + shown + blank[start + len(shown) :]


def _blank_command(match: re.Match[str]) -> str:
    code = match[2].strip()
    is_command = code.split(" ", 1)[0] in _COMMANDS
    is_code = is_command or _IDENTIFIER.fullmatch(code) or _is_formula(code)
    return _blank(match) if is_code else match[0]


def _is_formula(code: str) -> bool:
    """Whether code is an expression of names, with no numbers but whole ones below ten."""
    try:
        nodes = list(ast.walk(ast.parse(code, mode="eval")))
    except SyntaxError:
        return False
    numbers = [n.value for n in nodes if isinstance(n, ast.Constant)]
    return any(isinstance(n, ast.Name) for n in nodes) and all(n in range(10) for n in numbers)


@cache
def _names() -> re.Pattern[str]:
    """Return the pattern of the names in docs/names.txt, as whole words, the longest first."""
    lines = NAMES.read_text(encoding="utf-8").splitlines() if NAMES.is_file() else []
    names = [n for line in lines if (n := line.partition("#")[0].strip())]
    inner = "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w.])(?:{inner})s?(?!\w)") if names else re.compile(r"(?!)")


# -- all texts --------------------------------------------------------------------------------


def loose_in(text: Text) -> list[Loose]:
    """Return what is loose in one text that a reader sees."""
    found = []
    for loose in loose_numbers(text.text, "", text.is_data):
        path, line = text.where(loose)
        column = 0 if text.is_data else loose.column
        found.append(replace(loose, path=path, line=line, column=column, source=text.source))
    return found


def loose_in_file(text: str, path: str) -> list[Loose]:
    """Return what is loose on a page, or in a lab (.py): its cells of text and its code."""
    found = [x for t in texts.of_page(text, path) for x in loose_in(t)]
    found += [Loose(path, *number) for number in texts.numbers_in_lab(text, path)]
    return sorted(found, key=lambda x: (x.line, x.column))


def every_loose(root: Path = ROOT) -> list[Loose]:
    """Return all that is loose in the book: pages and labs first, then data and code."""
    found = []
    for page in texts.pages(root):
        path = page.relative_to(root).as_posix()
        found += loose_in_file(page.read_text(encoding="utf-8"), path)
    return found + loose_outside_pages(root)


def loose_outside_pages(root: Path = ROOT) -> list[Loose]:
    """Return what is loose in pictures, figures, questions, exercises and the code shown."""
    found = [x for text in texts.outside_pages(root) for x in loose_in(text)]
    return list(dict.fromkeys(found))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is loose, of a chapter or path if one is named; exit 1 if anything is."""
    asked = list(sys.argv[1:] if arguments is None else arguments)
    found = [x for x in every_loose() if not asked or any(_is_of(x.path, a) for a in asked)]
    for loose in found:
        print(loose)
    by_source = Counter(x.source for x in found)
    said = ", ".join(f"{n} in {source}" for source, n in by_source.most_common())
    print(f"{len(found)} loose numbers" + (f" ({said})" if said else ""), file=sys.stderr)
    return 1 if found else 0


def _is_of(path: str, wanted: str) -> bool:
    wanted = wanted.rstrip("/")
    return (
        wanted in CHAPTERS
        and bool({wanted, wanted.replace("-", "_")} & set(re.split(r"[/.]|_lab", path)))
    ) or path.startswith(wanted)


if __name__ == "__main__":
    raise SystemExit(main())
