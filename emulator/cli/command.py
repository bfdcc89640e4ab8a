"""The command `wix-emulator`: its verbs, and where their options come from besides flags."""

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from emulator import __version__
from emulator.address import DEFAULT_PORT
from emulator.cli.ending import WRONG_USAGE, fail
from emulator.cli.options import ENVIRONMENT_PREFIX
from emulator.errors import UsageError

CONFIGURATION = "wix-emulator.yaml"
_DEFAULT_VERB = "serve"
_FREE_PORT = "0"
_PORT_MAX = 65_535


# Each verb and the module that has it: imported when it is called, for a start is paid for in every test run.
_VERBS = {
    "serve": "serve",
    "exec": "exec",
    "env": "env",
    "listen": "listen",
    "trigger": "control",
    "deliveries": "control",
    "wait": "control",
    "reset": "control",
    "seed": "control",
    "snapshot": "snapshot",
    "clock": "control",
    "rules": "rules",
    "openapi": "openapi",
    "conformance": "conformance",
    "velo": "velo",
}


class _Verbs(click.Group):
    """A group whose verb may be left out: then it is `serve`."""

    def list_commands(self, context: click.Context) -> list[str]:  # noqa: ARG002 - the same in any context
        return list(_VERBS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if name not in _VERBS:
            return None
        verb: click.Command = getattr(import_module(f"emulator.cli.{_VERBS[name]}"), name)
        return verb

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if arguments[0] not in _VERBS:
            context.fail(f"No such command {arguments[0]!r}; {_suggestion(arguments[0], set(_VERBS))}")
        return super().resolve_command(context, arguments)

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except click.BadParameter as error:
            _blame_the_source(error)
            raise

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
    directory. There, `port` is that of serve and `status` that of listen, and the default of `url` follows `port`.
    """
    _refuse_unknown_variables(os.environ)
    settings = _configuration(Path(CONFIGURATION))
    port = _port(settings)
    if port != _FREE_PORT:  # then that is where the other verbs find the emulator
        settings.setdefault("url", f"http://127.0.0.1:{port}")
    if settings:
        context.default_map = {verb: _of_verb(verb, settings) for verb in _VERBS}


def run() -> None:
    """Run what the arguments say."""
    try:
        verbs(prog_name="wix-emulator", auto_envvar_prefix=None)
    except UsageError as error:
        fail(str(error), WRONG_USAGE)


def known_options() -> dict[str, click.Option]:
    """Every option that has one meaning for all verbs that take it, by its name in a configuration file."""
    return {name: option for verb in _VERBS for name, option in _options(verb).items()}


def _blame_the_source(error: click.BadParameter) -> None:
    """Have the message name what the user wrote, where that is no flag."""
    from click.core import ParameterSource

    option, context = error.param, error.ctx
    if option is None or option.name is None or context is None:
        return
    if context.get_parameter_source(option.name) in (ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP):
        from emulator.cli.sources import named

        error.param_hint = named(option.name, context)


def _port(settings: Mapping[str, Any]) -> str:
    """The port that is configured, wherever; the other verbs find the emulator there. Raises UsageError."""
    variable = f"{ENVIRONMENT_PREFIX}PORT"
    given = os.environ.get(variable)
    port = str(given or settings.get("port", _FREE_PORT))
    if not (port.isascii() and port.isdecimal() and int(port[:6]) <= _PORT_MAX):
        source = variable if given else f"port in {CONFIGURATION}"
        raise UsageError(f"{source}: takes a number from 0 to 65535, such as {DEFAULT_PORT}; got {port!r}")
    return port


def _options(verb: str) -> dict[str, click.Option]:
    """The verb's options that file and environment can set."""
    command = verbs.get_command(click.Context(verbs), verb)
    found = [one for one in command.params if isinstance(one, click.Option)] if command else []
    return {option.name: option for option in found if option.name and option.allow_from_autoenv}


def _of_verb(verb: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    known = _options(verb)
    return {name: value for name, value in settings.items() if name in known}


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    named = [name for name in environment if name.startswith(ENVIRONMENT_PREFIX)]
    known = {f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in known_options()} if named else set()
    for name in named:
        if name not in known:
            raise UsageError(f"unknown environment variable {name}; {_suggestion(name, known)}")


def _suggestion(unknown: str, known: set[str]) -> str:
    from emulator.settings import suggestion

    return suggestion(unknown, known)


def _configuration(path: Path) -> dict[str, Any]:
    """The options of the configuration file, if there is one. Raises UsageError."""
    if not path.is_file():
        return {}
    import yaml

    from emulator import documents

    try:
        # Every value as the text that a flag would have: `off` is a word and 0012 an id.
        document = documents.load(path.read_bytes(), getattr(yaml, "CBaseLoader", yaml.BaseLoader)) or {}
    except (OSError, documents.DocumentError) as error:
        raise UsageError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict):
        raise UsageError(f"{path}: must be a mapping of options")
    known = known_options()
    options: dict[str, Any] = {}
    for key, value in document.items():
        name = str(key).replace("-", "_")
        if name not in known:
            raise UsageError(f"{path}: unknown key {key}; {_suggestion(name, set(known))}")
        if value != "":
            options[name] = _values(path, key, value) if known[name].multiple else _value(path, key, value)
    return options


def _value(path: Path, key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{path}: {key}: takes one value")
    return value


def _values(path: Path, key: str, value: Any) -> list[str]:
    from emulator.settings import flatten

    values = flatten(value) if isinstance(value, Mapping) else [value] if isinstance(value, str) else list(value)
    return [_value(path, key, one) for one in values]
