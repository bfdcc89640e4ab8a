"""`wix-emulator velo`: runs a Velo site's backend code offline."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn
from urllib.parse import urlsplit

import click

from emulator.address import is_loopback
from emulator.cli.client import CallFailed, Control, Unreachable, control_options
from emulator.cli.ending import NOT_READY, WRONG_USAGE, fail, stop_signals
from emulator.cli.options import WITH_DEFAULTS
from emulator.process import NotStarted, launched
from emulator.velo.node import MODULE, NodeMissing
from emulator.velo.site import VeloError, VeloSite

_STDOUT = 1


@click.command(
    context_settings=WITH_DEFAULTS,
    epilog=f"Test suites in Node import startVelo from {MODULE} (--module prints it), those in Python VeloSite from "
    "emulator.velo.",
)
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("arguments", metavar="[ARGUMENTS]", required=False)
@click.option("--call", metavar="FILE:FUNCTION", help="Run one function with the JSON array ARGUMENTS, and end.")
@click.option(
    "--module",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, option, value: _print_module(context) if value else None,  # noqa: ARG005 - click's form
    help="Print the path of the module for test suites in Node, and end.",
)
@control_options
def velo(directory: Path, arguments: str | None, call: str | None, **at: str) -> None:
    """Run the Velo site in DIR, which holds backend/ or is it.

    Its code calls the emulator at --url (started here, if none answers on this machine), and its events.js gets the
    events, which Wix does not fire in preview. A changed file counts from the next event or call.

    With --call, such as --call backend/shipping.js:ship '["my-order"]', one function runs instead: its result is
    printed as JSON on the last line; if it rejects, the error is, and the exit status is 1. What it logs goes to
    standard error.
    """
    given = _given(arguments, call)
    try:
        with _emulator(Control(**at)) as control:
            if call is None:
                _serve(directory, control)
            else:
                _call(directory, control, call, given)
    except NodeMissing as error:
        fail(str(error), NOT_READY)
    except VeloError as error:
        fail(str(error), WRONG_USAGE)


def _print_module(context: click.Context) -> NoReturn:
    click.echo(MODULE)
    context.exit()


def _given(arguments: str | None, call: str | None) -> list[Any]:
    """The arguments as a list. A usage error if they are none, or without a call."""
    if arguments is None:
        return []
    if call is None:
        raise click.UsageError("ARGUMENTS go with --call FILE:FUNCTION")
    try:
        given = json.loads(arguments)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"ARGUMENTS is not JSON: {error}") from None
    if not isinstance(given, list):
        raise click.UsageError(f"""ARGUMENTS must be a JSON array, such as '["my-order"]'; it is {arguments}""")
    return given


def _call(directory: Path, control: Control, function: str, given: list[Any]) -> None:
    at = (control.url, control.site)
    with VeloSite.start(directory, *at, control_token=control.control_token, events=False) as running:
        try:
            result = running.call(function, *given)
        except VeloError as error:
            click.echo(json.dumps(error.details, ensure_ascii=False) if error.details else error.stack, err=True)
            fail(f"{function}: {error}")
    click.echo(json.dumps(result, ensure_ascii=False))


def _serve(directory: Path, control: Control) -> None:
    at = (control.url, control.site)
    for number in stop_signals():
        signal.signal(number, _stop)
    with VeloSite.start(directory, *at, control_token=control.control_token, output=_STDOUT) as running:
        click.echo(f"running {running.folder} for {control.url} (site {control.site})")
        click.echo(f"  handlers  {', '.join(running.handlers) or 'none; events.js exports them'}")
        for unknown in running.unknown_handlers:
            click.echo(f"  {unknown} is never called; there are {', '.join(running.known_handlers)}")
        status = running.process.wait()
    fail(f"node ended with status {status}")


def _stop(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - the form of a signal's handler
    sys.exit(0)


@contextmanager
def _emulator(control: Control) -> Iterator[Control]:
    """An emulator answers while this lasts; if none does already, one of our own."""
    try:
        control.call("GET", "health")
    except Unreachable as error:
        address = urlsplit(control.url)
        if address.scheme != "http" or not is_loopback(control.url):
            fail(str(error), NOT_READY)
        with _own_emulator(str(address.hostname), address.port or 80) as token:
            yield Control(control.url, control.site, token)
    except CallFailed as error:
        fail(str(error), NOT_READY)
    else:
        yield control


@contextmanager
def _own_emulator(host: str, port: int) -> Iterator[str | None]:
    try:
        with launched("--host", host, "--port", str(port)) as (url, token):
            click.echo(f"started an emulator at {url}", err=True)
            yield token
    except NotStarted as error:
        fail(str(error), error.status or NOT_READY)
