"""`wix-emulator snapshot`: a site's state, saved to a file and loaded again."""

from json import dumps, loads
from pathlib import Path

import click

from emulator.cli.client import Control, ControlGroup, control_options, json_option
from emulator.cli.control import call, text
from emulator.cli.ending import fail
from emulator.cli.files import check_folder, write_atomically
from emulator.cli.options import WITH_DEFAULTS
from emulator.errors import UsageError


@click.group(cls=ControlGroup, context_settings=WITH_DEFAULTS)
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
    document = file.read_bytes()
    _refuse_what_is_none(file, document)
    answer = call(Control(**at), "PUT", "state", document)
    click.echo(dumps(answer) if json else f"loaded {file}; fingerprint {answer['fingerprint']}")


def _refuse_what_is_none(file: Path, document: bytes) -> None:
    """Raise UsageError for what is of another form altogether; of the rest the emulator says what is wrong."""
    from pydantic_core import from_json

    try:
        content = from_json(document)
    except ValueError:
        content = None
    if not isinstance(content, dict) or "version" not in content:
        raise UsageError(f"{file} is no snapshot; make one with: wix-emulator snapshot save FILE")
