import copy
from typing import Any

import pytest

from emulator.domain.paths import PathError, with_changes

VALUE: dict[str, Any] = {"orderId": "1", "fulfillments": [{"id": "a"}, {"id": "b", "trackingInfo": None}]}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("orderId", VALUE | {"orderId": "new"}),
        ("added", VALUE | {"added": "new"}),
        ("buyer.name", VALUE | {"buyer": {"name": "new"}}),
        ("fulfillments[0].id", VALUE | {"fulfillments": [{"id": "new"}, VALUE["fulfillments"][1]]}),
        ("fulfillments[1]", VALUE | {"fulfillments": [{"id": "a"}, "new"]}),
        ("fulfillments[2]", VALUE | {"fulfillments": [*VALUE["fulfillments"], "new"]}),
        ("fulfillments[3].id", VALUE | {"fulfillments": [*VALUE["fulfillments"], {}, {"id": "new"}]}),
        ("notes[1]", VALUE | {"notes": [None, "new"]}),
        ("table[1][0]", VALUE | {"table": [[], ["new"]]}),
        ("first-name", VALUE | {"first-name": "new"}),
    ],
)
def test_a_path_sets_a_value_and_makes_what_is_missing_on_the_way(path: str, expected: dict[str, Any]) -> None:
    assert with_changes(VALUE, {path: "new"}) == expected


def test_a_null_on_the_way_becomes_an_object() -> None:
    changed = with_changes(VALUE, {"fulfillments[1].trackingInfo.trackingNumber": "5"})
    assert changed["fulfillments"][1]["trackingInfo"] == {"trackingNumber": "5"}


def test_a_null_in_an_array_becomes_an_object_too() -> None:
    assert with_changes({"notes": [None]}, {"notes[0].text": "new"}) == {"notes": [{"text": "new"}]}


@pytest.mark.parametrize("new", [None, 0, False, "", [], {"a": [1]}])
def test_any_json_value_can_be_set(new: Any) -> None:
    assert with_changes(VALUE, {"orderId": new})["orderId"] == new


def test_several_paths_are_set_in_their_order() -> None:
    changed = with_changes({}, {"a": {"b": 1}, "a.c": 2})
    assert changed == {"a": {"b": 1, "c": 2}}


def test_the_value_itself_stays_as_it_was() -> None:
    before = copy.deepcopy(VALUE)
    with_changes(VALUE, {"fulfillments[0].id": "new", "buyer.name": "new"})
    assert before == VALUE


def test_two_changes_do_not_share_what_they_set() -> None:
    shared: dict[str, Any] = {}
    changed = with_changes({}, {"a": shared, "b": shared, "a.x": 1})
    assert changed == {"a": {"x": 1}, "b": {}}
    assert shared == {}


def test_no_changes_make_an_equal_copy() -> None:
    changed = with_changes(VALUE, {})
    assert changed == VALUE
    assert changed is not VALUE


@pytest.mark.parametrize(
    "path",
    ["", ".", "a.", ".a", "a..b", "a[", "a]", "a[]", "a[x]", "a[-1]", "a[01]", "a[1]b", "[0", "a[1].", "a[1]..b"],
    ids=lambda path: path[:20] or "empty",
)
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(PathError):
        with_changes({"a": {}}, {path: 1})


@pytest.mark.parametrize("path", ["a[٣]", f"a[{'1' * 5_000}]", ".".join("a" * 5_000)], ids=lambda path: path[:20])
def test_what_would_be_no_index_or_too_deep_is_refused(path: str) -> None:
    with pytest.raises(PathError):
        with_changes({}, {path: 1})


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("orderId.x", "orderId.x: x is of no object"),
        ("fulfillments.x", "fulfillments.x: x is of no object"),
        ("orderId[0]", r"orderId\[0\]: \[0\] is of no array"),
        ("[0]", r"\[0\]: \[0\] is of no array"),
        ("fulfillments[1000]", r"fulfillments\[1000\]: \[1000\] is beyond 1000 items"),
    ],
)
def test_a_path_that_does_not_fit_the_value_is_refused_with_the_reason(path: str, reason: str) -> None:
    with pytest.raises(PathError, match=f"^{reason}$"):
        with_changes(VALUE, {path: "new"})
