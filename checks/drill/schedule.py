"""When a question comes back: the replay of its reviews through FSRS-6, and the order of a drill.

The state of a question is never stored. It is computed from the log by the `fsrs` library with
its default parameters and without its random spread of intervals, so that the terminal and the
page, given one log, plan the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fsrs import Card, Rating, Scheduler

from checks.drill.reviews import Review, in_order

SCHEDULER = Scheduler(enable_fuzzing=False)
# How many questions a day are new, unless the reader wants more: each comes back several times.
NEW_PER_DAY = 20


@dataclass(frozen=True)
class Memory:
    """What the log says about one question; `streak` counts the right answers since the last
    wrong one.

    state: "learning", "review" or "relearning". stability: the days after which the chance to
    recall it has fallen to 90 %. difficulty: 1 to 10.
    """

    question: str
    state: str
    stability: float
    difficulty: float
    first: datetime
    last: datetime
    due: datetime
    asked: int
    right: int
    streak: int

    def is_due(self, now: datetime) -> bool:
        """Return whether the question should be asked again at `now`."""
        return self.due <= now

    def overdue(self, now: datetime) -> float:
        """Return how long the question has been due, as a multiple of its last interval."""
        return (now - self.due) / (self.due - self.last)

    def recall(self, now: datetime) -> float:
        """Return the chance that the reader can answer at `now`, by the library's model."""
        card = Card(card_id=0, stability=self.stability, last_review=self.last)
        return SCHEDULER.get_card_retrievability(card, now)


def replay(reviews: Sequence[Review]) -> Memory:
    """Return the state of one question after its reviews (at least one).

    Raises:
        ValueError: there is no review, or they are of more than one question.
    """
    if len({r.question for r in reviews}) != 1:
        raise ValueError("replay needs the reviews of one question")
    ordered = in_order(reviews)
    card = Card(card_id=0)  # given an id, since the library sleeps to draw one
    streak = 0
    for review in ordered:
        card, _ = SCHEDULER.review_card(card, Rating(review.rating), review.when())
        streak = streak + 1 if review.right() else 0
    assert card.stability is not None
    assert card.difficulty is not None
    return Memory(
        question=ordered[0].question,
        state=card.state.name.lower(),
        stability=card.stability,
        difficulty=card.difficulty,
        first=ordered[0].when(),
        last=ordered[-1].when(),
        due=card.due,
        asked=len(ordered),
        right=sum(r.right() for r in ordered),
        streak=streak,
    )


def memories(reviews: Iterable[Review]) -> dict[str, Memory]:
    """Return the state of every question that the log knows, by its id."""
    by_question: dict[str, list[Review]] = {}
    for review in reviews:
        by_question.setdefault(review.question, []).append(review)
    return {question: replay(own) for question, own in by_question.items()}


def due_now(questions: Iterable[str], known: Mapping[str, Memory], now: datetime) -> list[Memory]:
    """Return what is due among `questions`, in the order in which to ask.

    First comes what is overdue by the largest multiple of its own interval. An answer ten
    minutes late after ten minutes is more likely forgotten than one a day late after a month,
    and what fails first should be saved first: with FSRS, where an interval is the time until
    recall falls to 90 %, this is the order of falling recall, without the library's rounding
    to whole days. Equal ones go by the time they fell due, then by id.
    """
    due = [known[q] for q in set(questions) if q in known and known[q].is_due(now)]
    return sorted(due, key=lambda m: (-m.overdue(now), m.due, m.question))


def unseen(questions: Iterable[str], known: Mapping[str, Memory]) -> list[str]:
    """Return the questions never asked, in the order given: the book's."""
    return [q for q in dict.fromkeys(questions) if q not in known]


def new_today(known: Iterable[Memory], now: datetime) -> int:
    """Return how many questions were asked for the first time on the day of `now`.

    The day is that of the time zone of `now`: datetime.now().astimezone() is the reader's own.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return sum(midnight <= m.first <= now for m in known)


def queue(
    questions: Sequence[str],
    known: Mapping[str, Memory],
    now: datetime,
    new_per_day: int = NEW_PER_DAY,
) -> list[str]:
    """Return what to ask at `now`: what is due, then new ones while the day has room for them.

    questions: the ids that may be asked, in the book's order; what the log knows beside them
    (a question that has left the book, another chapter) is not asked, but counts for the day.
    """
    room = max(0, new_per_day - new_today(known.values(), now))
    return [m.question for m in due_now(questions, known, now)] + unseen(questions, known)[:room]


def next_due(known: Iterable[Memory], now: datetime) -> datetime | None:
    """Return when the next question falls due after `now`; None where none is planned."""
    return min((m.due for m in known if not m.is_due(now)), default=None)


# ---- counts for the table of progress


@dataclass(frozen=True)
class Tally:
    """Counts over a set of questions; `retention` is their mean chance of recall now, or None.

    What was answered wrongly last counts as not known: the model only says that its answer has
    just been shown.

    questions: how many were asked at all; asked, right: answers; streak: right answers in a
    row, up to the latest.
    """

    questions: int
    asked: int
    right: int
    due: int
    streak: int
    retention: float | None


def tally(questions: Iterable[str], reviews: Iterable[Review], now: datetime) -> Tally:
    """Count what the log says about `questions` at `now`."""
    wanted = set(questions)
    own = [r for r in in_order(reviews) if r.question in wanted]
    known = memories(own).values()
    streak = 0
    for review in own:
        streak = streak + 1 if review.right() else 0
    return Tally(
        questions=len(known),
        asked=len(own),
        right=sum(r.right() for r in own),
        due=sum(m.is_due(now) for m in known),
        streak=streak,
        retention=sum(m.recall(now) for m in known if m.streak) / len(known) if known else None,
    )
