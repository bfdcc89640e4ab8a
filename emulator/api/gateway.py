"""The one ASGI layer: names the request, finds the site, reads the body, and lets an endpoint answer."""

import logging
import secrets
import time
import traceback
from asyncio import CancelledError
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import formatdate
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from emulator.api.answer import Response
from emulator.api.bodies import ClientGone, plain_body, received_body
from emulator.api.call import Call, Emulator
from emulator.api.cors import allowed_origin, options
from emulator.api.misbehaviour import ConnectionDropped, SiteReplaced, drop_connection, misbehave
from emulator.api.operation import CONTROL_PATH, Operation
from emulator.api.paths import PathTable
from emulator.api.reception import Arrival, Reception
from emulator.api.responses import JSON, SYSTEM_ERROR_BODY, SYSTEM_ERROR_STATUS, render_refusal
from emulator.api.strictness import refuse_unread
from emulator.domain.refusals import Refusal
from emulator.domain.site_ids import DEFAULT_SITE_ID, refuse_long_site_id
from emulator.journal import Entry
from emulator.site import Site

if TYPE_CHECKING:
    from emulator.api.contract import Contract

_log = logging.getLogger("emulator")
_CONTROL_PATH = CONTROL_PATH.encode("ascii")
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
REPLACED_STATUS = 503  # for a request that waited while its site was reset: it has changed nothing, try again


class Gateway:
    """The ASGI application."""

    def __init__(
        self,
        emulated: PathTable,
        control: Callable[[], Iterable[Operation]],
        emulator: Emulator,
        *,
        body_bytes_max: int,
        contract: "Contract | None" = None,
    ) -> None:
        """`control` gives the control plane's operations when the first of them is called: they take long to import."""
        self._emulated = emulated
        self._control_operations = control
        self.emulator = emulator
        self._reception = Reception(emulator, lambda: self._control)
        self._body_bytes_max = body_bytes_max
        self._contract = contract
        self._answered = self._answer if emulator.keeper is None else self._answer_when_kept

    @staticmethod
    def is_prompt(raw_path: bytes) -> bool:
        """Whether a request of that path is answered without waiting, as the emulated API does but for a planned fault.

        So much is certain: until it waits, it asks for nothing that only a task can have.
        """
        return not raw_path.startswith(_CONTROL_PATH)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection's request, or follow the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._follow_lifespan(receive, send)
        if scope["type"] != "http":
            return
        started, response = time.monotonic(), None
        try:
            arrival = self._reception.arrival(scope, receive)
        except Exception:  # noqa: BLE001 - as in `_answer`; without a site, nothing notes it but the log
            await _lost(scope)(scope, receive, send)
            return
        arrival.site.requests_in_flight += 1
        try:
            response = self._noted(arrival, await self._answered(arrival))
        except ClientGone:
            arrival.entry.ending = "clientGone"
        except ConnectionDropped:
            arrival.entry.ending = "connectionDropped"
        finally:
            self._close(arrival, started)
        if response is not None:
            response.raw_headers += self._common_headers(arrival)
            await response(scope, receive, send)
        elif arrival.entry.ending == "connectionDropped":
            await drop_connection(receive, send)

    @cached_property
    def _control(self) -> PathTable:
        return PathTable(self._control_operations())

    def _noted(self, arrival: Arrival, response: Response) -> Response:
        """The answer, as the journal has it from now on."""
        entry = arrival.entry
        if self._contract is not None and not arrival.is_control:
            response = _held_to(self._contract, entry, response)
        entry.ending, entry.status, entry.answer = "answered", response.status_code, response.body
        return response

    @staticmethod
    def _close(arrival: Arrival, started: float) -> None:
        site, entry = arrival.site, arrival.entry
        site.requests_in_flight -= 1
        if not site.clock.is_manual:
            entry.duration_ms = round((time.monotonic() - started) * 1000)
        site.journal.close(entry)

    def _common_headers(self, arrival: Arrival) -> list[tuple[bytes, bytes]]:
        """The headers that every answer has."""
        site, entry = arrival.site, arrival.entry
        request_id = entry.request_id.encode("ascii")
        headers = [(b"x-wix-request-id", request_id), (b"date", _http_date(int(site.clock.now().timestamp())))]
        if not arrival.is_control:
            headers.append((b"x-wix-consistent", request_id))
            if entry.refusal is not None:
                explanation = f"/_emulator/requests/{entry.request_id}{_site_query(site)}"
                headers.append((b"x-emulator-explain", explanation.encode("ascii")))
        asked = arrival.head.by_name
        if "origin" in asked and (not arrival.is_control or self.emulator.admission.welcomes(asked)):
            headers += allowed_origin(asked["origin"])
        return headers

    async def _answer_when_kept(self, arrival: Arrival) -> Response:
        """Answer, once the state file has what it tells, if answers wait for that; who only looks gets one anyway."""
        entry = arrival.entry
        try:
            response = await self._answer(arrival)
        except ConnectionDropped:  # which tells, like an answer, that a fault was met
            await self._kept(arrival.site)
            raise
        trouble = await self._kept(arrival.site)
        if trouble is None or entry.method in _SAFE_METHODS:
            return response
        told = _told(f"{entry.method} {entry.path}", entry)
        _log.error("%s is answered with %d: %s", told, SYSTEM_ERROR_STATUS, trouble)
        entry.failure = trouble
        return Response(SYSTEM_ERROR_BODY, SYSTEM_ERROR_STATUS, media_type=JSON)

    async def _kept(self, site: Site) -> str | None:
        return None if self.emulator.keeper is None else await self.emulator.keeper.kept(site)

    async def _answer(self, arrival: Arrival) -> Response:
        site, entry = arrival.site, arrival.entry
        try:
            return await self._dispatch(arrival)
        except Refusal as refusal:
            entry.refusal = refusal.at_rest()
            return render_refusal(refusal, site.behaviours)
        except SiteReplaced:
            return Response(SYSTEM_ERROR_BODY, REPLACED_STATUS, media_type=JSON)
        except (ClientGone, ConnectionDropped):
            raise
        except CancelledError:
            if self.emulator.streams.are_closed:  # the server stops, and has waited long enough
                raise ConnectionDropped from None
            raise
        except Exception:  # noqa: BLE001 - see the next line
            # The outermost layer: whatever else goes wrong is a fault of ours, answered as Wix answers its own (R207).
            entry.failure = _told(traceback.format_exc(), entry)
            _log.error("%s failed\n%s", _told(f"{entry.method} {entry.path}", entry), entry.failure)
            return Response(SYSTEM_ERROR_BODY, SYSTEM_ERROR_STATUS, media_type=JSON)
        finally:
            site.journal.let_go(entry)

    async def _dispatch(self, arrival: Arrival) -> Response:
        headers, site, entry = arrival.head.by_name, arrival.site, arrival.entry
        self.emulator.admission.refuse_foreign_host(headers)
        if arrival.named_site:
            refuse_long_site_id(arrival.named_site)
        paths = self._control if arrival.is_control else self._emulated
        if entry.method == "OPTIONS":
            return options(headers, paths.methods(entry.path))
        operation, parameters = paths.find(entry.method, entry.path)
        entry.operation = operation.id
        if arrival.is_control:
            self.emulator.admission.admit(operation, headers, arrival.scheme)
        if operation.scope is not None:
            self.emulator.guard.admit(operation, headers, arrival.head.token, site)
            site.rate_limit.count(entry.at)
        if arrival.head.announces_body or entry.method not in _SAFE_METHODS:
            bytes_max = operation.body_bytes_max or self._body_bytes_max
            body = None if arrival.whole is None else arrival.whole.body()
            body = await _received(arrival, bytes_max) if body is None else body
            entry.body = plain_body(headers, body, bytes_max)
        call = Call(operation, site, self.emulator, headers, parameters, entry.query, entry.body)
        if arrival.is_control:
            return await _steer(call)
        entry.fault = site.faults.take(operation.id, is_heard=bool(site.outbox.subscriptions))
        if entry.fault is not None:
            return await misbehave(entry.fault, call, entry)
        site.journal.follow(entry)
        return await operation.endpoint(call)

    async def _follow_lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            keeper = self.emulator.keeper
            if message["type"] == "lifespan.startup" and keeper is not None:
                keeper.start()
            if message["type"] == "lifespan.shutdown":
                await self.emulator.dispatcher.close()
                if keeper is not None:
                    await keeper.close()  # what could not be sent waits in the file
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


async def _received(arrival: Arrival, bytes_max: int) -> bytes:
    """The body, waited for. Raises PayloadTooLarge, ClientGone, SiteReplaced."""
    epoch = arrival.site.epoch
    body = await received_body(arrival.head.by_name, arrival.receive, bytes_max)
    if arrival.site.epoch != epoch:
        raise SiteReplaced
    return body


def _held_to(contract: "Contract", entry: Entry, response: Response) -> Response:
    """The answer if it is as openapi.yaml says; otherwise a fault of ours, told loudly."""
    complaint = contract.complaint(entry, response) if response.status_code != REPLACED_STATUS else None
    if complaint is None:
        return response
    entry.answer = answer = bytes(response.body)
    said = f"{entry.method} {entry.path} answered {response.status_code}, but not as openapi.yaml says: {complaint}"
    entry.failure = _told(said, entry)
    _log.error("%s; the answer was %s", entry.failure, _told(answer.decode(errors="replace"), entry))
    return Response(SYSTEM_ERROR_BODY, SYSTEM_ERROR_STATUS, media_type=JSON)


def _lost(scope: Scope) -> Response:
    """The answer to a request whose site cannot be had."""
    path = scope["path"]
    entry = Entry(f"0.{secrets.randbits(63)}", datetime.now(UTC), scope["method"], path, headers=scope["headers"])
    _log.error("%s", _told(f"{entry.method} {path} failed\n{traceback.format_exc()}", entry))
    headers = {"x-wix-request-id": entry.request_id, "date": formatdate(usegmt=True)}
    return Response(SYSTEM_ERROR_BODY, SYSTEM_ERROR_STATUS, headers, JSON)


def _told(text: str, entry: Entry) -> str:
    """What journal and log may say of a fault of ours."""
    from emulator.api.redaction import without_secrets

    return without_secrets(text, entry)


async def _steer(call: Call) -> Response:
    """Answer a call of the control plane, and tell what it may have changed."""
    refuse_unread(call)
    response = await call.operation.endpoint(call)
    if call.operation.method != "GET":
        call.site.changes.tell("control", call.operation.id)
    return response


def _site_query(site: Site) -> str:
    """What a path of the control plane needs to be about that site."""
    return "" if site.id == DEFAULT_SITE_ID else f"?site={quote(site.id, safe='')}"


@lru_cache(maxsize=64)
def _http_date(second: int) -> bytes:
    """The site's time as the header `Date` has it, so that on a manual clock answers repeat to the byte."""
    return formatdate(second, usegmt=True).encode("ascii")
