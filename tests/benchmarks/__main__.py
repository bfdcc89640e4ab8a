"""Prints the table of the README: `python -m tests.benchmarks [calls] [tail] [start] [growth] [deliveries]`."""

import sys

from tests.benchmarks import measures, servers

_MEASURES = {
    "calls": measures.calls,
    "tail": measures.tail,
    "start": measures.start,
    "growth": measures.growth,
    "deliveries": measures.deliveries,
}


def main(names: list[str]) -> None:
    """Print a row as soon as it is known."""
    servers.pin_load()
    print("| | emulator | bare Starlette | ratio | goal |\n|---|---|---|---|---|", flush=True)  # noqa: T201 - for whoever started it
    for name in names or _MEASURES:
        for row in _MEASURES[name]():
            print(f"| {row.name} | {row.emulator} | {row.bare} | {row.result} | {row.goal} |", flush=True)  # noqa: T201 - for whoever started it


if __name__ == "__main__":
    main(sys.argv[1:])
