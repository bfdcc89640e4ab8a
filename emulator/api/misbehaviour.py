"""Carries out a call of the emulated API, as it should be or as a fault wants it."""

import asyncio
from collections.abc import Iterable
from typing import Any

from starlette.types import Receive, Send

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.responses import JSON, SYSTEM_ERROR_BODY
from emulator.domain.events import Event
from emulator.faults import Fault
from emulator.journal import Entry
from emulator.site import Site


class ConnectionDropped(Exception):  # noqa: N818 - asked for, not an error
    """The reply of this call must not reach the client."""


class SiteReplaced(Exception):  # noqa: N818 - asked for, not an error
    """The site was reset, or another state loaded, while this call waited: it must leave no trace."""


async def misbehave(fault: Fault, call: Call, entry: Entry) -> Response:
    """Answer the call as the fault wants it. Raises the planned refusal, ConnectionDropped, SiteReplaced.

    Chaos that no event of the call brings to anybody has not happened: the fault waits for the next call.
    """
    effect = fault.effect
    if effect.refusal is not None:
        from emulator.domain.refusal_examples import planned

        raise planned(effect.refusal)
    if effect.status is not None:
        return Response(SYSTEM_ERROR_BODY, effect.status, media_type=JSON)
    if effect.drop == "beforeCommit":
        raise ConnectionDropped
    if effect.delay_ms is not None:
        epoch = call.site.epoch
        await asyncio.sleep(effect.delay_ms / 1000)
        if call.site.epoch != epoch:
            raise SiteReplaced
    call.site.mishap = effect.chaos
    call.site.journal.follow(entry)
    try:
        response = await call.operation.endpoint(call)
    finally:
        call.site.mishap = None
        if effect.chaos is not None and not _is_told(entry.events, call.site):
            call.site.faults.give_back(fault)
            entry.fault = None
    if effect.drop == "afterCommit":
        raise ConnectionDropped
    return response


def _is_told(events: Iterable[Event], site: Site) -> bool:
    return any(one.wants(event) for event in events for one in site.outbox.subscriptions.values())


async def drop_connection(receive: Receive, send: Send) -> None:
    """End the connection without a reply. ASGI has no word for it, so this reaches for uvicorn's transport."""
    transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        return  # another server: to return without a reply is as near as ASGI comes
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
