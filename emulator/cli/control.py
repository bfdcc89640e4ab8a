"""The verbs that call the control plane of a running emulator."""

import contextlib
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import click

from emulator.cli.client import CallFailed, Control, ControlGroup, Unreachable, control_options, json_option
from emulator.cli.durations import SYSTEM, Duration, Moment
from emulator.cli.ending import NOT_READY, fail
from emulator.cli.options import WITH_DEFAULTS
from emulator.cli.wording import counted

_POLL_S = 0.05


@click.command(context_settings=WITH_DEFAULTS)
@click.argument("event")
@click.option("--order", help="The order's id; by default the first one with fulfillments.")
@click.option(
    "--set",
    "set",
    multiple=True,
    metavar="PATH=VALUE",
    allow_from_autoenv=False,  # there, `set` is the behaviours that `serve` has
    help="Override a part of the body; repeatable.",
)
@click.option("--to", help="Send it to this URL only.")
@click.option("--chaos", help="What goes wrong with it, such as duplicate or wrong-key.")
@json_option
@control_options
def trigger(
    event: str, order: str | None, set: tuple[str, ...], to: str | None, chaos: str | None, json: bool, **at: str
) -> None:
    """Fire EVENT, such as fulfillments_updated or wixEvents_onOrderUpdated, and say how its deliveries went."""
    wanted = {"eventType": event, "orderId": order, "to": to, "chaos": chaos, "set": dict(map(_override, set))}
    control = Control(**at)
    fired = call(control, "POST", "events", {name: value for name, value in wanted.items() if value})
    for one in fired.get("unknown", ()):
        meant = f"; did you mean {one['didYouMean']}?" if one["didYouMean"] else ""
        click.echo(
            f"wix-emulator: --set: {event} is not known to have {one['path']}, and was sent with it{meant}", err=True
        )
    call(control, "POST", "settle", {})
    known = {delivery["id"] for delivery in fired["deliveries"]}
    deliveries = [one for one in call(control, "GET", "deliveries")["deliveries"] if one["id"] in known]
    if json:
        click.echo(_json({"event": fired["event"], "deliveries": deliveries}))
        return
    if not deliveries:
        click.echo("fired, but nobody is subscribed; start a receiver with: wix-emulator listen")
    for delivery in deliveries:
        click.echo(_line(delivery))


@click.command(context_settings=WITH_DEFAULTS)
@click.option("--event-type", help="Only of this type.")
@click.option("--order", help="Only about this order.")
@click.option(
    "--status",
    type=click.Choice(["waiting", "delivered", "exhausted"]),
    allow_from_autoenv=False,  # there, `status` is what `listen` answers
    help="Only in this state.",
)
@json_option
@control_options
def deliveries(event_type: str | None, order: str | None, status: str | None, json: bool, **at: str) -> None:
    """List webhook deliveries, newest last, a line each."""
    found = call(Control(**at), "GET", "deliveries", eventType=event_type, orderId=order, status=status)
    if json:
        click.echo(_json(found))
        return
    for delivery in found["deliveries"]:
        click.echo(_line(delivery))


@click.command(context_settings=WITH_DEFAULTS)
@json_option
@control_options
def reset(json: bool, **at: str) -> None:
    """Make the site as a fresh one."""
    answer = call(Control(**at), "POST", "reset", {})
    click.echo(_json(answer) if json else f"reset; fingerprint {answer['fingerprint']}")


@click.command(context_settings=WITH_DEFAULTS)
@click.argument("name", metavar="SEED")
@json_option
@control_options
def seed(name: str, json: bool, **at: str) -> None:
    """Merge SEED, a file or the name of a shipped one such as docs, into the site."""
    from emulator.seeds import document

    content = document(name)
    with _ending_the_command(f"{name}: "):
        answer = Control(**at).call("POST", "seed", content)
    click.echo(_json(answer) if json else f"merged {counted(len(answer['orders']), 'order')}")


@click.group(cls=ControlGroup, context_settings=WITH_DEFAULTS, invoke_without_command=True)
@json_option
@control_options
@click.pass_context
def clock(context: click.Context, /, json: bool, **at: str) -> None:
    """Show the site's time; or `advance` it, or `set` it."""
    if context.invoked_subcommand is None:
        _show_clock(call(Control(**at), "GET", "clock"), json)


@clock.command()
@click.argument("duration", type=Duration())
@json_option
@control_options
def advance(duration: timedelta, json: bool, **at: str) -> None:
    """Move the clock on by DURATION, such as 1h; what falls due on the way is sent."""
    _show_clock(call(Control(**at), "POST", "clock/advance", {"seconds": duration.total_seconds()}), json)


@clock.command("set")
@click.argument("time", type=Moment())
@json_option
@control_options
def set_(time: str, json: bool, **at: str) -> None:
    """Stop the clock at TIME (ISO 8601), or let it follow the system: `set system`."""
    wanted = {"mode": "system"} if time == SYSTEM else {"now": time}
    _show_clock(call(Control(**at), "PUT", "clock", wanted), json)


@click.command(context_settings=WITH_DEFAULTS)
@click.option("--timeout", type=Duration(), default="30s", help="Give up after this long.")
@control_options
def wait(timeout: timedelta, **at: str) -> None:
    """Return when the emulator is ready; exit status 3 if it is not in time."""
    control, deadline = Control(**at), time.monotonic() + timeout.total_seconds()
    while True:
        try:
            control.call("GET", "health")
        except CallFailed as error:
            if time.monotonic() >= deadline:
                fail(str(error), NOT_READY)
            time.sleep(_POLL_S)
        else:
            return


def call(control: Control, method: str, path: str, body: Any = None, **query: str | None) -> Any:
    """The JSON answer; ends the command if there is none."""
    with _ending_the_command():
        return control.call(method, path, body, **query)


def text(control: Control, method: str, path: str, body: Any = None, **query: str | None) -> str:
    """The answer as text; ends the command if there is none."""
    with _ending_the_command():
        return control.text(method, path, body, **query)


@contextlib.contextmanager
def _ending_the_command(subject: str = "") -> Iterator[None]:
    try:
        yield
    except Unreachable as error:
        fail(str(error), NOT_READY)
    except CallFailed as error:
        fail(f"{subject}{error}")


def _override(assignment: str) -> tuple[str, Any]:
    """`path=value`; a value that is JSON is taken as such, any other as text."""
    path, separator, value = assignment.partition("=")
    if not separator:
        raise click.UsageError(f"--set {assignment!r} is not PATH=VALUE")
    from pydantic_core import from_json

    try:
        given = from_json(value.encode(errors="surrogateescape"), allow_inf_nan=False)
        json.dumps(given, allow_nan=False)  # 1e999 is JSON too, but beyond all numbers
        return path, given
    except ValueError:
        return path, value


def _line(delivery: dict[str, Any]) -> str:
    attempts = delivery["attempts"]
    answer = (attempts[-1]["error"] or f"HTTP {attempts[-1]['status']}") if attempts else "not sent yet"
    retry = f", next attempt {delivery['dueAt']}" if delivery["dueAt"] else ""
    chaos = f", {delivery['chaos']}" if delivery["chaos"] else ""
    sequence = delivery["event"].get("entityEventSequence")
    entity = delivery["entityId"] + (f" #{sequence}" if sequence else "")
    outcome = f"attempt {len(attempts)}: {answer}{retry}{chaos}"
    return f"{delivery['status']:9} {delivery['eventType']} {entity} -> {delivery['subscription']['url']} ({outcome})"


def _show_clock(answer: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(_json(answer))
        return
    sent = f"; {answer['delivered']} delivered, {answer['failed']} failed" if "delivered" in answer else ""
    click.echo(f"{answer['now']} ({answer['mode']}){sent}")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
