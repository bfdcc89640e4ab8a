"""`wix-emulator exec -- CMD…`: a command with an emulator of its own."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from emulator.cli.client import Control
from emulator.cli.ending import NOT_READY, fail
from emulator.domain.site_ids import DEFAULT_SITE_ID
from emulator.environment import extended, variables
from emulator.process import NotStarted, launched

_NOT_FOUND = 127  # as a shell has it
_NOT_EXECUTABLE = 126
_SIGNALED = 128
_SEPARATOR = "--"


class _Exec(click.Command):
    """A verb whose options up to `--` are those of `serve`; what follows is the command."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        if args == ["--help"]:
            return super().parse_args(context, args)
        if _SEPARATOR not in args:
            raise click.UsageError("the command comes after --, as in: wix-emulator exec -- npm test", context)
        position = args.index(_SEPARATOR)
        context.params = {"options": args[:position], "command": args[position + 1 :]}
        if not context.params["command"]:
            raise click.UsageError("no command after --", context)
        return []


@click.command(cls=_Exec, options_metavar="[OPTIONS OF serve]")
@click.pass_context
def exec(context: click.Context, options: list[str], command: list[str]) -> None:  # noqa: A001 - the verb's name
    """Run a command with an emulator of its own: wix-emulator exec -- npm test.

    The emulator starts on a free port with the options of `serve` that stand before --, and ends with the command,
    whose exit status this is. The command finds it by the variables that `wix-emulator env` prints.
    """
    try:
        with launched(*options) as (url, token):
            site = os.environ.get("WIX_SITE_ID") or DEFAULT_SITE_ID
            manifest = Control(url, site, token).call("GET", "manifest")
            status = _run(command, extended(os.environ, variables(manifest, url, token)))
    except NotStarted as error:
        fail(str(error), error.status or NOT_READY)
    context.exit(status)


def _run(command: list[str], environment: dict[str, str]) -> int:
    """The command's exit status. It gets the signals that ask this process to stop."""
    try:
        with subprocess.Popen(command, env=environment) as process, _passing_on(process):  # noqa: S603 - asked for
            status = process.wait()
    except OSError as error:
        click.echo(f"wix-emulator: cannot run {command[0]}: {error.strerror}", err=True)
        return _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_EXECUTABLE
    return status if status >= 0 else _SIGNALED - status


@contextmanager
def _passing_on(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """SIGTERM goes on to the command; Ctrl-C reaches it from the terminal, and it decides what to do."""

    def pass_on(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the form of a signal's handler
        process.send_signal(number)

    previous = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, pass_on),
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
