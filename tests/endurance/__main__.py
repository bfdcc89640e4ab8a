"""The long run, `python -m tests.endurance --minutes 60`: prints the server's memory, and ends with 1 if it grows."""

import argparse
import sys

from tests.endurance.run import Report, run

GROWTH_MIB_MAX = 16.0


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
    if report.growth_mib > GROWTH_MIB_MAX:
        found.append(f"memory grew by {report.growth_mib:.1f} MiB, at most {GROWTH_MIB_MAX} are allowed")
    return found


if __name__ == "__main__":
    sys.exit(main())
