"""A duration as a value of the command line."""

from datetime import timedelta

import click

from emulator.domain.durations import parse_duration


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
