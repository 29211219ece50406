"""The prose gate: no number that a reader sees may be typed by hand.

Every numeral in the text of a page, its tables, headings, captions, links and alternative
texts must come from a directive in double braces. What is no claim is exempt: code in fences,
commands and identifiers in inline code, addresses, comments, names that hold a digit (listed in
docs/names.txt), and the markers of ordered lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = ROOT / "docs" / "names.txt"


@dataclass(frozen=True)
class Loose:
    """A numeral that comes from nowhere: where it stands and its line."""

    path: str
    line: int
    column: int
    numeral: str
    context: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}:{self.column}"
        return f"{where}: {self.numeral!r} is typed by hand in: {self.context}"


_DIGITS = re.compile(r"[\d¼-¾⅐-⅞²³¹⁰-⁹₀-₉]+(?:[.,]\d+)*")
_WORDS = re.compile(
    r"\b(?:ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-(?:one|two|three|four|five|six|seven|eight"
    r"|nine))?|hundred|thousand|million|billion|trillion|half a dozen|dozen)\b",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"[-./]*[A-Za-z_]\w*(?:[./-]\w+)*/?(?:\(\))?")
_COMMANDS = ("workbook", "make", "python", "git", "pip")

_FENCE = re.compile(
    r"^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})[^\n]*\n"
    r"(?:.*?\n)??(?P=indent)(?P=fence)[`~]*[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# What a claim says in its branches is text; its condition is none.
_DIRECTIVE = re.compile(r"\{\{(?!\s*(?:claim|law):)(?:(?!\{\{).)*?\}\}", re.DOTALL)
_CLAIM = re.compile(r"\{\{\s*(?:claim|law):[^|]*\||\}\}|^:::.*$", re.MULTILINE)
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


def loose_numbers(text: str, path: str) -> list[Loose]:
    """Return every numeral of a Markdown text that does not come from a directive.

    `path` is how the results name the text. Spelled numbers count from ten upward.
    """
    seen = _blanked(text)
    found = [*_DIGITS.finditer(seen), *_WORDS.finditer(seen)]
    return [_loose(text, path, m) for m in sorted(found, key=lambda m: m.start())]


def _loose(text: str, path: str, match: re.Match[str]) -> Loose:
    start = match.start()
    line = text.count("\n", 0, start) + 1
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    context = text[first : last if last >= 0 else len(text)].strip()
    return Loose(path, line, start - first + 1, match[0], context[:120])


def _blanked(text: str) -> str:
    """Return the text with all that is exempt overwritten by spaces, positions kept."""
    text = _FRONT_MATTER.sub(_blank, text)
    text = _FENCE.sub(_blank, text)
    text = _COMMENT.sub(_blank, text)
    text = _CLAIM.sub(_blank, _DIRECTIVE.sub(_blank, text))
    text = _INLINE_CODE.sub(_blank_command, text)
    text = _TAG.sub(_blank_tag, text)
    for pattern in (
        _ATTRIBUTE_LIST,
        _LINK_TARGET,
        _LINK_REFERENCE,
        _DEFINITION,
        _FOOTNOTE,
        _ADDRESS,
        _LIST_MARKER,
        _ENTITY,
    ):
        text = pattern.sub(_blank, text)
    return _names().sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    # The blank is a letter-free sign, so that words beside it keep their boundaries.
    return re.sub(r"[^\n]", " ", match[0])


def _blank_command(match: re.Match[str]) -> str:
    code = match[2].strip()
    is_command = code.split(" ", 1)[0] in _COMMANDS
    return _blank(match) if is_command or _IDENTIFIER.fullmatch(code) else match[0]


def _blank_tag(match: re.Match[str]) -> str:
    """Blank a tag except for the attributes that are shown or read out."""
    kept = [m.span(1) for m in _SHOWN_ATTRIBUTE.finditer(match[0])]
    return "".join(
        c if c == "\n" or any(a <= i < b for a, b in kept) else " " for i, c in enumerate(match[0])
    )


@cache
def _names() -> re.Pattern[str]:
    """Return the pattern of the names in docs/names.txt, as whole words, the longest first."""
    lines = NAMES.read_text(encoding="utf-8").splitlines() if NAMES.is_file() else []
    names = [n for line in lines if (n := line.partition("#")[0].strip())]
    inner = "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w.])(?:{inner})s?(?!\w)") if names else re.compile(r"(?!)")


def notebook_markdown(text: str) -> str:
    """Return a percent notebook with only its Markdown cells left, line for line."""
    kept, inside = [], False
    for line in text.splitlines():
        if line.startswith("# %%"):
            inside = "[markdown]" in line or "[md]" in line
            kept.append("")
        else:
            kept.append(re.sub(r"^# ?", "", line) if inside else "")
    return "\n".join(kept)


def loose_in_file(text: str, path: str) -> list[Loose]:
    """Return the loose numbers of a page, or of the Markdown cells of a notebook (.py)."""
    return loose_numbers(notebook_markdown(text) if path.endswith(".py") else text, path)


def check_files(paths: Iterable[Path], root: Path = ROOT) -> Iterator[Loose]:
    """Yield the loose numbers of Markdown files and percent notebooks (.py)."""
    for path in paths:
        yield from loose_in_file(path.read_text(encoding="utf-8"), str(path.relative_to(root)))


def main() -> int:
    """Check every page and notebook under docs/; print what is loose; exit 1 if anything is."""
    docs = ROOT / "docs"
    found = list(check_files(sorted([*docs.rglob("*.md"), *docs.glob("labs/*.py")])))
    for loose in found:
        print(loose)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
