"""Requests that have arrived together: all are carried out, then all that paused go on, then all answers are written.

uvicorn has a task for each request and two writes for each answer. And a server that goes from Python to the kernel and
back with every single one finds the processor's caches full of the other's code: that takes half as long again.
"""

import asyncio
import logging
import types
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from emulator.api.answer import WHOLE

_log = logging.getLogger("emulator")
_TOGETHER_MAX = 16  # the first of them waits for the answers to all


class Exchange:
    """A request and its answer. It stands between uvicorn and the application, and takes an answer in one piece."""

    __slots__ = ("_answer", "_app", "_connection", "_cycle", "_is_held", "_is_read", "_paused", "transport")

    def __init__(self, connection: HttpToolsProtocol, cycle: RequestResponseCycle, app: ASGIApp) -> None:
        self._connection, self._cycle, self._app = connection, cycle, app
        self.transport = cycle.transport
        self._answer: bytes | None = None
        self._is_read = False
        self._is_held = True
        self._paused: Coroutine[Any, Any, None] | None = None

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:  # noqa: ARG002 - ours is asked instead
        """What the application does of it."""
        # Not in uvicorn's own scope: it would refer to itself, and stay until a garbage collection.
        return self._app({**scope, "extensions": {WHOLE: self}}, self.receive, send)

    def carry_out(self) -> None:
        """Answer, without a task, or as far as the application comes before it pauses or has to wait for something."""
        answering = self._cycle.run_asgi(self)  # type: ignore[arg-type]  # it wants another library's type of the same
        self._advance(answering, may_pause=True)

    def go_on(self) -> None:
        """After the pause, if there was one."""
        paused, self._paused = self._paused, None
        if paused is not None:
            self._advance(paused, may_pause=False)

    def release(self) -> None:
        """Write the answer, at once or as soon as there is one."""
        self._is_held = False
        if self._answer is not None:
            self._write(self._answer)

    async def receive(self) -> Message:
        """The body if it is there already, without waiting for it; whatever else may happen next."""
        body = self.body()
        if body is not None:
            return {"type": "http.request", "body": body, "more_body": False}
        message: Any = await self._cycle.receive()
        self._is_read = not message.get("more_body", False)
        return message  # type: ignore[no-any-return]  # a dict, as ASGI has them

    def body(self) -> bytes | None:
        """The whole body, if it is there and nobody has had it yet."""
        cycle = self._cycle
        if self._is_read or cycle.more_body or cycle.disconnected or cycle.waiting_for_100_continue:
            return None
        self._is_read = True
        cycle.message_event.clear()
        body, cycle.body = bytes(cycle.body), bytearray()
        return body

    def answer(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bool:
        """Take the whole answer, if nothing is in the way of it; what uvicorn would find fault with is left to it."""
        if not self._is_unhindered() or (b"content-length", b"%d" % len(body)) not in headers:
            return False
        lines = b"\r\n".join([b"%b: %b" % header for header in headers])
        if not lines.count(b"\n") == lines.count(b"\r") == len(headers) - 1:
            return False
        self._end_with(b"%b%b\r\n\r\n%b" % (STATUS_LINE[status], lines, body))
        return True

    def _advance(self, answering: Coroutine[Any, Any, None], *, may_pause: bool) -> None:
        try:
            awaited = answering.send(None)
        except StopIteration:
            return
        if may_pause and awaited is None:  # as `asyncio.sleep(0)` has it
            self._paused = answering
            return
        task = self._connection.loop.create_task(_rest(answering, awaited))
        self._connection.tasks.add(task)
        task.add_done_callback(self._connection.tasks.discard)

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
            _take(exchange.go_on, exchange)
        for exchange in together:
            _take(exchange.release, exchange)


def _take(step: Callable[[], None], exchange: Exchange) -> None:
    """Take that step of the exchange. Whatever goes wrong with it, the others are not to suffer."""
    try:
        step()
    except Exception:  # noqa: BLE001 - see above
        _log.exception("an answer is lost for a fault of ours")
        exchange.transport.abort()


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
