"""`wix-emulator env`: what a client of a running emulator needs."""

import json as json_format
import shlex

import click

from emulator.cli.client import Control, control_options
from emulator.cli.control import call
from emulator.cli.options import WITH_DEFAULTS
from emulator.environment import variables


@click.command(context_settings=WITH_DEFAULTS)
@click.option("--json", "json", is_flag=True, help="Print one JSON object.")
@control_options
def env(json: bool, **at: str) -> None:
    """Print what a client of the emulator needs, as lines for the shell: eval "$(wix-emulator env)"."""
    control = Control(**at)
    found = variables(call(control, "GET", "manifest"), control.url, control.control_token)
    if json:
        click.echo(json_format.dumps(found))
        return
    for name, value in found.items():
        click.echo(f"export {name}={shlex.quote(value)}")
