"""Reviews are checked field by field; logs merge into their union; an export imports as itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checks.drill import reviews
from checks.drill import reviews as module
from checks.drill.work import within
from tests.checks.drill.review import GOOD

NOW = datetime(2026, 11, 25, 22, 10, 0, 123_000, tzinfo=UTC)
# Few ids, so that logs overlap; an id with several contents is a log that somebody edited.
ids = st.integers(0, 7).map(lambda n: f"{n:032x}")
names = st.text("abz09-", min_size=1, max_size=64)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))
extras = st.dictionaries(
    st.text(max_size=8).filter(lambda key: key not in GOOD),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**70), 2**70)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
        ),
        max_leaves=6,
    ),
    max_size=3,
)
entries = st.fixed_dictionaries(
    {
        "id": ids,
        "question": st.tuples(names, names).map("/".join),
        "seed": st.integers(0, reviews.LARGEST_SEED),
        "at": moments.map(reviews.timestamp),
        "rating": st.integers(1, 4),
        "seconds": st.none()
        | st.floats(0, reviews.LONGEST_SECONDS)
        | st.integers(0, reviews.LONGEST_SECONDS),
        "where": st.sampled_from(reviews.WHERE),
        "mode": st.sampled_from(reviews.MODES),
    }
)
a_review = st.builds(lambda own, extra: reviews.review_from({**extra, **own}), entries, extras)
logs = st.lists(a_review, max_size=8)


def by_id(log: list[reviews.Review]) -> list[reviews.Review]:
    return list({r.id: r for r in log}.values())


# ---- one review


def test_the_review_of_the_format_is_taken_as_it_stands() -> None:
    review = reviews.review_from(GOOD)
    assert [getattr(review, key) for key in GOOD] == list(GOOD.values())
    assert json.loads(reviews.review_text(review)) == GOOD


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "0123456789ABCDEF0123456789ABCDEF"),
        ("id", "0" * 31),
        ("id", "0" * 33),
        ("id", "0" * 32 + "\n"),
        ("id", "٠" * 32),
        ("id", 7),
        ("id", None),
        ("question", "static-bytes"),
        ("question", "gpu-wall/"),
        ("question", "gpu_wall/x"),
        ("question", "a/b/c"),
        ("question", "a/" + "b" * 65),
        ("question", "a/b\n"),
        ("question", "<script>/x"),
        ("question", ["a/b"]),
        ("seed", -1),
        ("seed", 2**32),
        ("seed", 1.5),
        ("seed", True),
        ("seed", "1"),
        ("seed", None),
        ("at", "2026-11-25T22:10:00Z"),
        ("at", "2026-11-25T22:10:00.123"),
        ("at", "2026-11-25T22:10:00.123+00:00"),
        ("at", "2026-11-25 22:10:00.123Z"),
        ("at", "2026-02-29T22:10:00.123Z"),
        ("at", "2026-11-25T24:00:00.000Z"),
        ("at", "2026-11-25T22:10:60.000Z"),
        ("at", "2026-13-25T22:10:00.000Z"),
        ("at", "0001-01-01T00:00:00.000Z"),
        ("at", "9999-12-31T00:00:00.000Z"),
        ("at", "٢٠٢٦-11-25T22:10:00.123Z"),
        ("at", 1764108600123),
        ("rating", 0),
        ("rating", 5),
        ("rating", 2.5),
        ("rating", True),
        ("rating", "3"),
        ("rating", None),
        ("seconds", -0.1),
        ("seconds", reviews.LONGEST_SECONDS + 1),
        ("seconds", float("nan")),
        ("seconds", float("inf")),
        pytest.param("seconds", 10**400, id="seconds-larger than any float"),
        ("seconds", True),
        ("seconds", "3"),
        ("where", "phone"),
        ("where", ["page"]),
        ("where", None),
        ("mode", ""),
        ("mode", {}),
    ],
)
def test_a_bad_field_is_refused_by_name(key: str, value: Any) -> None:
    with pytest.raises(reviews.ReviewError, match=f"^{key}: "):
        reviews.review_from({**GOOD, key: value})


@pytest.mark.parametrize("key", list(GOOD))
def test_a_missing_field_is_refused_by_name(key: str) -> None:
    with pytest.raises(reviews.ReviewError, match=f"^{key}: missing"):
        reviews.review_from({k: v for k, v in GOOD.items() if k != key})


def test_three_and_three_point_nought_are_one_number_as_in_javascript() -> None:
    a = reviews.review_from({**GOOD, "rating": 3, "seed": 7, "seconds": 12, "hints": 2, "v": [1]})
    b = reviews.review_from(
        {**GOOD, "rating": 3.0, "seed": 7.0, "seconds": 12.0, "v": [1.0], "hints": 2.0}
    )
    assert a == b
    assert reviews.review_text(a) == reviews.review_text(b)


def test_seconds_may_be_unknown() -> None:
    assert reviews.review_from({**GOOD, "seconds": None}).seconds is None


def test_unknown_keys_are_kept_and_written_again() -> None:
    data = {**GOOD, "hints": 2, "note": "<script>alert(1)</script> \ud800", "extra": {"a": [None]}}
    assert json.loads(reviews.review_text(reviews.review_from(data))) == data


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"a": "x" * 2_001}, "take more than 2000 characters"),
        ({"a": [[[[[[[[[1]]]]]]]]]}, "nested more than 8 deep"),
        ({"a": float("inf")}, "too large"),
        ({"a": [float("nan")]}, "too large"),
    ],
)
def test_unknown_keys_have_bounds(extra: dict[str, Any], message: str) -> None:
    with pytest.raises(reviews.ReviewError, match=message):
        reviews.review_from({**GOOD, **extra})


def test_a_message_shows_little_of_what_it_refuses_and_nothing_a_terminal_obeys() -> None:
    with pytest.raises(reviews.ReviewError) as caught:
        reviews.review_from({**GOOD, "mode": "\x1b[2J\u202e" + "x" * 10_000})
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 150


def test_a_timestamp_is_utc_cut_to_milliseconds() -> None:
    # 01:10 in a zone three hours ahead is 22:10 of the day before in UTC
    moment = datetime(2026, 11, 26, 1, 10, 0, 123_999, tzinfo=timezone(timedelta(hours=3)))
    assert reviews.timestamp(moment) == "2026-11-25T22:10:00.123Z"
    assert reviews.review_from({**GOOD, "at": reviews.timestamp(moment)}).when() == NOW


# ---- merging


@given(logs, logs, logs)
def test_merging_is_idempotent_commutative_and_associative(
    a: list[reviews.Review], b: list[reviews.Review], c: list[reviews.Review]
) -> None:
    assert reviews.merge(a, a) == reviews.merge(a)
    assert reviews.merge(reviews.merge(a)) == reviews.merge(a)
    assert reviews.merge(a, b) == reviews.merge(b, a)
    assert (
        reviews.merge(reviews.merge(a, b), c)
        == reviews.merge(a, reviews.merge(b, c))
        == reviews.merge(a, b, c)
    )
    assert reviews.merge(a, []) == reviews.merge(a)


@given(logs, logs)
def test_merging_keeps_every_id_once_and_invents_nothing(
    a: list[reviews.Review], b: list[reviews.Review]
) -> None:
    merged = reviews.merge(a, b)
    assert len(merged) == len({r.id for r in merged})
    assert {r.id for r in merged} == {r.id for r in a + b}
    assert set(merged) <= set(a + b)
    assert merged == sorted(merged, key=lambda r: (r.at, r.id))


def test_of_two_contents_with_one_id_the_later_stays_then_the_greater() -> None:
    wrong = reviews.review_from(GOOD)
    right = reviews.review_from({**GOOD, "rating": 3})
    later = reviews.review_from({**GOOD, "at": "2026-11-25T22:10:00.124Z"})
    assert reviews.stronger(wrong, right) is right
    assert reviews.merge([later], [right]) == reviews.merge([right], [later]) == [later]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("question", "gpu-wall/young"),
        ("seed", 7),
        ("at", "2026-11-25T22:10:00.122Z"),
        ("rating", 4),
        ("seconds", 0),
        ("seconds", None),
        ("where", "page"),
        ("mode", "exam"),
        ("hints", 1),
    ],
)
def test_a_difference_in_any_one_field_is_settled_whichever_comes_first(
    key: str, value: object
) -> None:
    a, b = reviews.review_from(GOOD), reviews.review_from({**GOOD, key: value})
    c = reviews.review_from({**GOOD, "seconds": 0 if key == "seconds" and value is None else 1})
    for x, y in ((a, b), (b, c), (a, c)):
        assert reviews.merge([x], [y]) == reviews.merge([y], [x]) == [reviews.stronger(x, y)]


# ---- export and import


@given(logs)
def test_export_then_import_is_identity(log: list[reviews.Review]) -> None:
    log = by_id(log)
    (text,) = reviews.export_texts(log, NOW)
    assert reviews.import_text(text) == reviews.in_order(log)
    assert reviews.import_text(text.encode()) == reviews.in_order(log)
    # The text is a function of the log, whatever the order in which it is given.
    assert reviews.export_texts(list(reversed(log)), NOW) == [text]


def test_the_export_is_the_documented_json() -> None:
    (text,) = reviews.export_texts([reviews.review_from(GOOD)], NOW)
    assert json.loads(text) == {
        "format": "mlsd-workbook-progress",
        "version": 1,
        "exported": "2026-11-25T22:10:00.123Z",
        "reviews": [GOOD],
    }


def test_a_log_too_large_for_one_file_is_exported_in_parts_that_merge_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 5_000)
    monkeypatch.setattr(module, "MOST_REVIEWS", 12)
    log = [reviews.review_from({**GOOD, "id": f"{n:032x}"}) for n in range(100)]
    texts = reviews.export_texts(log, NOW)
    # 100 reviews at 12 a file, by number: 9 files; by size one holds more
    assert len(texts) == 9
    assert reviews.merge(*map(reviews.import_text, texts)) == log
    monkeypatch.setattr(module, "MOST_REVIEWS", 1_000)
    texts = reviews.export_texts(log, NOW)
    assert len(texts) > 1
    # No file is over the bound, and none but the last has room for one review more.
    assert all(len(t) <= 5_000 for t in texts)
    assert all(len(t) + len(reviews.review_text(log[0])) + 2 > 5_000 for t in texts[:-1])
    assert reviews.merge(*map(reviews.import_text, texts)) == log


def file_with(*entries: object, **changes: object) -> str:
    content = {
        "format": reviews.FORMAT,
        "version": 1,
        "exported": "2026-11-25T22:10:00.123Z",
        "reviews": list(entries),
    }
    return json.dumps({k: v for k, v in {**content, **changes}.items() if v is not ...})


def test_a_bad_review_is_named_by_its_place_and_nothing_is_imported() -> None:
    other = {**GOOD, "id": "f" * 32}
    with pytest.raises(
        reviews.ReviewError, match=r"^review 2 of 3: rating: 5 is not a whole number"
    ):
        reviews.import_text(file_with(GOOD, {**other, "rating": 5}, other))


def test_a_review_that_stands_twice_counts_once_and_two_contents_are_refused() -> None:
    assert reviews.import_text(file_with(GOOD, GOOD)) == [reviews.review_from(GOOD)]
    with pytest.raises(
        reviews.ReviewError, match=r"review 2 of 2: id: 0123.* twice, with a difference"
    ):
        reviews.import_text(file_with(GOOD, {**GOOD, "rating": 4}))


@pytest.mark.parametrize("version", [2, 2.0, 10**30])
def test_a_newer_file_is_refused_as_newer_whatever_else_it_holds(version: float) -> None:
    with pytest.raises(reviews.NewerError, match="update the workbook; the file is left as it is"):
        reviews.import_text(file_with("anything", version=version, exported=7))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "not JSON"),
        ("{", "line 1, column 2"),
        ("null", "not a progress file"),
        ("[]", "not a progress file"),
        ('"mlsd-workbook-progress"', "not a progress file"),
        (file_with(format="other"), "not a progress file"),
        (file_with(format=[]), "not a progress file"),
        (file_with(version=0), "version: 0"),
        (file_with(version=True), "version: true"),
        (file_with(version="1"), 'version: "1"'),
        (file_with(version=1.5), "version: 1.5"),
        (file_with(version=...), "version: null"),
        (file_with(exported=...), "exported: null"),
        (file_with(exported="yesterday"), "exported"),
        (file_with(reviews=...), "reviews: null is not a list"),
        (file_with(reviews={}), "reviews: an object is not a list"),
        (file_with(reviews="x" * 99), "reviews"),
        (file_with(7), "review 1 of 1: 7 is not a review"),
        (file_with(None), "review 1 of 1: null is not a review"),
        (file_with([]), "review 1 of 1: a list is not a review"),
        (file_with({}), "review 1 of 1: id, question, seed, at, .* missing"),
        (file_with(reviews=[0] * 200_001), "200001 reviews; a file may hold 200000"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("9" * 5_000, "not JSON"),
        (file_with({**GOOD, "seconds": float("nan")}), "NaN is no number"),
        (file_with({**GOOD, "more": float("-inf")}), "-Infinity is no number"),
        (file_with({**GOOD, "seconds": 7777}).replace("7777", "1e999"), "seconds: Infinity"),
        (file_with({**GOOD, "more": 7777}).replace("7777", "1e999"), "too large"),
        (b"\xff\xfe{\0}\0", "not UTF-8"),
        (b"SQLite format 3\0\xff", "not UTF-8"),
        ("\ud800", "not Unicode"),
        (b" " * (reviews.MOST_BYTES + 1), "more than 5000000 bytes"),
    ],
)
def test_what_is_no_export_is_refused_with_a_reason(data: str | bytes, message: str) -> None:
    with pytest.raises(reviews.ReviewError, match=message):
        reviews.import_text(data)


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert reviews.import_text(b"\xef\xbb\xbf" + file_with(GOOD).encode()) == [
        reviews.review_from(GOOD)
    ]


# ---- trying to break it

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
field_values = json_values | st.sampled_from([*GOOD.values(), 2**32, -1, 1e308, "\ud800"])


def imported(data: str | bytes) -> None:
    """Import; nothing but the declared error may come, with little work; what comes is sound."""
    try:
        found: list[reviews.Review] | str = within(
            1_000 + len(data), lambda: reviews.import_text(data)
        )
    except reviews.ProgressError as error:
        found = str(error)
    if isinstance(found, str):
        assert len(found) < 400
        assert found.isprintable()
    else:
        (text,) = reviews.export_texts(found, NOW)
        assert reviews.import_text(text) == found


@given(st.text() | st.binary())
@example('{"format":"mlsd-workbook-progress","version":1e400}')
def test_any_text_is_imported_or_refused(data: str | bytes) -> None:
    imported(data)


@given(json_values)
def test_any_json_is_imported_or_refused(value: object) -> None:
    imported(json.dumps(value))
    imported(file_with(value))
    imported(file_with(reviews=value, version=1))


@given(
    st.dictionaries(st.sampled_from([*GOOD, "extra", "__proto__", "more"]), field_values),
    st.sets(st.sampled_from(list(GOOD)), max_size=1),
)
def test_a_review_with_any_fields_is_taken_or_refused(
    changes: dict[str, object], gone: set[str]
) -> None:
    entry = {k: v for k, v in {**GOOD, **changes}.items() if k not in gone}
    imported(file_with(entry))
    imported(file_with(GOOD, entry))


@given(st.data())
def test_a_sound_file_with_a_few_bytes_changed_is_taken_or_refused(data: st.DataObject) -> None:
    raw = bytearray(file_with(GOOD, {**GOOD, "id": "f" * 32, "more": [1]}).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        if not raw:
            break
        place = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(["change", "cut", "drop", "double"])):
            case "change":
                raw[place] = data.draw(st.integers(0, 255))
            case "cut":
                del raw[place + 1 :]
            case "drop":
                del raw[place]
            case "double":
                raw[place:place] = raw[place : place + 40]
    imported(bytes(raw))


def test_a_thousand_reviews_are_imported_with_a_thousand_times_the_work_of_one() -> None:
    """83 lines of Python a review, about the same as in a file of one; at most twice that."""
    text = file_with(*({**GOOD, "id": f"{n:032x}"} for n in range(1_000)))
    assert len(within(170 * 1_000, lambda: reviews.import_text(text))) == 1_000
