"""`wix-emulator snapshot`: a site's state, saved to a file and loaded again."""

from json import dumps, loads
from pathlib import Path

import click

from emulator.cli.client import Control, ControlGroup, control_options, json_option
from emulator.cli.control import call, text
from emulator.cli.ending import fail
from emulator.cli.files import check_folder, write_atomically

_OPTIONS = {"auto_envvar_prefix": "WIX_EMULATOR", "show_default": True}


@click.group(cls=ControlGroup, context_settings=_OPTIONS)
@json_option
@control_options
def snapshot(json: bool, **at: str) -> None:
    """Save the whole state of a site to a file, or load it again, into any site."""


@snapshot.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@control_options
def save(file: Path, json: bool, **at: str) -> None:
    """Save the site's state to FILE, whole or not at all."""
    check_folder(file)
    document = text(Control(**at), "GET", "state")
    try:
        write_atomically(file, document.encode())
    except OSError as error:
        fail(f"cannot write {file}: {error.strerror}")
    saved = {"file": str(file), "fingerprint": loads(document)["fingerprint"]}
    click.echo(dumps(saved) if json else f"saved {file}")


@snapshot.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@control_options
def load(file: Path, json: bool, **at: str) -> None:
    """Put the state in FILE in place of the site's."""
    answer = call(Control(**at), "PUT", "state", file.read_bytes())
    click.echo(dumps(answer) if json else f"loaded {file}; fingerprint {answer['fingerprint']}")
