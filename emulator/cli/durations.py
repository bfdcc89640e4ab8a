"""Durations and moments as values of the command line."""

from datetime import UTC, datetime, timedelta

import click

from emulator.domain.durations import parse_duration

SYSTEM = "system"


class Duration(click.ParamType[timedelta]):
    """A command line value that becomes a timedelta."""

    name = "duration"

    def convert(
        self, value: str | timedelta, param: click.Parameter | None, context: click.Context | None
    ) -> timedelta:
        """The duration; a usage error if it is none."""
        if isinstance(value, timedelta):
            return value
        try:
            return parse_duration(str(value))
        except ValueError as error:
            self.fail(str(error), param, context)


class Moment(click.ParamType[str]):
    """A command line value that is a moment in ISO 8601, in UTC if it does not say otherwise; or `system`."""

    name = "time"

    def convert(self, value: str, param: click.Parameter | None, context: click.Context | None) -> str:
        """The moment as a text with its offset, or `system`; a usage error if it is neither."""
        if value == SYSTEM:
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time such as 2026-03-01T12:00:00Z, nor {SYSTEM}", param, context)
        return value if moment.tzinfo else moment.replace(tzinfo=UTC).isoformat()
