"""JSON compared path by path."""

from typing import Any

import pytest

from emulator.domain.differences import ABSENT, Difference, differences, missing_from


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, {"a": [1, {"b": None}]}])
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert differences(value, value) == []
    assert missing_from(value, value) == []


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (1, 2, Difference("", 1, 2)),
        ({"a": 1}, {}, Difference("a", 1, ABSENT)),
        ({}, {"a": None}, Difference("a", ABSENT, None)),
        ({"a": [1, 2]}, {"a": [1]}, Difference("a[1]", 2, ABSENT)),
        ({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 2}]}}, Difference("a.b[0].c", 1, 2)),
        ({"a": []}, {"a": {}}, Difference("a", [], {})),
        (True, 1, Difference("", True, 1)),
        (0, False, Difference("", 0, False)),
    ],
)
def test_a_difference_is_told_by_its_path(before: Any, after: Any, found: Difference) -> None:
    assert differences(before, after) == [found]


@pytest.mark.parametrize(
    ("expected", "actual"),
    [({}, {"a": 1}), ({"a": {}}, {"a": {"b": 1}}), ([{"a": 1}], [{"a": 1, "b": 2}]), (1, 1.0)],
)
def test_what_there_is_besides_is_not_missing(expected: Any, actual: Any) -> None:
    assert missing_from(expected, actual) == []


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        ({"a": 1}, {}, Difference("a", 1, ABSENT)),
        ({"a": None}, {}, Difference("a", None, ABSENT)),
        ([1], [1, 2], Difference("[1]", ABSENT, 2)),
        ([1, 2], [1], Difference("[1]", 2, ABSENT)),
        ({"a": 1}, None, Difference("", {"a": 1}, None)),
        (True, 1, Difference("", True, 1)),
    ],
)
def test_what_is_missing_is_told_by_its_path(expected: Any, actual: Any, found: Difference) -> None:
    assert missing_from(expected, actual) == [found]
