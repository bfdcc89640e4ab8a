"""The command `wix-emulator`: its verbs, and where their options come from besides flags."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import yaml

from emulator import __version__
from emulator.cli.control import clock, deliveries, reset, seed, trigger, wait
from emulator.cli.listen import listen
from emulator.cli.openapi import openapi
from emulator.cli.serve import serve
from emulator.cli.velo import velo
from emulator.seeds import SeedError
from emulator.settings import SettingsError, flatten, suggestion
from emulator.webhooks.keys import KeyFileError

CONFIGURATION = "wix-emulator.yaml"
ENVIRONMENT_PREFIX = "WIX_EMULATOR_"
_DEFAULT_VERB = "serve"


class _Verbs(click.Group):
    """A group whose verb may be left out: then it is `serve`."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("--help", "--version")):
            arguments = [_DEFAULT_VERB, *arguments]
        return super().parse_args(context, arguments)


@click.group(cls=_Verbs)
@click.version_option(__version__)
@click.pass_context
def verbs(context: click.Context) -> None:
    """An offline emulator of the Wix eCommerce Order Fulfillments API. Without a verb: serve.

    An option is taken from its flag, else from WIX_EMULATOR_<NAME>, else from wix-emulator.yaml in the working
    directory.
    """
    _refuse_unknown_variables(os.environ)
    settings = _configuration(Path(CONFIGURATION))
    context.default_map = dict.fromkeys(verbs.commands, settings)


for _verb in (serve, listen, trigger, deliveries, wait, reset, seed, clock, openapi, velo):
    verbs.add_command(_verb)


def main() -> None:
    """Run the command line. Exit status: 0 ok, 1 failed, 2 wrong usage or configuration, 3 not ready."""
    try:
        verbs(prog_name="wix-emulator", auto_envvar_prefix=None)
    except (SettingsError, SeedError, KeyFileError) as error:
        click.echo(f"wix-emulator: {error}", err=True)
        sys.exit(2)


def option_names() -> set[str]:
    """Every option of every verb, as a configuration file names it."""
    return {
        option.name
        for verb in verbs.commands.values()
        for option in verb.params
        if isinstance(option, click.Option) and option.name
    }


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    known = {f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in option_names()}
    for name in environment:
        if name.startswith(ENVIRONMENT_PREFIX) and name not in known:
            raise SettingsError(f"unknown environment variable {name}; {suggestion(name, known)}")


def _configuration(path: Path) -> dict[str, Any]:
    """The options of the configuration file, if there is one. Raises SettingsError."""
    if not path.is_file():
        return {}
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict):
        raise SettingsError(f"{path}: must be a mapping of options")
    known = option_names()
    options = {}
    for key, value in document.items():
        name = str(key).replace("-", "_")
        if name not in known:
            raise SettingsError(f"{path}: unknown key {key}; {suggestion(name, known)}")
        options[name] = flatten(value) if isinstance(value, Mapping) else value
    return options
