"""Floor 7, the command line."""

from emulator.cli.command import main

__all__ = ["main"]
