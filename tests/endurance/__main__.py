"""The long run, `python -m tests.endurance --minutes 60`: prints the server's memory, and ends with 1 if it grows."""

import argparse
import sys

from tests.endurance.run import Report, run

NOISE_MIB = 1.0
GROWTH_MIB_MAX = 16.0  # however many calls there are
GROWTH_KIB_PER_CALL_MAX = 0.5


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="how long to load the server")
    minutes = parser.parse_args().minutes
    report = run(lambda _, elapsed_s: elapsed_s > minutes * 60, sample_every_calls=500)
    print(report.table())  # noqa: T201 - this is a command
    for complaint in complaints(report):
        print(complaint)  # noqa: T201 - as above
    return 1 if complaints(report) else 0


def complaints(report: Report) -> list[str]:
    """What was not as it should be."""
    found = list(dict.fromkeys(report.failures))
    if report.health != "ok":
        found.append(f"health is {report.health}")
    allowed = growth_mib_max(report.measured_calls)
    if report.growth_mib > allowed:
        found.append(f"memory grew by {report.growth_mib:.1f} MiB, at most {allowed:.1f} are allowed")
    return found


def growth_mib_max(calls: int) -> float:
    """What memory may grow by within so many calls without anything that is kept for each of them."""
    return min(NOISE_MIB + calls * GROWTH_KIB_PER_CALL_MAX / 1024, GROWTH_MIB_MAX)


if __name__ == "__main__":
    sys.exit(main())
