"""Every text that a reader sees, with the file and line that it stands in: what the gate reads.

    pages        docs/**/*.md, with front matter, tables, captions and alternative texts
    labs         docs/labs/*.py: cells of text; comments, docstrings and strings of the code
    pictures     titles, alternative texts, captions and labels of a chapter's PICTURES
    labels       of figures, axes, choices and options; verdicts; titles of steps; what keys decide
                 and requirements say
    notes        of givens and of what options set them to, and of all facts of worked/givens
    questions    stems, hints, options, explanations, causes of mistakes and rubrics
    exercises    titles, hints and mistakes of the manifest
    glossary     what the terms mean
    code         comments, docstrings and strings of what `{{ code: }}` shows on a page

Texts that live in data are found again in the source by what they say. Citations (a given's
source, a question's) and the tasks and lines that the errata museum quotes are somebody else's
numbers, and named as such; they are not read.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from checks.drill.bank import bank
from checks.drill.questions import FindMistake, Question, texts_of
from checks.exercises.catalogue import BANK, exercises
from checks.page import glossary, sources
from worked.chapters import CHAPTERS, graph, load, pictures
from worked.figures import Given, Graph
from worked.givens import FILES, rows

ROOT = Path(__file__).resolve().parents[2]


class Found(Protocol):
    """What is asked of a number found in a text: which it is, and its line and column there."""

    @property
    def numeral(self) -> str:
        """The number as it is typed."""

    @property
    def line(self) -> int:
        """Its line, from 1."""


@dataclass(frozen=True)
class Text:
    """A text that a reader sees; `where` gives file and line of a number found in it.

    source: what kind of text it is, as the table above calls it. is_data: it stands in code or
    data and not in Markdown of a page.
    """

    text: str
    source: str
    where: Callable[[Found], tuple[str, int]]
    is_data: bool = True


# -- pages and labs ---------------------------------------------------------------------------


def pages(root: Path = ROOT) -> list[Path]:
    """Return the pages and labs of the book, in the order of their paths."""
    docs = root / "docs"
    return sorted([*docs.rglob("*.md"), *docs.glob("labs/*.py")])


def of_page(text: str, path: str) -> Iterator[Text]:
    """Yield the texts of a page (.md) or of a lab (.py), line for line."""
    if not path.endswith(".py"):
        yield Text(text, "pages", lambda found: (path, found.line), is_data=False)
        return
    yield Text(notebook_markdown(text), "labs", lambda found: (path, found.line), is_data=False)
    yield from of_code(notebook_code(text), path, "labs")


def notebook_markdown(text: str) -> str:
    """Return a percent notebook with only its Markdown cells left, line for line."""
    return _cells(text, of_text=True)


def notebook_code(text: str) -> str:
    """Return a percent notebook with only its code cells left, line for line."""
    return _cells(text, of_text=False)


def _cells(text: str, of_text: bool) -> str:
    kept, inside = [], False
    for line in text.splitlines():
        if line.startswith("# %%"):
            inside = "[markdown]" in line or "[md]" in line
            kept.append("")
        elif inside != of_text:
            kept.append("")
        else:
            kept.append(re.sub(r"^# ?", "", line) if of_text else line)
    return "\n".join(kept)


SETTINGS = "# settings"
"""The line that marks a lab's cell as its own choices."""


def numbers_in_lab(text: str, path: str) -> Iterator[tuple[int, int, str, str, str]]:
    """Yield the numbers in a lab's code that must come from a figure, as fields of a finding.

    Those of two or more digits that count (0.25), and of ten and more, outside the cells with a
    line "# settings": (line, column, numeral, context, source).
    """
    if not path.endswith(".py"):
        return
    lines = text.splitlines()
    exempt: set[int] = set()
    starts = [i for i, line in enumerate(lines) if line.startswith("# %%")] + [len(lines)]
    for start, end in pairwise(starts):
        if SETTINGS in (line.strip() for line in lines[start:end]):
            exempt |= set(range(start + 1, end + 1))
    for node in ast.walk(ast.parse(notebook_code(text))):
        is_number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
        if not is_number or node.lineno in exempt:  # type: ignore[attr-defined]
            continue
        line = lines[node.lineno - 1]  # type: ignore[attr-defined]
        numeral = line[node.col_offset : node.end_col_offset]  # type: ignore[attr-defined]
        if _counts(node.value):  # type: ignore[attr-defined]
            at = node.col_offset  # type: ignore[attr-defined]
            yield node.lineno, at + 1, numeral, line.strip(), "lab numbers"  # type: ignore[attr-defined]


def _counts(value: float) -> bool:
    digits = f"{abs(value):.15g}".split("e")[0].replace(".", "").strip("0")
    return abs(value) >= 10 or len(digits) > 1


# -- code -------------------------------------------------------------------------------------


_CELL = re.compile(r"\w+\[[^\]]*\]")


def of_code(
    code: str, path: str, source: str = "code", within: range | None = None
) -> Iterator[Text]:
    """Yield the comments, docstrings and strings of Python code; of some of its lines only.

    A string without a blank is a name or a key, and no text; so is a cell ("leaf[row=3, round=2]").
    """
    inside = within or range(1, code.count("\n") + 2)
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        is_text = token.type == tokenize.COMMENT and not token.string.startswith(("# %%", "# --8<"))
        if is_text and token.start[0] in inside:
            yield _in_lines(token.string.lstrip("#").strip(), source, path, token.start[0])
    lines = code.splitlines()
    for text, first, last in _strings(ast.parse(code)):
        if first in inside and " " in text.strip() and not _CELL.fullmatch(text):
            yield Text(text, source, _refined(path, lines, first, last))


def _in_lines(text: str, source: str, path: str, first: int) -> Text:
    return Text(text, source, lambda found: (path, first + found.line - 1))


def _strings(tree: ast.AST) -> Iterator[tuple[str, int, int]]:
    """Yield the strings of code with their first and last line; in f-strings "{}" for figures."""
    if isinstance(tree, ast.JoinedStr):
        parts = [v.value if isinstance(v, ast.Constant) else "{}" for v in tree.values]
        yield "".join(map(str, parts)), tree.lineno, tree.end_lineno or tree.lineno
        return
    if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
        yield tree.value, tree.lineno, tree.end_lineno or tree.lineno
    for child in ast.iter_child_nodes(tree):
        yield from _strings(child)


def _as_word(numeral: str) -> re.Pattern[str]:
    """Return what finds a number in a line; of "a third" the second word, if they are parted."""
    if numeral[0].isalpha():
        return re.compile(rf"\b{re.escape(numeral)}\b|\b{re.escape(numeral.split()[-1])}\b")
    return re.compile(rf"(?<![\d.,]){re.escape(numeral)}(?!\d)")


def _refined(
    path: str, lines: list[str], first: int, last: int
) -> Callable[[Found], tuple[str, int]]:
    """Return what finds the line of a number between two lines: the first that holds it."""

    def where(found: Found) -> tuple[str, int]:
        word = _as_word(found.numeral)
        # A text of several lines says which; strings that are joined do not.
        guess = first + found.line - 1
        if found.line > 1 and guess <= last and word.search(lines[guess - 1]):
            return path, guess
        at = (n for n in range(first, last + 1) if word.search(lines[n - 1]))
        return path, next(at, first)

    return where


_EMBEDDED = re.compile(r"^\{\{\s*code:\s*(\S+)\s*\}\}", re.MULTILINE)


def of_shown_code(root: Path = ROOT) -> Iterator[Text]:
    """Yield the texts of all code that `{{ code: }}` shows on a page."""
    targets = {
        target: None
        for page in sorted((root / "docs").rglob("*.md"))
        for target in _EMBEDDED.findall(page.read_text(encoding="utf-8"))
    }
    for target in targets:
        path, lines = sources.place(root, target)
        if path.endswith(".py"):
            yield from of_code((root / path).read_text(encoding="utf-8"), path, within=lines)


# -- data -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _File:
    """A source file and its strings: text -> first and last line."""

    path: str
    lines: tuple[str, ...]
    strings: tuple[tuple[str, int, int], ...]


@cache
def _file(root: Path, path: str) -> _File:
    text = (root / path).read_text(encoding="utf-8")
    lines = tuple(text.splitlines())
    if path.endswith(".py"):
        return _File(path, lines, tuple(_strings(ast.parse(text))))
    quoted = ((m[1], n, n) for n, line in enumerate(lines, 1) for m in _QUOTED.finditer(line))
    return _File(path, lines, tuple(quoted))


_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


def _data(texts: Iterable[str], source: str, root: Path, files: list[str]) -> Iterator[Text]:
    """Yield texts that live in the data of some files, each text once."""
    for text in dict.fromkeys(texts):
        if text.strip():
            yield Text(text, source, _finder(text, root, files))


def _finder(text: str, root: Path, files: list[str]) -> Callable[[Found], tuple[str, int]]:
    """Return what finds a text again in files: the whole, else the longest part with the number."""

    def where(found: Found) -> tuple[str, int]:
        word = _as_word(found.numeral)
        parts = []
        for path in files:
            file = _file(root, path)
            for string, first, last in file.strings:
                if string == text:
                    return _refined(path, list(file.lines), first, last)(found)
                pieces = string.split("{}")
                holds = [p for p in pieces if p in text and word.search(p)]
                parts += [(len(p), path, first, last) for p in holds]
        if parts:
            _, path, first, last = max(parts, key=lambda part: part[0])
            return _refined(path, list(_file(root, path).lines), first, last)(found)
        return files[0], 1

    return where


SHOWN = (
    *("title", "alt", "caption", "label", "axis", "x_label", "y_label", "before", "after"),
    *("node_label", "split", "leaf", "answers", "gain", "pruned", "weight", "gone", "nothing"),
    *("legend", "series"),
)
"""The fields of a picture that hold text; in a tree's splits some hold figures as well."""


def texts_of_picture(spec: Any, field: str = "") -> Iterator[str]:
    """Yield the texts of a picture's specification."""
    if isinstance(spec, dict):
        for name, value in spec.items():
            yield from texts_of_picture(value, name)
    elif isinstance(spec, (list, tuple)):
        for value in spec:
            yield from texts_of_picture(value, field)
    elif isinstance(spec, str) and field in SHOWN and not _CELL.fullmatch(spec):
        yield spec


def labels_of(g: Graph) -> Iterator[str]:
    """Yield the labels of a graph: figures, axes, choices, verdicts, and the titles of steps."""
    yield g.title
    for step in g.steps:
        yield step.title
    for figure in g.figures.values():
        yield figure.label
        yield from getattr(figure, "words", None) or ()
    for axis in g.axes.values():
        yield axis.noun
        yield from (label for label in axis.labels if isinstance(label, str))
    for choice in g.choices.values():
        yield choice.label
        yield from choice.options
    yield from (key.turns for key in g.numbers_to_know.values())
    yield from (requirement.says for requirement in g.requirements)


def notes_of(g: Graph) -> Iterator[str]:
    """Yield the notes of a graph's givens and of what its options set them to."""
    for figure in g.figures.values():
        if isinstance(figure, Given):
            yield figure.note
            yield from (note for _, note in figure.each)
    for choice in g.choices.values():
        for settings in choice.options.values():
            yield from (setting.note for setting in settings.values())


def texts_of_question(question: Question) -> list[str]:
    """Return the texts of a question but for what it quotes: a published task and its lines."""
    texts = texts_of(question)
    if not isinstance(question, FindMistake):
        return texts
    return [*question.hints, question.written or question.why]


def outside_pages(root: Path = ROOT) -> Iterator[Text]:
    """Yield every text that does not stand in the file of a page."""
    shared = ["worked/components.py", "checks/drill/questions.py", "checks/drill/museum.py"]
    shared += [f"worked/givens/{p.name}" for p in sorted((root / "worked/givens").glob("*.toml"))]
    for slug in CHAPTERS:
        folder = Path(str(load(slug).__file__)).parent
        own = [p.relative_to(root).as_posix() for p in sorted(folder.glob("*.py"))]
        own.sort(key=lambda path: not path.endswith(("scenario.py", "pictures.py")))
        drawn = [text for spec in pictures(slug) for text in texts_of_picture(spec)]
        own_pictures = sorted(own, key=lambda path: not path.endswith("pictures.py"))
        yield from _data(drawn, "pictures", root, own_pictures)
        yield from _data(labels_of(graph(slug)), "labels", root, own + shared)
        yield from _data(notes_of(graph(slug)), "notes", root, own + shared)
        asked = [text for q in bank(slug) for text in texts_of_question(q)]
        drills = [f"checks/drill/banks/{slug.replace('-', '_')}.py", *shared]
        yield from _data(asked, "questions", root, drills)
    for file in FILES:
        remarks = [fact.remark for fact in rows(file)]
        yield from _data(remarks, "notes", root, [f"worked/givens/{file}.toml"])
    told = [
        text for e in exercises() for text in (e.title, *e.hints, *(w.mistake for w in e.wrong))
    ]
    manifest = (BANK / "manifest.toml").relative_to(root).as_posix()
    yield from _data(told, "exercises", root, [manifest])
    meanings = glossary.FILE.relative_to(glossary.ROOT).as_posix()
    yield from _data(glossary.terms().values(), "glossary", root, [meanings])
    yield from of_shown_code(root)
