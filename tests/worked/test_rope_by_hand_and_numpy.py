"""RoPE's real system against hand arithmetic and the laws it claims; NumPy only."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worked.recorded import assert_recorded
from worked.rope import by_hand, cached_decode, precision
from worked.rope import rotary_numpy as rope

RANDOM = np.random.default_rng(7)
HEAD_DIMS = [4, 8, 64, 128]
positions = st.integers(0, 5_000)


def test_the_four_dimensional_example_by_hand():
    # theta = 10000^0, 10000^(-1/2) = 1, 0.01; wavelengths 2 pi, 200 pi
    assert by_hand.frequencies() == (1.0, 0.01)
    assert by_hand.wavelength(0) == pytest.approx(2 * math.pi)
    assert by_hand.wavelength(1) == pytest.approx(200 * math.pi)
    # q.k = 0.5 + 2 + 1 - 1 = 2.5 where nothing is turned
    assert by_hand.score(0, 0) == 2.5


@pytest.mark.parametrize(
    ("query_position", "key_position"), [(1, 0), (2, 1), (5, 4), (3, 1), (103, 101), (1, 3)]
)
def test_the_example_scores_follow_from_the_offset_alone(query_position, key_position):
    # As complex pairs (1+2i)(0.5-i) = 2.5 and (0.5-i)(2-i) = -2.5i, so at offset D
    # score = 2.5 cos D + 2.5 sin(0.01 D): the sine makes the sign of D matter.
    offset = query_position - key_position
    expected = 2.5 * math.cos(offset) + 2.5 * math.sin(0.01 * offset)
    assert by_hand.score(query_position, key_position) == pytest.approx(expected, abs=1e-13)


def test_the_example_scores_to_six_digits():
    assert round(by_hand.score(1, 0), 6) == 1.375755
    assert round(by_hand.score(103, 101), 6) == -0.990370
    assert round(by_hand.score(1, 3), 6) == -1.090364


def test_longest_wavelengths_of_width_128():
    # 2 pi base^(126/128): 10^3.9375 = 8659.6 times 6.2832 = 54,410; base 500,000: 2.56 million
    assert round(by_hand.wavelength(63, 128)) == 54_410
    assert round(by_hand.wavelength(63, 128, 500_000.0), -4) == 2_560_000
    assert rope.wavelengths(rope.inverse_frequencies(128))[-1] == pytest.approx(54_410, rel=1e-5)


def test_by_hand_and_numpy_agree():
    for position in (0, 1, 17, 4_097):
        tables = rope.rotary_tables([position], rope.inverse_frequencies(4))
        turned = rope.rotate_adjacent(np.array([by_hand.Q]), *tables)[0]
        np.testing.assert_allclose(turned, by_hand.rotate(by_hand.Q, position), atol=1e-12)


@settings(max_examples=40)
@given(m=positions, n=positions, shift=positions, head_dim=st.sampled_from(HEAD_DIMS))
@pytest.mark.parametrize("rotate", [rope.rotate_adjacent, rope.rotate_halves])
def test_moving_query_and_key_together_leaves_the_score(rotate, m, n, shift, head_dim):
    q, k = np.random.default_rng(m).standard_normal((2, head_dim))
    theta = rope.inverse_frequencies(head_dim)

    def score(query_position, key_position):
        turned_q = rotate(q, *rope.rotary_tables(query_position, theta))
        return turned_q @ rotate(k, *rope.rotary_tables(key_position, theta))

    assert score(m, n) == pytest.approx(score(m + shift, n + shift), abs=1e-9)


def test_the_score_by_offset_is_the_score_of_rotated_vectors():
    q, k = RANDOM.standard_normal((2, 64))
    theta = rope.inverse_frequencies(64)
    at = np.arange(50)
    turned_q = rope.rotate_adjacent(np.tile(q, (50, 1)), *rope.rotary_tables(at, theta))
    turned_k = rope.rotate_adjacent(np.tile(k, (50, 1)), *rope.rotary_tables(at, theta))
    offsets = at[:, None] - at
    np.testing.assert_allclose(
        turned_q @ turned_k.T, rope.relative_score(q, k, offsets, theta), atol=1e-12
    )


def test_turning_v_as_well_would_make_the_output_depend_on_absolute_position():
    """The same keys and values, all moved by 10: the output is the same only if v is not turned."""
    theta = rope.inverse_frequencies(8)
    q, k, v = RANDOM.standard_normal((3, 5, 8))

    def output(shift, turn_values):
        at = np.arange(5) + shift
        values = cached_decode.rotate_at(v, at, theta) if turn_values else v
        turned_q = cached_decode.rotate_at(q[-1], at[-1], theta)
        return cached_decode.attend(turned_q, cached_decode.rotate_at(k, at, theta), values)

    np.testing.assert_allclose(output(0, False), output(10, False), atol=1e-12)
    assert np.abs(output(0, True) - output(10, True)).max() > 0.1


@pytest.mark.parametrize("rotate", [rope.rotate_adjacent, rope.rotate_halves])
def test_a_rotation_keeps_every_length_and_position_zero_changes_nothing(rotate):
    x = RANDOM.standard_normal((2, 3, 40, 64))
    turned = rotate(x, *rope.rotary_tables(np.arange(40), rope.inverse_frequencies(64)))
    np.testing.assert_allclose(
        np.linalg.norm(turned, axis=-1), np.linalg.norm(x, axis=-1), rtol=1e-13
    )
    np.testing.assert_array_equal(turned[..., 0, :], x[..., 0, :])


@pytest.mark.parametrize("rotate", [rope.rotate_adjacent, rope.rotate_halves])
def test_rotations_compose_by_adding_positions(rotate):
    x = RANDOM.standard_normal((9, 16))
    theta = rope.inverse_frequencies(16)
    twice = rotate(
        rotate(x, *rope.rotary_tables([11] * 9, theta)), *rope.rotary_tables([31] * 9, theta)
    )
    np.testing.assert_allclose(twice, rotate(x, *rope.rotary_tables([42] * 9, theta)), atol=1e-13)


def test_the_complex_form_is_the_adjacent_rotation():
    x = RANDOM.standard_normal((2, 20, 32))
    theta = rope.inverse_frequencies(32)
    at = np.arange(20)
    np.testing.assert_allclose(
        rope.rotate_complex(x, at, theta),
        rope.rotate_adjacent(x, *rope.rotary_tables(at, theta)),
        atol=1e-14,
    )


def test_the_permutation_by_hand_and_its_inverse():
    # width 6: pairs (0,1) (2,3) (4,5); first members 0 2 4, then second members 1 3 5
    assert rope.adjacent_to_halves(6).tolist() == [0, 2, 4, 1, 3, 5]
    for head_dim in HEAD_DIMS:
        there, back = rope.adjacent_to_halves(head_dim), rope.halves_to_adjacent(head_dim)
        assert there[back].tolist() == list(range(head_dim))


@pytest.mark.parametrize("head_dim", HEAD_DIMS)
def test_the_permutation_turns_one_pairing_into_the_other_exactly(head_dim):
    x = RANDOM.standard_normal((3, 10, head_dim))
    tables = rope.rotary_tables(np.arange(10), rope.inverse_frequencies(head_dim))
    order = rope.adjacent_to_halves(head_dim)
    np.testing.assert_array_equal(
        rope.rotate_halves(x[..., order], *tables), rope.rotate_adjacent(x, *tables)[..., order]
    )


def test_weights_for_one_pairing_are_wrong_in_the_other_until_converted():
    heads, head_dim, hidden, tokens = 2, 8, 16, 12
    query_weight, key_weight = RANDOM.standard_normal((2, heads * head_dim, hidden))
    x = RANDOM.standard_normal((tokens, hidden))
    tables = rope.rotary_tables(np.arange(tokens), rope.inverse_frequencies(head_dim))

    def scores(rotate, for_query, for_key):
        q, k = (
            rotate((x @ w.T).reshape(tokens, heads, head_dim).swapaxes(0, 1), *tables)
            for w in (for_query, for_key)
        )
        return q @ k.swapaxes(1, 2)

    right = scores(rope.rotate_adjacent, query_weight, key_weight)
    wrong = scores(rope.rotate_halves, query_weight, key_weight)
    converted = scores(
        rope.rotate_halves,
        rope.convert_projection(query_weight, head_dim),
        rope.convert_projection(key_weight, head_dim),
    )
    np.testing.assert_allclose(converted, right, atol=1e-11)
    assert np.abs(wrong - right).max() > 1


@pytest.mark.parametrize("factor", [1.0, 2.0, 8.0])
@pytest.mark.parametrize("head_dim", [4, 64, 128])
def test_what_each_scaling_does_to_the_fastest_and_the_slowest_pair(head_dim, factor):
    base, trained = 10_000.0, 4_096.0
    plain = rope.inverse_frequencies(head_dim, base)
    linear = rope.linear_frequencies(head_dim, base, factor)
    np.testing.assert_allclose(linear, plain / factor, rtol=1e-15)
    ntk = rope.ntk_frequencies(head_dim, base, factor)
    yarn = rope.yarn_frequencies(head_dim, base, factor, trained)
    llama3 = rope.llama3_frequencies(head_dim, base, factor, trained)
    for scaled in (ntk, yarn, llama3):
        assert scaled[0] == plain[0] == 1  # the fastest pair tells neighbours apart: kept
    for scaled in (ntk, llama3):
        # (base f^(d/(d-2)))^(-(d-2)/d) = theta_last / f: the slowest pair is interpolated
        ratio = scaled[-1] / plain[-1]
        slow_enough = scaled is ntk or trained * plain[-1] / (2 * math.pi) <= 1
        assert not slow_enough or ratio == pytest.approx(1 / factor, rel=1e-13)
    for scaled in (ntk, yarn, llama3):
        assert np.all(scaled <= plain * (1 + 1e-12))
        assert np.all(scaled >= linear * (1 - 1e-12))


def test_dynamic_scaling_starts_at_the_trained_length_and_is_ntk_at_the_full_ratio():
    def dynamic(length, factor=1.0):
        return rope.dynamic_ntk_frequencies(64, 10_000.0, factor, length, 2_048)

    plain = rope.inverse_frequencies(64)
    for length in (1, 2_048):
        np.testing.assert_array_equal(dynamic(length, 4.0), plain)
    # 8192 = 4 times the trained length, and 4 x 4 - 3 = 13 in the form with factor 4
    np.testing.assert_array_equal(dynamic(8_192), rope.ntk_frequencies(64, 10_000.0, 4.0))
    np.testing.assert_array_equal(dynamic(8_192, 4.0), rope.ntk_frequencies(64, 10_000.0, 13.0))


def test_yarn_ramp_by_hand():
    # d 128, base 1e4, L 4096: a pair i turns L / (2 pi 10^(i/16)) times. 32 turns at
    # i = 16 log10(4096 / (64 pi)) = 20.9 -> 20; one at 16 log10(4096 / (2 pi)) = 45.03 -> 46.
    plain = rope.inverse_frequencies(128)
    scaled = rope.yarn_frequencies(128, 10_000.0, 4.0, 4_096)
    np.testing.assert_array_equal(scaled[:21], plain[:21])
    assert scaled[21] < plain[21]
    np.testing.assert_allclose(scaled[46:], plain[46:] / 4, rtol=1e-15)
    assert scaled[45] > plain[45] / 4
    # pair 33 is half way: 1/2 + 1/2 * 1/4 = 0.625
    assert scaled[33] / plain[33] == pytest.approx(0.625)
    assert rope.yarn_attention_factor(1.0) == 1
    assert rope.yarn_attention_factor(math.e) == pytest.approx(1.1)


def test_llama3_thresholds_by_hand():
    # Llama 3.1: base 5e5, factor 8, L 8192. Kept below wavelength 8192/4 = 2048, divided above
    # 8192, and at 2.5 turns (half way between 1 and 4) the mean of the two: 0.5 + 0.5/8 = 0.5625
    plain = rope.inverse_frequencies(128, 500_000.0)
    scaled = rope.llama3_frequencies(128, 500_000.0, 8.0, 8_192)
    waves = rope.wavelengths(plain)
    np.testing.assert_array_equal(scaled[waves < 2_048], plain[waves < 2_048])
    np.testing.assert_array_equal(scaled[waves > 8_192], plain[waves > 8_192] / 8)
    assert np.sum((waves > 2_048) & (waves < 8_192)) >= 1
    # one pair, wavelength 2 pi, so trained length 5 pi is 2.5 turns
    assert rope.llama3_frequencies(2, 10_000.0, 8.0, 5 * math.pi)[0] == pytest.approx(0.5625)


def test_a_cache_of_rotated_keys_gives_what_recomputation_gives_with_far_fewer_rotations():
    tokens, head_dim = 30, 16
    q, k, v = RANDOM.standard_normal((3, tokens, head_dim))
    theta = rope.inverse_frequencies(head_dim)
    cache = cached_decode.empty_cache(tokens, head_dim)
    recomputed_rotations = 0
    for position in range(tokens):
        output = cached_decode.decode_step(cache, q[position], k[position], v[position], theta)
        again, rotations = cached_decode.recomputed_step(q, k, v, position, theta)
        recomputed_rotations += rotations
        np.testing.assert_allclose(output, again, atol=1e-13)
    assert cache.rotations == tokens
    assert recomputed_rotations == 465  # 30 * 31 / 2
    with pytest.raises(ValueError, match="full at 30"):
        cached_decode.decode_step(cache, q[0], k[0], v[0], theta)


def test_rotated_keys_can_be_renumbered_by_one_more_rotation():
    keys = RANDOM.standard_normal((6, 8))
    theta = rope.inverse_frequencies(8)
    stored = cached_decode.rotate_at(keys, np.arange(100, 106), theta)
    np.testing.assert_allclose(
        cached_decode.shift_rotated_keys(stored, -100, theta),
        cached_decode.rotate_at(keys, np.arange(6), theta),
        atol=1e-13,
    )


def test_a_rotated_cache_goes_stale_when_the_frequencies_change():
    q, k = RANDOM.standard_normal((2, 64))
    then = rope.dynamic_ntk_frequencies(64, 10_000.0, 1.0, 2_048, 2_048)
    now = rope.dynamic_ntk_frequencies(64, 10_000.0, 1.0, 4_096, 2_048)
    right = cached_decode.stale_score(q, k, 4_000, 3_990, now, now)
    stale = cached_decode.stale_score(q, k, 4_000, 3_990, now, then)
    order = rope.halves_to_adjacent(64)
    assert right == pytest.approx(rope.relative_score(q[order], k[order], 10, now), abs=1e-10)
    assert abs(stale - right) > 1


def test_bfloat16_loses_positions_from_257_on_and_5000_becomes_4992():
    # 8 bits hold 256 = 2^8, not 257 = 100000001b (9 bits). 4096 to 8192 has steps of 32:
    # 5000 / 32 = 156.25, nearest 156, and 156 * 32 = 4992
    assert precision.first_wrong_position(precision.round_to_bfloat16, 1_000) == 257
    assert precision.first_wrong_position(precision.round_to_bfloat16, 257) is None
    assert float(precision.round_to_bfloat16(257)) == 256
    assert float(precision.round_to_bfloat16(5_000)) == 4_992
    assert precision.first_wrong_position(precision.round_to_float16, 4_000) == 2_049
    # 0 ... 256 are 257 values, then 128 in each of the 5 doublings up to 8192
    assert precision.distinct_positions(precision.round_to_bfloat16, 8_192) == 257 + 5 * 128


def test_float32_holds_every_position_up_to_two_to_the_24():
    edge = np.array([2**24, 2**24 + 1])
    np.testing.assert_array_equal(
        precision.round_to_float32(edge).astype(np.float64) == edge, [True, False]
    )
    for name, bits in precision.SIGNIFICANT_BITS.items():
        rounding = getattr(precision, f"round_to_{name}")
        assert float(rounding(2**bits)) == 2**bits or name == "float32"
        assert float(rounding(2**bits + 1)) != 2**bits + 1


def test_bfloat16_positions_wreck_the_score_and_float32_angles_wear_it_slowly():
    """Errors of a score whose standard deviation is 1."""
    small = [precision.largest_score_error("float32_angles", p, 100) for p in (100, 10_000, 10**6)]
    assert small[0] < small[1] < small[2] < 0.1
    # position and frequency rounded to 24 bits: the angle is off by at most 1.5 * 2^-24 of itself
    assert small[2] < 2 * 1.1e6 * 1.5 * 2**-24 * 128
    assert precision.largest_score_error("bfloat16_positions", 100, 100) < 1e-12
    assert precision.largest_score_error("bfloat16_positions", 10_000, 100) > 1


def test_the_recorded_precision_study_is_what_the_study_gives():
    assert_recorded(
        precision.MEASURED,
        precision.study(),
        # errors of a few 1e-15 are float64's own rounding, which may differ between machines
        lambda name, value: pytest.approx(value, rel=1e-6, abs=1e-12),
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rope.inverse_frequencies(5), "head_dim is 5"),
        (lambda: rope.inverse_frequencies(0), "head_dim is 0"),
        (lambda: rope.inverse_frequencies(4, 1.0), "base is 1.0"),
        (lambda: rope.linear_frequencies(4, 1e4, 0.5), "factor is 0.5"),
        (lambda: rope.ntk_frequencies(2, 1e4, 2), "more than one pair"),
        (lambda: rope.yarn_frequencies(4, 1e4, 2, 0), "trained_length is 0"),
        (lambda: rope.yarn_frequencies(4, 1e4, 2, 64, 1, 32), "beta_slow < beta_fast"),
        (lambda: rope.llama3_frequencies(4, 1e4, 2, 64, 4, 1), "low_freq_factor"),
        (lambda: rope.rotate_adjacent(np.ones((2, 4)), np.ones(1), np.ones(1)), "2 columns"),
        (lambda: rope.rotate_halves(np.ones((2, 3)), np.ones(1), np.ones(1)), "head_dim is 3"),
        (lambda: rope.rotate_complex(np.ones((2, 4)), [0, 1], np.ones(3)), "2 columns"),
        (lambda: rope.convert_projection(np.ones((6, 2)), 4), "not a multiple"),
        (lambda: by_hand.frequencies(3), "head_dim is 3"),
        (lambda: by_hand.wavelength(2), "pair is 2"),
        (lambda: by_hand.score(0, 0, k=(1.0, 2.0)), "q has 4 elements and k 2"),
        (lambda: cached_decode.empty_cache(0, 4), "capacity is 0"),
        (lambda: precision.round_to_bfloat16(math.nan), "finite"),
        (lambda: precision.rounded_score(np.ones(4), np.ones(4), 0, 0, np.ones(2), "x"), "how is"),
        (lambda: precision.largest_score_error("float32_angles", 5, 6), "offset is 6"),
    ],
)
def test_bad_input_is_named_in_the_error(call, words):
    with pytest.raises(ValueError, match=words):
        call()
