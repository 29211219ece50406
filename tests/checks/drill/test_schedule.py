"""A question comes back when FSRS-6 says so, the longest overdue for its interval first."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import exp
from zoneinfo import ZoneInfo

import pytest
from fsrs import Scheduler
from hypothesis import given
from hypothesis import strategies as st

from checks.drill.reviews import Review, merge, timestamp
from checks.drill.schedule import (
    SCHEDULER,
    Memory,
    due_now,
    memories,
    new_today,
    next_due,
    queue,
    replay,
    tally,
    unseen,
)

START = datetime(2026, 11, 25, 22, 10, 0, 123_000, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4


def reviews(question: str, *answers: tuple[timedelta, int]) -> list[Review]:
    """Return reviews at times after START, with ratings."""
    rng = random.Random(question)
    return [
        Review(
            f"{rng.getrandbits(128):032x}",
            question,
            0,
            timestamp(START + after),
            rating,
            None,
            "terminal",
            "drill",
        )
        for after, rating in answers
    ]


def replayed(*answers: tuple[timedelta, int]) -> Memory:
    return replay(reviews("gpu-wall/q", *answers))


# ---- the state of a question


def test_the_scheduler_is_the_librarys_own_without_its_random_spread() -> None:
    assert Scheduler(enable_fuzzing=False) == SCHEDULER


@pytest.mark.parametrize(
    ("rating", "state", "stability", "wait"),
    [
        # The first four parameters of FSRS-6 are the stabilities after the first answer. The
        # learning steps are 1 and 10 minutes: hard waits for their mean, 5.5 minutes.
        (AGAIN, "learning", 0.212, MINUTE),
        (HARD, "learning", 1.2931, 5.5 * MINUTE),
        (GOOD, "learning", 2.3065, 10 * MINUTE),
        (EASY, "review", 8.2956, 8 * DAY),
    ],
)
def test_the_first_answer_sets_stability_and_wait(
    rating: int, state: str, stability: float, wait: timedelta
) -> None:
    memory = replayed((timedelta(0), rating))
    assert (memory.state, memory.stability, memory.due) == (state, stability, START + wait)
    assert memory.first == memory.last == START
    assert memory.right == memory.streak == (rating > AGAIN)


def test_right_right_right_wrong_by_hand() -> None:
    """The weights w of FSRS-6, as printed by the library, put into its published formulas."""
    # First good: D = w4 - e^(2 w5) + 1 = 6.4133 - e^1.6668 + 1 = 2.118
    memory = replayed((0 * DAY, GOOD))
    assert memory.difficulty == pytest.approx(7.4133 - exp(1.6668))
    # Good after ten minutes: the factor e^(w17 w18) S^-w19 = e^(0.5425 x 0.0912) x
    # 2.3065^-0.0658 = 0.9945 is under 1, and a right answer never lowers S: 2.3065, so 2 days.
    # D moves a thousandth towards that of an easy first answer, 7.4133 - e^(3 x 0.8334) =
    # -4.7716: 0.999 x 2.1181 - 0.001 x 4.7716 = 2.1112
    memory = replayed((0 * DAY, GOOD), (10 * MINUTE, GOOD))
    assert memory.state == "review"
    assert memory.stability == 2.3065
    assert memory.difficulty == pytest.approx(2.1112, abs=5e-5)
    assert memory.due == START + 10 * MINUTE + 2 * DAY
    # Good two days later: F = 0.9^(-1 / 0.1542) - 1 = 0.98035;
    # R = (1 + 0.98035 x 2 / 2.3065)^-0.1542 = 0.90949
    assert memory.recall(memory.due) == pytest.approx(0.90949, abs=5e-6)
    # S (1 + e^w8 (11 - D) S^-w9 (e^(w10 (1 - R)) - 1))
    # = 2.3065 (1 + e^1.8722 x 8.8888 x 2.3065^-0.1666 x (e^(0.796 x 0.09051) - 1)) = 10.971
    third = 10 * MINUTE + 2 * DAY
    answers = [(0 * DAY, GOOD), (10 * MINUTE, GOOD), (third, GOOD)]
    memory = replayed(*answers)
    assert memory.stability == pytest.approx(10.971, abs=5e-4)
    assert memory.due == START + third + 11 * DAY
    # Wrong eleven days later: R = (1 + 0.98035 x 11 / 10.971)^-0.1542 = 0.89982, D = 2.1043;
    # w11 D^-w12 ((S + 1)^w13 - 1) e^(w14 (1 - R)) = 1.4835 x 2.1043^-0.0614 x
    # (11.971^0.2629 - 1) x e^(1.6483 x 0.10018) = 1.539; learnt again in 10 minutes.
    memory = replayed(*answers, (third + 11 * DAY, AGAIN))
    assert memory.state == "relearning"
    assert memory.stability == pytest.approx(1.539, abs=5e-4)
    assert memory.due == START + third + 11 * DAY + 10 * MINUTE
    assert (memory.asked, memory.right, memory.streak) == (4, 3, 0)


histories = st.lists(
    st.tuples(st.timedeltas(timedelta(0), 400 * DAY), st.integers(1, 4)), min_size=1, max_size=12
)


@given(histories, st.randoms())
def test_a_state_is_a_function_of_the_set_of_reviews(
    history: list[tuple[timedelta, int]], rng: random.Random
) -> None:
    """However a log came together, in whatever order and from however many copies."""
    log = reviews("gpu-wall/q", *history)
    shuffled = [*log]
    rng.shuffle(shuffled)
    assert replay(shuffled) == replay(log) == replay(merge(log[::2], log, shuffled[:3]))


@given(histories)
def test_after_any_history_the_state_makes_sense(history: list[tuple[timedelta, int]]) -> None:
    log = reviews("gpu-wall/q", *history)
    memory = replay(log)
    assert memory.due - memory.last >= MINUTE
    assert memory.stability > 0
    assert 1 <= memory.difficulty <= 10
    # Recall is certain at the answer, then falls, and is about 90 % when a review falls due.
    later = [memory.recall(memory.last + days * DAY) for days in (0, 1, 30, 1000)]
    assert later[0] == 1
    assert later == sorted(later, reverse=True)
    # An interval is S rounded to whole days: S of 1.5 or more is at most a third off.
    if memory.state == "review" and memory.stability >= 1.5:
        assert memory.recall(memory.due) == pytest.approx(0.9, abs=0.03)
    assert memory.asked == len(log)
    assert memory.right == sum(r.rating > 1 for r in log)
    assert memory.is_due(memory.due)
    assert not memory.is_due(memory.due - timedelta(milliseconds=1))


def test_replay_is_of_one_question() -> None:
    for log in ([], reviews("a/a", (DAY, 1)) + reviews("a/b", (DAY, 1))):
        with pytest.raises(ValueError, match="one question"):
            replay(log)


# ---- what to ask

LOG = [
    # due after 1 minute
    *reviews("a/minute", (0 * DAY, AGAIN)),
    # due after 10 minutes
    *reviews("a/ten", (0 * DAY, GOOD)),
    # due after 8 days
    *reviews("a/week", (0 * DAY, EASY)),
    # due 2 days after 10 minutes
    *reviews("b/two", (0 * DAY, GOOD), (10 * MINUTE, GOOD)),
]
BOOK = ["a/new-1", "a/ten", "a/minute", "a/week", "b/two", "b/new-2", "a/new-0"]


def test_the_longest_overdue_for_its_interval_comes_first() -> None:
    known = memories(LOG)
    # After 11 minutes: 10 minutes late for an interval of 1 is 10; 1 late for 10 is 0.1
    now = START + 11 * MINUTE
    assert known["a/minute"].overdue(now) == 10
    assert known["a/ten"].overdue(now) == 0.1
    assert [m.question for m in due_now(BOOK, known, now)] == ["a/minute", "a/ten"]
    # After 12 days: 4 late for 8 is 0.5; 9 d 23 h 50 min late for 2 is almost 5
    now = START + 12 * DAY
    assert known["a/week"].overdue(now) == 0.5
    assert 4.9 < known["b/two"].overdue(now) < 5
    assert [m.question for m in due_now(BOOK, known, now)] == [
        "a/minute",
        "a/ten",
        "b/two",
        "a/week",
    ]
    # A question that was wrong an hour ago was due long after the others, and yet goes first:
    # 59 minutes late for an interval of 1.
    known = memories([*LOG, *reviews("b/new-2", (9 * DAY, AGAIN))])
    now = START + 9 * DAY + 60 * MINUTE
    assert known["b/new-2"].overdue(now) == 59
    assert [m.question for m in due_now(["a/week", "b/two", "b/new-2"], known, now)] == [
        "b/new-2",
        "b/two",
        "a/week",
    ]


@given(st.integers(0, 200), st.integers(2, 60), st.integers(2, 60), st.integers(0, 600))
def test_the_order_is_that_of_falling_recall(start: int, gap_a: int, gap_b: int, days: int) -> None:
    """Of two questions learnt at different times, the likelier forgotten is asked first.

    Intervals are whole days while stabilities are not, so that near-equal recalls may swap.
    """
    known = memories(
        [
            *reviews("a/a", (0 * DAY, EASY), (gap_a * DAY, GOOD)),
            *reviews("a/b", (start * DAY, EASY), ((start + gap_b) * DAY, GOOD)),
        ]
    )
    now = START + (start + gap_a + gap_b + days) * DAY
    recalls = [m.recall(now) for m in due_now(known, known, now)]
    assert all(a <= b + 0.01 for a, b in pairwise(recalls))


def test_equally_overdue_go_by_the_time_they_fell_due_then_by_id() -> None:
    known = memories([r for q in ("a/c", "a/a", "a/b") for r in reviews(q, (0 * DAY, GOOD))])
    assert [m.question for m in due_now(["a/c", "a/b", "a/a"], known, START + DAY)] == [
        "a/a",
        "a/b",
        "a/c",
    ]


def test_the_queue_is_what_is_due_then_new_ones_in_the_books_order() -> None:
    known = memories(LOG)
    now = START + 3 * DAY
    assert queue(BOOK, known, now) == [
        "a/minute",
        "a/ten",
        "b/two",
        "a/new-1",
        "b/new-2",
        "a/new-0",
    ]
    assert unseen([*BOOK, "a/new-1"], known) == ["a/new-1", "b/new-2", "a/new-0"]


def test_the_day_has_room_for_so_many_new_ones_whatever_their_chapter() -> None:
    known = memories(LOG)
    # Four questions were first asked at START; 23:10 is the same day, 00:10 the next.
    assert new_today(known.values(), START + 60 * MINUTE) == 4
    assert queue(["c/x", "c/y"], known, START + 60 * MINUTE, new_per_day=5) == ["c/x"]
    assert queue(["c/x", "c/y"], known, START + 60 * MINUTE, new_per_day=3) == []
    assert new_today(known.values(), START + 120 * MINUTE) == 0
    assert queue(["c/x", "c/y"], known, START + 120 * MINUTE, new_per_day=5) == ["c/x", "c/y"]
    # A question asked before counts for the day on which it was new alone.
    known = memories([*LOG, *reviews("a/ten", (0 * DAY, GOOD), (DAY, GOOD))])
    assert new_today(known.values(), START + DAY) == 0


def test_the_day_is_the_readers_own() -> None:
    """22:10 in London is 23:10 in Berlin and 07:10 of the next day in Tokyo."""
    known = memories(LOG).values()
    for zone, hours, count in (
        ("Europe/Berlin", 0.5, 4),
        ("Europe/Berlin", 1, 0),
        ("Asia/Tokyo", 16, 4),
        ("Asia/Tokyo", 17, 0),
    ):
        now = (START + timedelta(hours=hours)).astimezone(ZoneInfo(zone))
        assert new_today(known, now) == count, (zone, hours)


def test_questions_that_left_the_book_are_not_asked() -> None:
    assert queue(["a/ten"], memories(LOG), START + DAY, new_per_day=0) == ["a/ten"]


def test_next_due_is_the_first_that_is_not_due_yet() -> None:
    known = memories(LOG).values()
    assert next_due(known, START) == START + MINUTE
    assert next_due(known, START + MINUTE) == START + 10 * MINUTE
    assert next_due(known, START + 10 * MINUTE) == START + 10 * MINUTE + 2 * DAY
    assert next_due(known, START + 8 * DAY) is None
    assert next_due([], START) is None


# ---- counts


def test_a_tally_counts_answers_streak_and_mean_recall() -> None:
    log = [
        *reviews("a/a", (0 * DAY, AGAIN), (MINUTE, HARD), (3 * MINUTE, EASY)),
        *reviews("a/b", (2 * MINUTE, AGAIN), (4 * MINUTE, GOOD)),
        *reviews("b/c", (5 * MINUTE, AGAIN)),
    ]
    now = START + DAY
    known = memories(log)
    both = tally(["a/a", "a/b", "a/none"], log, now)
    assert (both.questions, both.asked, both.right, both.streak) == (2, 5, 3, 2)
    # a/b waits for its second learning step of ten minutes, a/a was easy and waits for days
    assert both.due == 1
    assert both.retention == (known["a/a"].recall(now) + known["a/b"].recall(now)) / 2
    # What was wrong last is not known, however sure the model is that it has just been shown.
    assert tally(["b/c"], log, START + 5 * MINUTE).retention == 0
    assert tally(["a/b", "b/c"], log, now).retention == known["a/b"].recall(now) / 2
    nothing = tally(["a/none"], log, now)
    assert (nothing.questions, nothing.asked, nothing.retention) == (0, 0, None)
