"""Durations as people type them: `500ms`, `30s`, `10m`, `1h`, `3d`; a bare number is seconds."""

import re
from datetime import timedelta

import click

_UNITS = {"ms": 0.001, "": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_FORM = re.compile(r"(\d{1,9}(?:\.\d+)?)\s*(ms|s|m|h|d|)")


class Duration(click.ParamType[timedelta]):
    """A command line value that becomes a timedelta."""

    name = "duration"

    def convert(
        self, value: str | timedelta, param: click.Parameter | None, context: click.Context | None
    ) -> timedelta:
        """The duration; a usage error if it is none."""
        if isinstance(value, timedelta):
            return value
        found = _FORM.fullmatch(str(value).strip())
        if found is None:
            self.fail(f"{value!r} is no duration such as 500ms, 30s, 10m, 1h or 3d", param, context)
        return timedelta(seconds=float(found[1]) * _UNITS[found[2]])
