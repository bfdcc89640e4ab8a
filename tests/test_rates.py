"""The rate limit: so many calls in each minute of the clock."""

from datetime import timedelta

import pytest

from emulator.domain.refusals import ResourceExhausted
from emulator.rates import RateLimit
from tests.factories import NOW


def test_one_call_too_many_in_a_minute_is_refused() -> None:
    limit = RateLimit(2)
    limit.count(NOW)
    limit.count(NOW + timedelta(seconds=59.9))
    with pytest.raises(ResourceExhausted, match=r"^3 calls in this minute, 2 are allowed; wait for the next one$"):
        limit.count(NOW + timedelta(seconds=59.9))


def test_the_next_minute_begins_at_none() -> None:
    limit = RateLimit(1)
    limit.count(NOW + timedelta(seconds=59.9))
    limit.count(NOW + timedelta(seconds=60))


def test_a_clock_that_was_set_back_begins_at_none_too() -> None:
    limit = RateLimit(1)
    limit.count(NOW)
    limit.count(NOW - timedelta(days=1))


def test_no_limit_is_no_limit() -> None:
    limit = RateLimit(0)
    for _ in range(1_000):
        limit.count(NOW)
    assert limit.state() == (None, 0)


def test_a_count_that_was_kept_goes_on() -> None:
    limit, other = RateLimit(2), RateLimit(2)
    limit.count(NOW)
    other.clear(*limit.state())
    other.count(NOW)
    with pytest.raises(ResourceExhausted):
        other.count(NOW)


def test_a_cleared_limit_begins_at_none() -> None:
    limit = RateLimit(1)
    limit.count(NOW)
    limit.clear()
    limit.count(NOW)
