"""Durations as people type them."""

from datetime import timedelta

import pytest

from emulator.domain.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("30s", 30), ("90", 90), (" 10 m ", 600), ("1.5h", 5_400), ("3d", 259_200), ("0s", 0)],
)
def test_a_duration_is_a_number_and_its_unit(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["soon", "", "1y", "1 h 2 m", "-1h", "1h,", "9" * 400, "٣s", "."])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration such as 500ms, 30s, 10m, 1h or 3d"):
        parse_duration(text)


def test_what_no_clock_can_count_is_too_long() -> None:
    with pytest.raises(ValueError, match="is too long"):
        parse_duration("999999999.999999999d")
