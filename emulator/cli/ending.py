"""How a command ends that is told to, or cannot go on. It loads nothing: every start pays for what it imports."""

import signal
import sys
from typing import NoReturn

import click

# The exit statuses; 0 is for a command that has done what it was asked for.
FAILED = 1
WRONG_USAGE = 2  # or configuration
NOT_READY = 3  # no emulator answers, or not the one that is needed

# The last is sent when the terminal is closed, where there is such a thing.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))


def fail(message: str, status: int = FAILED) -> NoReturn:
    """End the command with that message."""
    click.echo(f"wix-emulator: {message}", err=True)
    sys.exit(status)
