"""The one ASGI layer: names the request, finds the site, reads the body, and lets an endpoint answer."""

import logging
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from emulator.api.call import Call, Emulator
from emulator.api.misbehaviour import ConnectionDropped, drop_connection, misbehave
from emulator.api.operation import Operation
from emulator.api.paths import PathTable
from emulator.api.responses import JSON, SYSTEM_ERROR_BODY, SYSTEM_ERROR_STATUS, render_refusal
from emulator.domain.refusals import InvalidRequest, PayloadTooLarge, Refusal, Violation
from emulator.domain.rules import SITE_HEADER
from emulator.journal import Entry
from emulator.site import Site
from emulator.sites import DEFAULT_SITE_ID

_log = logging.getLogger("emulator")
_SITE_ID_LENGTH_MAX = 100


class ClientGone(Exception):  # noqa: N818 - an event, not a fault
    """The client went away before its request was complete."""


class Gateway:
    """The ASGI application."""

    def __init__(self, operations: Iterable[Operation], emulator: Emulator, *, body_bytes_max: int) -> None:
        self._paths = PathTable(operations)
        self.emulator = emulator
        self._body_bytes_max = body_bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection's request, or follow the server's start and stop."""
        if scope["type"] == "http":
            try:
                response = await self._respond(scope, receive)
            except ClientGone:
                return
            except ConnectionDropped:
                await drop_connection(receive, send)
                return
            await response(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._follow_lifespan(receive, send)

    async def _respond(self, scope: Scope, receive: Receive) -> Response:
        headers = Headers(scope=scope)
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        is_control = path.startswith("/_emulator")
        named = _named_site(headers, scope["query_string"] if is_control else b"")
        site = self.emulator.sites.site(None if len(named) > _SITE_ID_LENGTH_MAX else named)
        entry = Entry(site.ids.request_id(), site.clock.now(), scope["method"], path)
        if not is_control:
            site.journal.record(entry)
        response = await self._answer(scope, receive, headers, site, entry, named)
        entry.status = response.status_code
        response.headers["x-wix-request-id"] = entry.request_id
        if entry.refusal is not None and not is_control:
            response.headers["x-emulator-explain"] = f"/_emulator/requests/{entry.request_id}{_site_query(site)}"
        return response

    async def _answer(
        self, scope: Scope, receive: Receive, headers: Headers, site: Site, entry: Entry, named: str
    ) -> Response:
        try:
            _refuse_long_site_id(named)
            operation, parameters = self._paths.find(entry.method, entry.path)
            entry.operation = operation.id
            body = await self._body(headers, receive)
            call = Call(operation, site, self.emulator, headers, parameters, scope["query_string"], body)
            effect = site.faults.take(operation.id)
            if effect is not None:
                return await misbehave(effect, call, operation.endpoint)
            return await operation.endpoint(call)
        except Refusal as refusal:
            entry.refusal = refusal
            return render_refusal(refusal, site.behaviours)
        except (ClientGone, ConnectionDropped):
            raise
        except Exception:  # noqa: BLE001 - see the next line
            # The outermost layer: whatever else goes wrong is a fault of ours, answered as Wix answers its own (R207).
            _log.exception("%s %s failed", entry.method, entry.path)
            return Response(SYSTEM_ERROR_BODY, SYSTEM_ERROR_STATUS, media_type=JSON)

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        """The whole body. Raises PayloadTooLarge as soon as it is known to be, ClientGone."""
        announced = headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > self._body_bytes_max:
            raise PayloadTooLarge(self._body_bytes_max)
        chunks, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > self._body_bytes_max:
                raise PayloadTooLarge(self._body_bytes_max)
            if not message.get("more_body", False):
                return b"".join(chunks)

    async def _follow_lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self.emulator.dispatcher.close()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


def _named_site(headers: Headers, query_string: bytes) -> str:
    """The site that the request names, on the control plane also as `?site=` (R211); empty if it names none."""
    site_id = headers.get("wix-site-id")
    if site_id is None and b"site=" in query_string:
        site_id = dict(parse_qsl(query_string.decode("latin-1"))).get("site")
    return site_id or ""


def _site_query(site: Site) -> str:
    """What a path of the control plane needs to be about that site."""
    return "" if site.id == DEFAULT_SITE_ID else f"?site={quote(site.id, safe='')}"


def _refuse_long_site_id(named: str) -> None:
    if len(named) > _SITE_ID_LENGTH_MAX:
        description = f"has size {len(named)}, expected {_SITE_ID_LENGTH_MAX} or less"
        raise InvalidRequest([Violation("wix-site-id", description, "MAX_LENGTH", rule=SITE_HEADER)])
