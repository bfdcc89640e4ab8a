"""How a command ends that cannot go on. It loads nothing: every start pays for what it imports."""

import sys
from typing import NoReturn

import click


def fail(message: str, status: int = 1) -> NoReturn:
    """End the command with that message."""
    click.echo(f"wix-emulator: {message}", err=True)
    sys.exit(status)
