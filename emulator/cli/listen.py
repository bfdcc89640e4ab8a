"""`wix-emulator listen`: a webhook receiver that verifies, decodes and prints what it gets."""

import asyncio
import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import uvicorn
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from emulator.cli.client import CallFailed, Control, Unreachable, WebUrl, control_options
from emulator.cli.durations import Duration
from emulator.cli.ending import fail
from emulator.cli.options import WITH_DEFAULTS
from emulator.cli.own_subscription import OwnSubscription
from emulator.cli.server import Server, listening
from emulator.domain.deliveries import refuse_as_receiver
from emulator.webhooks.keys import KeyFileError, SigningKey
from emulator.webhooks.received import Received, as_mapping, understood

_DEFAULT_PORT = 8950
_FORWARD_TIMEOUT_S = 30


class _Receiver(WebUrl):
    """A command line value that is a URL to which webhooks may go."""

    def convert(self, value: str, param: click.Parameter | None, context: click.Context | None) -> str:
        """The URL; a usage error if it is none, or one of Wix's."""
        url = super().convert(value, param, context)
        try:
            return refuse_as_receiver(url)
        except PydanticCustomError as refused:
            self.fail(str(refused), param, context)


@click.command(context_settings=WITH_DEFAULTS)
@click.option(
    "-p",
    "--port",
    type=click.IntRange(0, 65_535),
    default=_DEFAULT_PORT,
    allow_from_autoenv=False,  # there, `port` is the emulator's
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--status", type=click.IntRange(200, 599), default=200, help="Answer with this status.")
@click.option("--delay", type=Duration(), default="0s", help="Answer after this long, such as 2s.")
@click.option("--forward-to", type=_Receiver(), help="Pass each delivery on to this URL and answer with its status.")
@click.option(
    "--public-key", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="PEM file to verify with."
)
@click.option("--json", "json", is_flag=True, help="Print each delivery as a line of JSON.")
@control_options
def listen(
    port: int, status: int, delay: timedelta, forward_to: str | None, public_key: Path | None, json: bool, **at: str
) -> None:
    """Receive webhooks of the emulator at --url: subscribe there, verify each delivery, print a line for it."""
    control = Control(**at)
    key = _read_key(public_key) if public_key else _public_key(control)
    listener = listening("127.0.0.1", port)
    listener.listen()  # from here on a delivery waits for its answer; before, it would be refused
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    receiver = Receiver(control, key, status, delay.total_seconds(), forward_to, as_json=json)

    def meet(has_subscribed: bool) -> None:
        if public_key is None:
            receiver.public_key = control.text("GET", "public-key")
        subscribed = f"subscribed at {control.url}, which did not know this listener (any more)"
        click.echo(subscribed if has_subscribed else f"{control.url} answers again", err=json)

    subscription = OwnSubscription(control, address, meet)
    source = _begin(subscription, control, address)

    def announce() -> None:
        click.echo(f"listening at {address} for {source}", err=json)

    configuration = uvicorn.Config(
        receiver, log_config=None, log_level="warning", access_log=False, lifespan="off", ws="none"
    )
    logging.basicConfig(level="WARNING")
    Server(configuration, announce).run(sockets=[listener])
    subscription.end()


class Receiver:
    """The ASGI application of the receiver."""

    def __init__(
        self, control: Control, public_key: str, status: int, delay_s: float, forward_to: str | None, *, as_json: bool
    ) -> None:
        self._control = control
        self.public_key = public_key
        self._status = status
        self._delay_s = delay_s
        self._forward_to = forward_to
        self._as_json = as_json

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one delivery."""
        request = Request(scope, receive)
        response: Response = PlainTextResponse("send webhooks here by POST\n", 405)
        if request.method == "POST":
            body = await request.body()
            status = await self._forward(request, body) if self._forward_to else self._status
            now = await asyncio.to_thread(_now, self._control)
            click.echo(self._printed(understood(body, self.public_key, now), status))
            await asyncio.sleep(self._delay_s)
            response = Response(status_code=status)
        await response(scope, receive, send)

    async def _forward(self, request: Request, body: bytes) -> int:
        from aiohttp import ClientError, ClientSession, ClientTimeout

        headers = {"content-type": request.headers.get("content-type", "text/plain")}
        timeout = ClientTimeout(total=_FORWARD_TIMEOUT_S)
        try:
            async with (
                ClientSession(timeout=timeout) as session,
                session.post(str(self._forward_to), data=body, headers=headers, allow_redirects=False) as answer,
            ):
                return answer.status
        except (ClientError, TimeoutError) as error:
            click.echo(f"could not forward to {self._forward_to}: {error or type(error).__name__}", err=True)
            return 502

    def _printed(self, received: Received, status: int) -> str:
        at = datetime.now(UTC)
        if self._as_json:
            entry = {"receivedAt": at.isoformat(), "verified": received.error is None, "error": received.error}
            return json.dumps(entry | {"status": status} | dict(received.layers), ensure_ascii=False)
        verdict = "verified" if received.error is None else f"NOT VERIFIED ({received.error})"
        return f"{at:%H:%M:%S} {verdict} {received.event_type or 'unknown event'}{_summary(received)} -> {status}"


def _summary(received: Received) -> str:
    """The essence of an event: about which entity, its place in the sequence, what it holds."""
    event, entity = received.event, as_mapping(received.entity)
    metadata = as_mapping(event.get("metadata", event))
    parts = [f" {metadata.get('entityId') or event.get('orderNumber', '')}".rstrip()]
    if sequence := metadata.get("entityEventSequence"):
        parts.append(f"#{sequence}")
    if isinstance(fulfillments := entity.get("fulfillments"), list):
        parts.append(f"{len(fulfillments)} fulfillments")
    return " ".join(parts)


def _begin(subscription: OwnSubscription, control: Control, address: str) -> str:
    """Subscribe; whose events the listener gets."""
    try:
        subscription.begin()
    except Unreachable:
        return (
            f"nobody yet, as no emulator answers at {control.url}: it subscribes as soon as one does, or is told with: "
            f"wix-emulator --webhook-url {address}"
        )
    except CallFailed as error:
        fail(str(error))
    return control.url


def _now(control: Control) -> datetime:
    """The time by the site's clock, which tokens follow; the system's if no emulator runs."""
    try:
        return datetime.fromisoformat(control.call("GET", "clock")["now"])
    except CallFailed:
        return datetime.now(UTC)


def _read_key(path: Path) -> str:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    pem = path.read_bytes()
    try:
        load_pem_public_key(pem)
    except ValueError as error:
        raise KeyFileError(f"{path}: not a PEM public key ({error})") from error
    return pem.decode("ascii", errors="replace")


def _public_key(control: Control) -> str:
    """The emulator's own key if it runs, else the development key."""
    try:
        return control.text("GET", "public-key")
    except Unreachable:
        return SigningKey().public_pem
    except CallFailed as error:
        fail(str(error))
