"""The lifecycle's schedule: which status comes next, and after how long."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from emulator.domain.lifecycle import DEFAULT_INTERVALS, STATUSES, Lifecycle, next_status, waiting_time


@pytest.mark.rule("R601")
def test_the_statuses_are_walked_in_their_order() -> None:
    walked, status = [], next_status(None)
    while status is not None:
        walked.append(status)
        status = next_status(status)
    assert walked == ["Pending", "Accepted", "Ready", "In_Delivery", "Fulfilled"]


@pytest.mark.rule("R601")
def test_the_default_walk_is_over_within_three_days() -> None:
    assert sum((waiting_time("on", status) for status in STATUSES), timedelta()) == timedelta(hours=60, minutes=10)


def test_each_status_may_have_its_own_interval() -> None:
    intervals = [waiting_time("500ms,5s,2m,3h,1d", status) for status in STATUSES]
    assert intervals == [
        timedelta(milliseconds=500),
        timedelta(seconds=5),
        timedelta(minutes=2),
        timedelta(hours=3),
        timedelta(days=1),
    ]


@pytest.mark.parametrize("text", ["off", "on", DEFAULT_INTERVALS, "0s,0s,0s,0s,0s", "1.5h,1,1,1,366d"])
def test_a_lifecycle_is_off_on_or_five_intervals(text: str) -> None:
    assert TypeAdapter(Lifecycle).validate_python(text) == text


@pytest.mark.parametrize(
    "text", ["", "sometimes", "1h", "1h,1h,1h,1h", "1h,1h,1h,1h,1h,1h", "-1h,1h,1h,1h,1h", "1h,1h,1h,1h,"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValidationError, match=r"must be off, on, or how long .* such as 10m,1h,5h,18h,36h"):
        TypeAdapter(Lifecycle).validate_python(text)


@pytest.mark.parametrize("text", ["999999d,1h,1h,1h,1h", "1h,1h,1h,1h,367d"])
def test_an_interval_that_is_longer_than_a_year_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="at most 366d each"):
        TypeAdapter(Lifecycle).validate_python(text)
