"""A request that has arrived whole, carried out at once; an answer that is whole, written in one go.

uvicorn has a task for each request and two writes for each answer, which takes longer than most answers do.
"""

import types
from collections.abc import Coroutine, Generator
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle


class Exchange:
    """An ASGI application between uvicorn and ours: it holds an answer's head back until its body comes."""

    __slots__ = ("_app", "_cycle", "_head", "transport")

    def __init__(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:
        self._cycle, self._app = cycle, app
        self._head: Message | None = None
        self.transport = cycle.transport  # for who wants to drop the connection

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:  # noqa: ARG002 - ours is sent to instead
        """What the application does of it."""
        return self._app(scope, receive, self.send)

    def carry_out(self) -> Coroutine[Any, Any, None] | None:
        """Answer, up to where the application has to wait for something; the rest, if there is any."""
        answering = self._cycle.run_asgi(self)  # type: ignore[arg-type]  # it wants another library's type of the same
        try:
            awaited = answering.send(None)
        except StopIteration:
            return None
        return _rest(answering, awaited)

    async def send(self, message: Message) -> None:
        """Pass on what the application sends."""
        head, self._head = self._head, None
        if head is None:
            if message["type"] == "http.response.start" and self._is_unhindered():
                self._head = message
                return
        else:
            answer = _whole(head, message)
            if answer is not None:
                self._write(answer)
                return
            await self._cycle.send(head)  # type: ignore[arg-type]
        await self._cycle.send(message)  # type: ignore[arg-type]

    def _is_unhindered(self) -> bool:
        """Whether nothing is in the way of writing head and body together."""
        cycle = self._cycle
        is_open = cycle.keep_alive and not cycle.disconnected and not cycle.flow.write_paused
        return is_open and cycle.scope["method"] != "HEAD"

    def _write(self, answer: bytes) -> None:
        cycle = self._cycle
        cycle.response_started = cycle.response_complete = True
        self.transport.write(answer)
        cycle.message_event.set()
        cycle.on_response()


def _whole(head: Message, message: Message) -> bytes | None:
    """The answer's bytes, if they are all there and as announced; what is not is left to uvicorn."""
    headers, body = head["headers"], message["body"]
    lines = b"\r\n".join([b"%b: %b" % header for header in headers])
    is_announced = (b"content-length", b"%d" % len(body)) in headers
    is_clean = lines.count(b"\n") == lines.count(b"\r") == len(headers) - 1
    if message.get("more_body", False) or not is_announced or not is_clean:
        return None
    return b"%b%b\r\n\r\n%b" % (STATUS_LINE[head["status"]], lines, body)


@types.coroutine
def _rest(coroutine: Coroutine[Any, Any, None], awaited: Any) -> Generator[Any, Any, None]:
    """What is left of a coroutine that has come as far as waiting for that."""
    try:
        while True:
            try:
                sent = yield awaited
            except BaseException as error:  # noqa: BLE001 - it is for the coroutine
                awaited = coroutine.throw(error)
            else:
                awaited = coroutine.send(sent)
    except StopIteration:
        return
