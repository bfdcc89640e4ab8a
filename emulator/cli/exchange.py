"""Requests that have arrived together: all of them are carried out, and then all answers are written.

uvicorn has a task for each request and two writes for each answer. And a server that goes from Python to the kernel and
back with every single one finds the processor's caches full of the other's code: that takes half as long again.
"""

import asyncio
import logging
import types
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

_log = logging.getLogger("emulator")
_TOGETHER_MAX = 16  # the first of them waits for the answers to all


class Exchange:
    """A request and its answer. It stands between uvicorn and the application, and writes an answer in one piece."""

    __slots__ = ("_answer", "_app", "_connection", "_cycle", "_head", "_is_held", "_is_read", "transport")

    def __init__(self, connection: HttpToolsProtocol, cycle: RequestResponseCycle, app: ASGIApp) -> None:
        self._connection, self._cycle, self._app = connection, cycle, app
        self.transport = cycle.transport  # for who wants to drop the connection
        self._head: Message | None = None
        self._answer: bytes | None = None
        self._is_read = False
        self._is_held = True

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:  # noqa: ARG002 - ours is sent to instead
        """What the application does of it."""
        return self._app(scope, receive if self._cycle.waiting_for_100_continue else self.receive, self.send)

    def carry_out(self) -> None:
        """Answer without a task; if the application has to wait for something, it goes on in one."""
        answering = self._cycle.run_asgi(self)  # type: ignore[arg-type]  # it wants another library's type of the same
        try:
            awaited = answering.send(None)
        except StopIteration:
            return
        task = self._connection.loop.create_task(_rest(answering, awaited))
        self._connection.tasks.add(task)
        task.add_done_callback(self._connection.tasks.discard)

    def release(self) -> None:
        """Write the answer, at once or as soon as there is one."""
        self._is_held = False
        if self._answer is not None:
            self._write(self._answer)

    async def receive(self) -> Message:
        """The body if it is there already, without waiting for it; whatever else may happen next."""
        cycle = self._cycle
        if self._is_read or cycle.more_body or cycle.disconnected:
            message: Any = await cycle.receive()
            self._is_read = not message.get("more_body", False)
            return message  # type: ignore[no-any-return]
        self._is_read = True
        cycle.message_event.clear()
        body, cycle.body = bytes(cycle.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        """Pass on what the application sends: the head of an answer with its body, if nothing is in the way."""
        head, self._head = self._head, None
        if head is None:
            if message["type"] == "http.response.start" and self._is_unhindered():
                self._head = message
                return
        else:
            answer = _whole(head, message)
            if answer is not None:
                self._end_with(answer)
                return
            await self._cycle.send(head)  # type: ignore[arg-type]
        await self._cycle.send(message)  # type: ignore[arg-type]

    def _is_unhindered(self) -> bool:
        cycle = self._cycle
        is_open = cycle.keep_alive and not cycle.disconnected and not cycle.flow.write_paused
        return is_open and cycle.scope["method"] != "HEAD"

    def _end_with(self, answer: bytes) -> None:
        self._cycle.response_started = self._cycle.response_complete = True
        self._cycle.message_event.set()
        if self._is_held:
            self._answer = answer
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        self.transport.write(answer)
        self._connection.on_response_complete()


class Batch:
    """What has arrived since the event loop came round last."""

    def __init__(self) -> None:
        self._waiting: deque[Exchange] = deque()
        self._is_due = False

    def add(self, exchange: Exchange) -> None:
        """Have it carried out when all that has arrived is read."""
        self._waiting.append(exchange)
        self._fall_due()

    def _fall_due(self) -> None:
        if self._waiting and not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._carry_out)

    def _carry_out(self) -> None:
        """Some of it; the rest when the event loop has looked after everything else, too."""
        self._is_due = False
        together = [self._waiting.popleft() for _ in range(min(len(self._waiting), _TOGETHER_MAX))]
        self._fall_due()
        for exchange in together:
            _take(exchange.carry_out, exchange)
        for exchange in together:
            _take(exchange.release, exchange)


def _take(step: Callable[[], None], exchange: Exchange) -> None:
    """Take that step of the exchange. Whatever goes wrong with it, the others are not to suffer."""
    try:
        step()
    except Exception:  # noqa: BLE001 - see above
        _log.exception("an answer is lost for a fault of ours")
        exchange.transport.abort()


def _whole(head: Message, message: Message) -> bytes | None:
    """The answer's bytes, if they are all there and as announced; what is not is left to uvicorn."""
    headers, body = head["headers"], message["body"]
    lines = b"\r\n".join([b"%b: %b" % header for header in headers])
    is_announced = (b"content-length", b"%d" % len(body)) in headers
    is_clean = lines.count(b"\n") == lines.count(b"\r") == len(headers) - 1
    if message.get("more_body", False) or not is_announced or not is_clean:
        return None
    return b"%b%b\r\n\r\n%b" % (STATUS_LINE[head["status"]], lines, body)


async def _rest(coroutine: Coroutine[Any, Any, None], awaited: Any) -> None:
    """What is left of a coroutine that has come as far as waiting for that."""
    await _stepped(coroutine, awaited)


@types.coroutine
def _stepped(coroutine: Coroutine[Any, Any, None], awaited: Any) -> Generator[Any, Any, None]:
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
