"""The endurance run, cut short by a number of calls: under mixed load the server's memory stays flat."""

import sys
from pathlib import Path

import pytest

from tests.endurance.__main__ import GROWTH_MIB_MAX, complaints
from tests.endurance.run import Report, Sample, run

CALLS = 12_000


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason=f"{sys.platform} tells memory in another way")
def test_under_mixed_load_nothing_fails_and_memory_stays_flat() -> None:
    report = run(lambda calls, _: calls > CALLS, sample_every_calls=CALLS // 60)
    assert complaints(report) == [], report.table()


def rising(mib_per_sample: float) -> Report:
    return Report([Sample(number * 100, 100 + number * mib_per_sample) for number in range(60)], health="ok")


def test_memory_that_grows_is_told_about() -> None:
    assert complaints(rising(GROWTH_MIB_MAX / 30 * 0.9)) == []
    (complaint,) = complaints(rising(GROWTH_MIB_MAX / 30 * 1.1))
    assert "memory grew by 17." in complaint


def test_what_grows_before_the_measuring_does_not_count() -> None:
    samples = [Sample(number * 100, min(number, 20) * 10.0) for number in range(60)]
    assert complaints(Report(samples, health="ok")) == []


def test_a_fault_of_ours_and_bad_health_are_told_about() -> None:
    flat = rising(0)
    flat.failures, flat.health = ["GET / answered 500"] * 2, "failing"
    assert complaints(flat) == ["GET / answered 500", "health is failing"]
