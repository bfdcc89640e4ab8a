"""Carries out a fault on a call."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Send

from emulator.api.call import Call
from emulator.api.responses import JSON, SYSTEM_ERROR_BODY
from emulator.domain.refusals import PlannedRefusal, find_refusal
from emulator.faults import Effect

Answer = Callable[[Call], Awaitable[Response]]


class ConnectionDropped(Exception):  # noqa: N818 - asked for, not an error
    """The reply of this call must not reach the client."""


async def misbehave(effect: Effect, call: Call, answer: Answer) -> Response:
    """Answer the call as the fault wants it. Raises PlannedRefusal, ConnectionDropped."""
    if effect.refusal is not None and (original := find_refusal(effect.refusal)):
        raise PlannedRefusal(original)
    if effect.status is not None:
        return Response(SYSTEM_ERROR_BODY, effect.status, media_type=JSON)
    if effect.drop == "beforeCommit":
        raise ConnectionDropped
    if effect.delay_ms is not None:
        await asyncio.sleep(effect.delay_ms / 1000)
    call.site.mishap = effect.chaos
    try:
        response = await answer(call)
    finally:
        call.site.mishap = None
    if effect.drop == "afterCommit":
        raise ConnectionDropped
    return response


async def drop_connection(receive: Receive, send: Send) -> None:
    """End the connection without a reply. ASGI has no word for it, so this reaches for uvicorn's transport."""
    transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        return  # another server: to return without a reply is as near as ASGI comes
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
