"""The quiz on a page: static questions that the page's script makes live.

Without JavaScript a reader sees each question drawn once, with its hints and its answer folded
away below it.
"""

from __future__ import annotations

import html
import re

from checks.drill.bank import bank
from checks.drill.draw import Asked, draw, shown_key
from checks.drill.grade import points_of, written_formula
from checks.drill.questions import (
    KIND_TITLES,
    Choice,
    FindMistake,
    Formula,
    Number,
    Order,
    Question,
    kind_of,
)
from checks.faces.why import working
from worked.chapters import graph

STATIC_SEED = 1
_STEP_HEADING = re.compile(r"\n[ \t]*\n(?=## \{\{ step: ([\w-]+) \}\})")


def with_questions(markdown: str, slug: str | None) -> str:
    """Return a chapter's text with a question at the end of each step and the set at its end.

    The lines keep their numbers: a question takes the place of the empty line before a heading.
    """
    if slug is None or not bank(slug):
        return markdown
    pieces = _STEP_HEADING.split(markdown)
    text = pieces[0]
    for step, following in zip([None, *pieces[1::2]], pieces[2::2], strict=False):
        text += _gap(slug, step) + following
    last = pieces[-2] if len(pieces) > 1 else None
    end = [d for d in (_gap(slug, last).strip(), "{{ quiz-set }}") if d]
    return text.rstrip("\n") + "\n\n" + "\n\n".join(end) + "\n"


def _gap(slug: str, step: str | None) -> str:
    """Return what stands between the end of a step and the next heading."""
    if step is None or not any(q.step == step for q in bank(slug)):
        return "\n\n"
    return f"\n{{{{ quiz: {step} }}}}\n"


def question_at(slug: str, step: str) -> Question:
    """Return the question that stands at the end of a step: its first number, else its first.

    Raises:
        ValueError: the step has none.
    """
    of_step = [q for q in bank(slug) if q.step == step]
    if not of_step:
        raise ValueError(f"step {step!r} has no question in the bank of {slug}")
    return next((q for q in of_step if isinstance(q, Number)), of_step[0])


def section(slug: str, step: str) -> str:
    """Return the question at the end of a step as HTML."""
    q = question_at(slug, step)
    label = f"Question: {next(s.title for s in graph(slug).steps if s.slug == step)}"
    return (
        f'<section class="quiz" data-quiz="{slug}/{q.name}" aria-label="{html.escape(label)}" '
        "data-search-exclude>"
        f'<p class="quiz-title">Try it</p>'
        f'<div class="quiz-box">{static(draw(slug, q, STATIC_SEED))}</div></section>'
    )


def chapter_set(slug: str, base: str) -> str:
    """Return all questions of a chapter as HTML: a set that the page runs through."""
    cards = "".join(
        f"<details><summary>{number}. {html.escape(_summary(slug, q))}</summary>"
        f"{static(draw(slug, q, STATIC_SEED))}</details>"
        for number, q in enumerate(bank(slug), 1)
    )
    return (
        f"## Practice {{: #practice }}\n\n"
        f"Every question of this chapter, drawn anew each time. "
        f'<a href="{base}practice/">The practice page</a> mixes all chapters and brings back '
        f"what is due.\n\n"
        f'<section class="quiz" data-quiz-set="{slug}" aria-label="Questions of this chapter" '
        "data-search-exclude>"
        f'<div class="quiz-box">{cards}</div></section>'
    )


def _summary(slug: str, q: Question) -> str:
    """Name a question by its step and kind: its own name would give the answer away."""
    step = next(s for s in graph(slug).steps if s.slug == q.step)
    return f"{step.title}: {KIND_TITLES[kind_of(q)]}"


def escaped(text: str) -> str:
    """Return a text as HTML; a dollar sign opens no formula."""
    return html.escape(text).replace("$", "&#36;")


def rich(text: str) -> str:
    """Return a text as HTML, what stands in backticks as code."""
    parts = [escaped(p) for p in text.split("`")]
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))


def static(asked: Asked) -> str:
    """Return a question as HTML for a reader without JavaScript."""
    q = asked.question
    hints = "".join(f"<li>{rich(asked.fill(h))}</li>" for h in q.hints)
    folded = f"<details><summary>Hints</summary><ol>{hints}</ol></details>" if hints else ""
    return (
        f'<p class="quiz-ask">{rich(asked.text)}</p>{_shown(asked)}{folded}'
        f"<details><summary>Answer</summary>{_answer(asked)}</details>"
    )


def _items(texts: list[str], tag: str = "ul") -> str:
    return f"<{tag}>" + "".join(f"<li>{rich(t)}</li>" for t in texts) + f"</{tag}>"


def _shown(asked: Asked) -> str:
    """Return what a reader picks from, or the symbols of a formula."""
    match asked.question:
        case Choice() as q:
            return _items([asked.fill(q.options[i].text) for i in asked.order])
        case Order() as q:
            return _items([asked.fill(q.items[i]) for i in asked.order])
        case FindMistake() as q:
            return _items([asked.fill(line) for line in q.lines], "ol")
        case Formula() as q:
            return _items([f"`{letter}`: {s.meaning}" for letter, s in q.symbols.items()])
    return ""


def _answer(asked: Asked) -> str:
    match asked.question:
        case Number():
            lines = working(graph(asked.chapter), asked.figure, asked.values)
            return f"<p><b>{rich(shown_key(asked))}</b></p><pre>{escaped(_upto(lines))}</pre>"
        case Formula() as q:
            letters = {s.argument: letter for letter, s in q.symbols.items()}
            return f"<p><code>{html.escape(written_formula(q.formula, letters))}</code></p>"
        case Choice() as q:
            right = next(o for o in q.options if o.right)
            return f"<p><b>{rich(asked.fill(right.text))}</b> {rich(asked.fill(right.why))}</p>"
        case Order() as q:
            items = _items([asked.fill(i) for i in q.items], "ol")
            return f"{items}<p>{rich(asked.fill(q.why))}</p>"
        case FindMistake() as q:
            source = html.escape(q.source)
            link = f'<a href="{html.escape(q.url)}">{source}</a>' if q.url else source
            why = rich(asked.fill(q.why))
            return f"<p>Line {q.wrong + 1}. {why}</p><p>Published in {link}.</p>"
    return _items([f"{level}: {point}" for level, point in points_of(asked)])


def _upto(lines: list[str]) -> str:
    """Return a working's lines down to its inputs, which is what a reader checks against."""
    end = lines.index("code") if "code" in lines else len(lines)
    return "\n".join(lines[:end]).rstrip()


def practice(slugs: list[str], base: str) -> str:
    """Return the practice page's section."""
    rows = "".join(
        f'<li><a href="{base}chapters/{slug}/#practice">{html.escape(graph(slug).title)}</a>: '
        f"{len(bank(slug))} questions</li>"
        for slug in slugs
    )
    return (
        f'<section data-practice="{" ".join(slugs)}" data-base="{base}" aria-label="Practice">'
        f"<p>This page draws its questions in the browser, so it needs JavaScript. Without it, "
        f"each chapter ends with its questions, drawn once:</p><ul>{rows}</ul></section>"
    )
