"""How a command ends that is told to, or cannot go on. It loads nothing: every start pays for what it imports."""

import signal
import sys
from typing import NoReturn

import click

# The last is sent when the terminal is closed, where there is such a thing.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))


def fail(message: str, status: int = 1) -> NoReturn:
    """End the command with that message."""
    click.echo(f"wix-emulator: {message}", err=True)
    sys.exit(status)
