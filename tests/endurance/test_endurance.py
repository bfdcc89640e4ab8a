"""The endurance run, cut short by a number of calls: under mixed load the server's memory stays flat."""

import sys
from pathlib import Path

import pytest

from tests.endurance.__main__ import GROWTH_KIB_PER_CALL_MAX, complaints
from tests.endurance.run import Report, Sample, run

CALLS = 12_000


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason=f"{sys.platform} tells memory in another way")
def test_under_mixed_load_nothing_fails_and_memory_stays_flat() -> None:
    report = run(lambda calls, _: calls > CALLS, sample_every_calls=CALLS // 60)
    assert complaints(report) == [], report.table()


def rising(kib_per_call: float) -> Report:
    every = CALLS // 60
    return Report(
        [Sample(number * every, 100 + number * every * kib_per_call / 1024) for number in range(60)], [], "ok"
    )


def test_memory_that_grows_by_a_kibibyte_a_call_is_told_about() -> None:
    (complaint,) = complaints(rising(1.0))
    assert complaint == "memory grew by 5.7 MiB, at most 3.8 are allowed"


def test_memory_that_grows_by_next_to_nothing_is_fine() -> None:
    assert complaints(rising(GROWTH_KIB_PER_CALL_MAX)) == []


def test_a_single_peak_is_no_growth() -> None:
    samples = [Sample(number * 100, 130.0 if 45 < number < 50 else 100.0) for number in range(60)]
    assert complaints(Report(samples, health="ok")) == []


def test_a_step_is_no_growth() -> None:
    samples = [Sample(number * 200, 110.0 if number > 45 else 100.0) for number in range(60)]
    assert complaints(Report(samples, health="ok")) == []


def test_a_leak_that_shows_in_large_steps_is_told_about() -> None:
    samples = [Sample(number * 200, 100.0 + number // 4 * 2.0) for number in range(60)]
    (complaint,) = complaints(Report(samples, health="ok"))
    assert "memory grew by" in complaint


def test_what_grows_before_the_measuring_does_not_count() -> None:
    samples = [Sample(number * 100, min(number, 20) * 10.0) for number in range(60)]
    assert complaints(Report(samples, health="ok")) == []


def test_a_fault_of_ours_and_bad_health_are_told_about() -> None:
    flat = rising(0)
    flat.failures, flat.health = ["GET / answered 500"] * 2, "failing"
    assert complaints(flat) == ["GET / answered 500", "health is failing"]
