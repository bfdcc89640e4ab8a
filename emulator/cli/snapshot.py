"""`wix-emulator snapshot`: a site's state, saved to a file and loaded again."""

import os
import tempfile
from pathlib import Path

import click

from emulator.cli.client import Control, control_options
from emulator.cli.control import call, text

_OPTIONS = {"auto_envvar_prefix": "WIX_EMULATOR", "show_default": True}


@click.group()
def snapshot() -> None:
    """Save the whole state of a site to a file, or load it again, into any site."""


@snapshot.command(context_settings=_OPTIONS)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@control_options
def save(file: Path, **at: str) -> None:
    """Save the site's state to FILE, whole or not at all."""
    _write(file, text(Control(**at), "GET", "state"))
    click.echo(f"saved {file}")


@snapshot.command(context_settings=_OPTIONS)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@control_options
def load(file: Path, **at: str) -> None:
    """Put the state in FILE in place of the site's."""
    answer = call(Control(**at), "PUT", "state", file.read_bytes())
    click.echo(f"loaded {file}; fingerprint {answer['fingerprint']}")


def _write(file: Path, document: str) -> None:
    """Beside the file first, then in its place: nobody ever sees half of it."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=file.parent, prefix=f".{file.name}.", delete=False
    ) as new:
        try:
            new.write(document)
            new.flush()
            os.fsync(new.fileno())
            Path(new.name).replace(file)
        except OSError:
            Path(new.name).unlink(missing_ok=True)
            raise
