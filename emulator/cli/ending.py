"""How a command ends that is told to, or cannot go on. It loads nothing: every start pays for what it imports."""

import signal
import sys
from typing import NoReturn

import click

# The exit statuses; 0 is for a command that has done what it was asked for.
FAILED = 1
WRONG_USAGE = 2  # or configuration
NOT_READY = 3  # no emulator answers, or not the one that is needed


def stop_signals() -> list[signal.Signals]:
    """The signals that end a server: asked for, or because its terminal is closed, unless `nohup` has it go on then."""
    hangup = getattr(signal, "SIGHUP", signal.SIGTERM)  # not every system has it
    asked = [signal.SIGINT, signal.SIGTERM]
    return asked if signal.getsignal(hangup) is signal.SIG_IGN else [*asked, hangup]


def fail(message: str, status: int = FAILED) -> NoReturn:
    """End the command with that message."""
    click.echo(f"wix-emulator: {message}", err=True)
    sys.exit(status)
