"""Visible tests of accept_or_resample.py."""

from accept_or_resample import settle

from checks.exercises.calls import Called, UnmetError, called, shown


def run(
    drafted: list[int], target: list[list[float]], draft: list[list[float]], numbers: list[float]
) -> tuple[Called, int]:
    """Settle a round with these random numbers; return the call and how many were drawn."""
    left = list(numbers)

    def uniform() -> float:
        if not left:
            raise UnmetError("law", "uniform()", "one call too many", f"{len(numbers)} at most")
        return left.pop(0)

    text = f"settle({shown(drafted)}, {shown(target)}, {shown(draft)}, uniform)"
    text += f" with the random numbers {shown(numbers)}"
    return called(settle, drafted, target, draft, uniform, text=text), len(numbers) - len(left)


def test_all_are_kept() -> None:
    """All drafts are kept, and one token more comes from the target"""
    p, q = [0.5, 0.5], [0.25, 0.75]
    result, drawn = run([0, 1], [p, p, [0.0, 1.0]], [q, q], [0.9, 0.6, 0.3])
    result.gives([0, 1, 1], because="0.9 < 0.5 / 0.25 and 0.6 < 0.5 / 0.75; then the target's own")
    Called(f"random numbers drawn in {result.text}", drawn).gives(3)


def test_the_first_is_turned_down() -> None:
    """After a draft that is turned down, no other counts"""
    p, q = [0.5, 0.25, 0.25], [0.25, 0.75, 0.0]
    result, _ = run([1, 0], [p, p, p], [q, q], [0.4, 0.2])
    result.gives(
        [0], because="0.4 >= 0.25 / 0.75; p - q has 0.25 for 0 and for 2, half each: 0.2 picks 0"
    )


def test_what_was_drafted_too_often_is_never_drawn_instead() -> None:
    """The token that was turned down does not come back"""
    result, _ = run([1], [[0.5, 0.5], [1.0, 0.0]], [[0.2, 0.8]], [0.7, 0.99])
    result.gives([0], because="0.7 >= 0.5 / 0.8, and only 0 has more under the target")


def test_no_drafts() -> None:
    """Without drafts a round is plain decoding"""
    result, _ = run([], [[0.25, 0.75]], [], [0.5])
    result.gives([1], because="0.25 is not above 0.5, 0.25 + 0.75 is")
