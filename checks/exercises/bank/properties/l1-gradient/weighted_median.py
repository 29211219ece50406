"""Laws of the weighted median: no other value costs less, and the invariances that follow."""

from hypothesis import given
from hypothesis import strategies as st
from weighted_median import weighted_median

from checks.exercises.calls import called
from worked.l1_gradient.medians import weighted_median_interval

PAIRS = st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 9)), min_size=1, max_size=8).map(
    lambda pairs: ([v for v, _ in pairs], [w for _, w in pairs])
)


def cost(values: list[int], weights: list[int], centre: float) -> float:
    """The weighted sum of absolute errors."""
    return sum(w * abs(v - centre) for v, w in zip(values, weights, strict=True))


@given(PAIRS)
def test_no_value_costs_less(pairs: tuple[list[int], list[int]]) -> None:
    """No other value has a smaller sum of weighted absolute errors"""
    values, weights = pairs
    least = min(cost(values, weights, v) for v in values)
    called(weighted_median, values, weights).obeys(
        lambda c: cost(values, weights, c) == least, f"a c whose weighted error is {least}"
    )


@given(PAIRS)
def test_like_the_chapter(pairs: tuple[list[int], list[int]]) -> None:
    """The lower end of the chapter's interval of minimisers"""
    values, weights = pairs
    low, high = weighted_median_interval(values, weights)
    called(weighted_median, values, weights).gives(
        low, because=f"the minimisers run from {low} to {high}"
    )


@given(PAIRS, st.randoms(use_true_random=False))
def test_order_does_not_matter(pairs: tuple[list[int], list[int]], random) -> None:  # type: ignore[no-untyped-def]
    """The same pairs in another order have the same median"""
    values, weights = pairs
    order = list(range(len(values)))
    random.shuffle(order)
    first = called(weighted_median, values, weights).value
    called(weighted_median, [values[i] for i in order], [weights[i] for i in order]).gives(
        first, because=f"{values} with weights {weights} gave {first}"
    )
