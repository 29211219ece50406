"""The law of speculation, summed exactly: whatever the draft, every token follows the target.

All chances are quarters, so that a draft is kept, and a token of the residual drawn, with a chance
that is a whole number of twelfths. Twelve random numbers, one in each twelfth, count them.
"""

from collections import Counter
from fractions import Fraction

from accept_or_resample import settle
from hypothesis import given
from hypothesis import strategies as st

from checks.exercises.calls import Called, called, shown

WORDS, PARTS, CELLS = 3, 4, 12
NUMBERS = [(2 * i + 1) / (2 * CELLS) for i in range(CELLS)]


@st.composite
def quarters(draw: st.DrawFn) -> list[float]:
    """Chances of three tokens, each a whole number of quarters."""
    first = draw(st.integers(0, PARTS))
    second = draw(st.integers(0, PARTS - first))
    return [first / PARTS, second / PARTS, (PARTS - first - second) / PARTS]


def settled(
    drafted: list[int], target: list[list[float]], draft: list[list[float]], numbers: list[float]
) -> tuple[int, ...]:
    """Return what a round adds with these random numbers, the last of them again and again."""
    left = list(numbers)
    text = f"settle({shown(drafted)}, {shown(target)}, {shown(draft)}, uniform)"
    text += f" with the random numbers {shown(numbers)}"
    answer = called(
        settle, drafted, target, draft, lambda: left.pop(0) if left[1:] else left[0], text=text
    )
    answer.obeys(
        lambda came: 1 <= len(came) <= len(drafted) + 1 and all(0 <= t < WORDS for t in came),
        f"1 to {len(drafted) + 1} tokens",
    )
    return tuple(answer.value)


@given(quarters(), quarters(), quarters())
def test_every_token_follows_the_target(
    target: list[float], draft: list[float], after: list[float]
) -> None:
    """Over all drafts and random numbers, the first token has the target's chances"""
    law: Counter[int] = Counter()
    for token in (t for t in range(WORDS) if draft[t] > 0):
        drawn = Fraction(draft[token])
        for keeps in NUMBERS:
            first = settled([token], [target, after], [draft], [keeps, NUMBERS[0]])
            if len(first) == 2:  # kept, and what is picked then comes after it
                law[first[0]] += drawn / CELLS
                continue
            for picks in NUMBERS:
                law[settled([token], [target, after], [draft], [keeps, picks])[0]] += (
                    drawn / CELLS**2
                )
    came = [law[token] for token in range(WORDS)]
    Called(f"chances of the first token, target {target}, draft {draft}", came).gives(
        [Fraction(p) for p in target], near=1e-12
    )


@given(st.lists(st.tuples(quarters(), quarters()), min_size=1, max_size=4), st.data())
def test_a_round_ends_with_the_first_that_is_turned_down(
    pairs: list[tuple[list[float], list[float]]], data: st.DataObject
) -> None:
    """Kept drafts come in order, then one token that the target likes more than the draft did"""
    drafted = [data.draw(st.sampled_from([t for t in range(WORDS) if q[t] > 0])) for _, q in pairs]
    target = [p for p, _ in pairs] + [data.draw(quarters())]
    keeps = data.draw(st.lists(st.sampled_from(NUMBERS), min_size=5, max_size=5))
    came = settled(drafted, target, [q for _, q in pairs], keeps)
    *kept, last = came
    text = f"the round of {drafted} with target {target}, draft {[q for _, q in pairs]}"
    told = Called(f"{text}, random numbers {keeps}", list(came))
    told.obeys(lambda _: kept == drafted[: len(kept)], "drafts in order, and one token more")
    chances = [target[i][t] / pairs[i][1][t] for i, t in enumerate(drafted)]
    right = [keeps[i] < chance for i, chance in enumerate(chances)]
    wanted = right.index(False) if False in right else len(right)
    told.obeys(lambda _: len(kept) == wanted, f"{wanted} drafts kept, before the first turned down")
    if wanted < len(drafted):
        p, q = pairs[wanted]
        told.obeys(lambda _: p[last] > q[last], "a last token that the target likes more")
    else:
        told.obeys(lambda _: target[-1][last] > 0, "a last token of the target's own")
