"""What a chapter's page says at settings of its panel, as plain text, for tests to read."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.faces import claims, spans, whiteboard
from checks.faces.equations import formula_text, values_template, verdict_number
from checks.page import over_axes, pictures
from worked.chapters import graph
from worked.chapters import pictures as pictures_of
from worked.figures import Graph
from worked.figures.expressions import condition, read
from worked.settings import option_of

ROOT = Path(__file__).resolve().parents[3]
_FENCE = re.compile(r"^[ \t]*```.*?^[ \t]*```[ \t]*$|<!--.*?-->", re.MULTILINE | re.DOTALL)
_GAP = re.compile(r"\{(\(?)(#?)([^{}()#]+)\)?\}")


def told_at(slug: str, settings: Mapping[str, Any] | None = None) -> str:
    """Return a chapter's text as its page shows it at these settings, in the reader's units.

    Figures stand with their values, each claim with the branch that holds; one that does not hold
    and says nothing else is "[off: text]", one whose measurement was made elsewhere "[rests:
    text]". Of a picture stand title, alternative text and caption, of a table its cells.

    Raises:
        FigureError: the chapter refuses the settings.
    """
    text = (ROOT / "docs" / "chapters" / f"{slug}.md").read_text(encoding="utf-8")
    text = re.sub(r"\A---\n.*?\n---\n", "", _FENCE.sub("", text), flags=re.DOTALL)
    return _Telling.of(slug, settings or {}).told(text)


def said_at(slug: str, settings: Mapping[str, Any] | None = None) -> str:
    """Return `told_at` on one line, as the eye reads it, for a sentence to be looked for."""
    return " ".join(told_at(slug, settings).replace("**", "").split())


def assert_says(
    slug: str, settings: Mapping[str, Any], said: Iterable[str], unsaid: Iterable[str]
) -> None:
    """Assert that the page says each of `said` at these settings, and nothing of `unsaid`."""
    text = said_at(slug, settings)
    assert [part for part in said if part not in text] == []
    assert [part for part in unsaid if part in text] == []


@dataclass(frozen=True)
class _Telling:
    slug: str
    graph: Graph
    settings: Mapping[str, Any]
    values: Mapping[str, Any]

    @classmethod
    def of(cls, slug: str, settings: Mapping[str, Any]) -> _Telling:
        g = graph(slug)
        return cls(slug, g, settings, g.evaluate(settings))

    def told(self, text: str) -> str:
        def block(match: re.Match[str]) -> str:
            kind, condition, then, otherwise = match.groups()
            return self.claim(claims.made(kind, self.slug, condition, then, otherwise))

        return self.filled(claims.BLOCK.sub(block, text))

    def filled(self, text: str) -> str:
        return spans.DIRECTIVE.sub(lambda match: self.directive(match[1]), text)

    def directive(self, body: str) -> str:
        word, colon, rest = (x.strip() for x in body.partition(":"))
        if colon and word in claims.KINDS:
            return self.claim(claims.read(word, rest, self.slug))
        if colon and word in _SAID:
            return _SAID[word](self, rest)
        if word in ("panel", "sheet", "requirements", "steps", "quiz-set"):
            return ""
        ref = spans.reference(body, self.slug)
        return spans.written(ref, self.values if ref.slug == self.slug else None)

    def claim(self, claim: claims.Claim) -> str:
        g, expression = claim.graph, claim.expression
        values = self.values if claim.slug == self.slug else g.base
        if claims.rests(g, expression, values):
            return f"[rests: {self.filled(claim.then)}]"
        if claims.holds(g, expression, values):
            return self.filled(claim.then)
        if claim.otherwise is None:
            return f"[off: {self.filled(claim.then)}]"
        return self.filled(claim.otherwise)

    def choice(self, rest: str) -> str:
        """Return the name of what is chosen, or "your ..." where one of its values is set."""
        choice = self.graph.choices[rest.rpartition(".")[2]]
        asked = str(self.settings.get(choice.name, choice.default))
        option = option_of(self.graph, choice, asked)
        own = {self.graph.cell(name) for name in self.settings if name not in self.graph.choices}
        if own.isdisjoint(map(self.graph.cell, choice.options[option])):
            return option
        label = choice.label
        return f"your {label[0].lower() + label[1:] if label[1:2].islower() else label}"

    def equation(self, rest: str) -> str:
        body, _, option = (x.strip() for x in rest.partition("|"))
        ref = spans.reference(body, self.slug)
        if not option:
            return formula_text(ref.graph, ref.name)
        values = self.values if ref.slug == self.slug else ref.graph.base

        def value(match: re.Match[str]) -> str:
            guarded, number, name = match.groups()
            if number:
                written = verdict_number(ref.graph, name, values)
            else:
                written = ref.graph.shown(name, values)
            return f"({written})" if guarded and written.startswith("−") else written

        return _GAP.sub(value, values_template(ref.graph, ref.name))

    def board(self, rest: str) -> str:
        key = whiteboard.known(self.graph, rest)
        told = read(self.graph, key.route)
        return whiteboard.route(self.graph, rest, told, key.digits, self.values)

    def flip(self, rest: str) -> str:
        told, _, given = rest.rpartition(" by ")
        return whiteboard.turn(self.graph, condition(self.graph, told), given, self.settings)

    def symbol(self, rest: str) -> str:
        ref = spans.reference(rest, self.slug)
        return f"${ref.graph.figure(ref.figure).symbol}$"

    def step(self, rest: str) -> str:
        return next(step.title for step in self.graph.steps if step.slug == rest)

    def picture(self, rest: str) -> str:
        found = next(p for p in pictures_of(self.slug) if p["id"] == rest.rpartition(".")[2])
        parts = [str(found.get(part, "")) for part in ("title", "alt", "caption")]
        return "\n".join(self.filled(part) for part in parts if part)

    def over_axes(self, kind: str, rest: str) -> str:
        read = over_axes.read_table if kind == "table" else over_axes.read_chart
        captions = [part.strip() for part in rest.split("|") if part.strip().startswith("caption:")]
        caption = " ".join(part.removeprefix("caption:").strip() for part in captions)
        said = self.filled(re.sub(r"\{([^{}]*)\}", r"{{ \1 }}", caption))
        drawing = ""
        if kind == "table":
            drawing = pictures.drawn(self.slug, "table", read(rest, self.slug), dict(self.settings))
        cells = re.sub(r"</t[dh]>", " | ", re.sub(r"</(tr|caption)>", "\n", drawing))
        return f"{html.unescape(re.sub(r'<[^>]*>', '', cells))}\n{said}"


_SHOWN_ELSEWHERE = ("code", "key", "panel", "sheet", "quiz", "quiz-set", "practice", "exercises")
_SAID = {
    "lit": lambda telling, rest: rest,
    "term": lambda telling, rest: rest.partition("|")[0].strip(),
    "cite": lambda telling, rest: spans.literal(f"cite: {rest}"),
    "choice": _Telling.choice,
    "board": _Telling.board,
    "flip": _Telling.flip,
    "eq": _Telling.equation,
    "sym": _Telling.symbol,
    "step": _Telling.step,
    "picture": _Telling.picture,
    "table": lambda telling, rest: telling.over_axes("table", rest),
    "chart": lambda telling, rest: telling.over_axes("chart", rest),
    **dict.fromkeys(_SHOWN_ELSEWHERE, lambda telling, rest: ""),
}
