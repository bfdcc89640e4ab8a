"""`wix-emulator listen`: a webhook receiver that verifies, decodes and prints what it gets."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from emulator.cli.client import CallFailed, Control, Unreachable, WebUrl, control_options, fail
from emulator.cli.durations import Duration
from emulator.cli.server import Server, listening
from emulator.webhooks.envelope import EnvelopeError, open_token, verify_token
from emulator.webhooks.keys import KeyFileError, SigningKey

_DEFAULT_PORT = 8950
_FORWARD_TIMEOUT_S = 30


@click.command(context_settings={"auto_envvar_prefix": "WIX_EMULATOR", "show_default": True})
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
@click.option("--forward-to", type=WebUrl(), help="Pass each delivery on to this URL and answer with its status.")
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
    subscription = _subscribe(control, address)
    receiver = Receiver(key, status, delay.total_seconds(), forward_to, as_json=json)

    def announce() -> None:
        source = (
            control.url
            if subscription
            else "nobody yet; start the emulator with: wix-emulator --webhook-url " + address
        )
        click.echo(f"listening at {address} for {source}", err=json)

    configuration = uvicorn.Config(
        receiver, log_config=None, log_level="warning", access_log=False, lifespan="off", ws="none"
    )
    logging.basicConfig(level="WARNING")
    Server(configuration, announce).run(sockets=[listener])
    if subscription:
        _unsubscribe(control, subscription)


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery as it was understood: verified or why not, and its layers as far as they could be opened."""

    error: str | None
    layers: Mapping[str, Any]

    @property
    def event_type(self) -> str:
        """The envelope's event type, the Velo handler's name, or what the SDK's metadata says."""
        envelope = self.layers.get("envelope") or {}
        named = envelope.get("eventType") or self.layers.get("handler")
        metadata = _mapping(_mapping(self.layers.get("event")).get("metadata"))
        described = [str(metadata[key]) for key in ("entityFqdn", "slug") if key in metadata]
        return str(named or "_".join(described) or "unknown event")


class Receiver:
    """The ASGI application of the receiver."""

    def __init__(self, public_key: str, status: int, delay_s: float, forward_to: str | None, *, as_json: bool) -> None:
        self._public_key = public_key
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
            click.echo(self._printed(understand(body, self._public_key), status))
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
                session.post(str(self._forward_to), data=body, headers=headers) as answer,
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
        return f"{at:%H:%M:%S} {verdict} {received.event_type}{_summary(received.layers.get('event'))} -> {status}"


def understand(body: bytes, public_key: str) -> Received:
    """Verify and open a delivery, as far as possible."""
    text = body.decode("utf-8", errors="replace")
    if text.lstrip().startswith("{"):
        return _understand_json(text)
    layers: dict[str, Any] = {"token": text}
    try:
        opened = open_token(text)
        layers |= {"header": opened.header, "claims": opened.claims, "envelope": opened.envelope, "event": opened.event}
        verify_token(text, public_key)
    except EnvelopeError as error:
        return Received(str(error), layers)
    return Received(None, layers)


def _understand_json(text: str) -> Received:
    try:
        document = json.loads(text)
    except ValueError as error:
        return Received(f"not JSON: {error}", {"body": text})
    layers = document if "handler" in document else {"event": document}
    return Received("formats sdk and velo carry no signature", layers)


def _summary(event: Any) -> str:
    """The essence of an event: about which entity, its place in the sequence, what it holds."""
    event = _mapping(event)
    metadata = _mapping(event.get("metadata", event))
    entity = _mapping(event.get("entity") or _mapping(event.get("updatedEvent")).get("currentEntity"))
    parts = [f" {metadata.get('entityId') or event.get('orderNumber', '')}".rstrip()]
    if sequence := metadata.get("entityEventSequence"):
        parts.append(f"#{sequence}")
    if isinstance(fulfillments := entity.get("fulfillments"), list):
        parts.append(f"{len(fulfillments)} fulfillments")
    return " ".join(parts)


def _mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, an empty one if not: a test may send whatever it likes."""
    return value if isinstance(value, Mapping) else {}


def _subscribe(control: Control, address: str) -> str | None:
    """The id of a new subscription, or None if no emulator runs yet."""
    try:
        return str(control.call("POST", "webhooks", {"url": f"{address}/webhook"})["id"])
    except Unreachable:
        return None
    except CallFailed as error:
        fail(str(error))


def _unsubscribe(control: Control, subscription: str) -> None:
    with contextlib.suppress(CallFailed):  # emulator or subscription may have gone first
        control.call("DELETE", f"webhooks/{subscription}")


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
