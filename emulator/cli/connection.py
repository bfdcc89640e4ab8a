"""One connection of the server, on which nothing that a client draws out goes on for ever."""

import json
import secrets
from asyncio import TimerHandle, Transport
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from emulator.cli.exchange import Batch, Exchange
from emulator.settings import CONNECTIONS_MAX

_LINGER_S = 2.0  # how long a refused client may go on sending, so that it reads why before the connection is reset
_REFUSED_MAX = 50  # to so many at a time it is explained why there is no room for them
_HEADER_FRAME_BYTES = len(": \r\n")
_NEW_HEAD = -1


class Limits(NamedTuple):
    """What a client may ask of a connection. `request_timeout_s`: from the first byte of a request to its last;
    `answer_timeout_s`: how long it may leave an answer untouched."""

    url_bytes_max: int = 16 * 1024
    head_bytes_max: int = 64 * 1024
    request_timeout_s: float = 60.0
    answer_timeout_s: float = 60.0
    connections_max: int = CONNECTIONS_MAX


class Connection(HttpToolsProtocol):
    """uvicorn's own, with limits. What arrives whole in one piece, as nearly all does, costs a few comparisons."""

    def __init__(
        self, limits: Limits, batch: Batch, is_prompt: Callable[[bytes], bool], *arguments: Any, **named: Any
    ) -> None:
        """`is_prompt` tells of a request's raw path whether the application answers it without waiting, as a rule.

        Such requests are answered in the `batch`, which all connections of a server have in common.
        """
        super().__init__(*arguments, **named)
        self._limits = limits
        self._batch = batch
        self._is_prompt = is_prompt
        self._is_refused = False
        self._is_whole = True  # nothing has arrived yet of which more must come
        self._awaits_head = False
        self._arrived = 0  # the bytes of the piece that is being read
        self._holds_more = False  # whether something stands in that piece before the head that is being read
        self._head_bytes = 0  # those of the pieces before it that belong to this head
        self._unsent = 0
        self._answered: RequestResponseCycle | None = None
        self._idle_since: float | None = None  # its last answer; None before the first, and while there is work
        self._idle_timer: TimerHandle | None = None
        self._request_deadline: TimerHandle | None = None
        self._answer_deadline: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take the connection, or refuse it if there are too many."""
        super().connection_made(transport)
        self._set_request_deadline()
        allowed = self._limits.connections_max
        if len(self.connections) > allowed + _REFUSED_MAX:
            self.transport.abort()
        elif len(self.connections) > allowed:
            message = (
                f"{len(self.connections)} connections are open, {allowed} are allowed; close some, use them again, "
                "or start the emulator with a greater --connections-max"
            )
            self._refuse(503, "TOO_MANY_CONNECTIONS", message, {"connectionsMax": allowed})

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget about deadlines, and have nothing more written."""
        self._drop_request()
        super().connection_lost(exc)
        self._unset_request_deadline()
        self._unset_answer_deadline()
        if self._idle_timer is not None:
            self._idle_timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Read a piece of what the client sends."""
        if self._is_refused:
            return
        self._arrived, self._holds_more = len(data), not self._is_whole
        self._idle_since = None
        super().data_received(data)
        if not self._is_whole:
            self._wait_for_more()
            return
        if (
            self._idle_since is None
            and self._request_deadline is None
            and (self.cycle is None or self.cycle.response_complete)
        ):
            self._set_request_deadline()  # an empty line between requests, or the rest of one that is answered

    def on_message_begin(self) -> None:
        """Begin to count."""
        super().on_message_begin()
        self._is_whole, self._awaits_head = False, True
        self._head_bytes = _NEW_HEAD if self._holds_more else 0

    def on_headers_complete(self) -> None:
        """Let the request begin, unless its head is too long."""
        if self._is_refused:
            return
        if len(self.url) > self._limits.url_bytes_max:
            self._refuse_url()
        elif self._arrived + self._head_bytes > self._limits.head_bytes_max and self._is_head_too_long():
            self._refuse_head()
        else:
            super().on_headers_complete()
            self._awaits_head = False
            self._head_bytes = _NEW_HEAD  # of the trailers, which are limited likewise
            self.headers = []  # where the parser leaves them: the request has its own

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._head_bytes = _NEW_HEAD
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._is_whole = self._holds_more = True
        if self._request_deadline is not None:
            self._unset_request_deadline()
        if not self._is_refused:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self._refuse(400, "INVALID_HTTP", msg)

    def pause_writing(self) -> None:
        """The client does not read as fast as we write."""
        super().pause_writing()
        self._unsent = self.transport.get_write_buffer_size()
        self._set_answer_deadline()

    def resume_writing(self) -> None:
        """It has read nearly all."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._unset_answer_deadline()

    def on_response_complete(self) -> None:
        """Go on with what has been asked next, or with closing. uvicorn's own would set a timer for every answer."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            self._close()
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._is_whole:  # else the next one has begun already
            self._idle_since = self.loop.time()
            if self._idle_timer is None:
                self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._end_idling)

    def _end_idling(self) -> None:
        """Close if nothing more was asked for a while. One timer for many answers: setting one takes its time."""
        self._idle_timer = None
        if self._idle_since is None:
            return
        left_s = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left_s > 0:
            self._idle_timer = self.loop.call_later(left_s, self._end_idling)
        else:
            self._close()

    def _wait_for_more(self) -> None:
        if self._request_deadline is None:
            self._set_request_deadline()
        if self._is_refused:
            return
        # What begins behind something else, such as trailers behind a body, is counted from the next piece on.
        self._head_bytes = 0 if self._head_bytes == _NEW_HEAD else self._head_bytes + self._arrived
        if len(self.url) > self._limits.url_bytes_max:
            self._refuse_url()
        elif self._head_bytes - len(self.url) > self._limits.head_bytes_max:
            self._refuse_head()

    def _is_head_too_long(self) -> bool:
        frames = _HEADER_FRAME_BYTES * len(self.headers)
        return frames + sum(len(name) + len(value) for name, value in self.headers) > self._limits.head_bytes_max

    def _refuse_url(self) -> None:
        allowed = self._limits.url_bytes_max
        message = f"the URL is over {allowed} bytes; send what is long in a body"
        self._refuse(414, "URL_TOO_LONG", message, {"limitBytes": allowed})

    def _refuse_head(self) -> None:
        allowed = self._limits.head_bytes_max
        message = f"the headers are over {allowed} bytes; send fewer or shorter ones, and what is long in a body"
        self._refuse(431, "HEADERS_TOO_LARGE", message, {"limitBytes": allowed})

    def _refuse(self, status: int, code: str, message: str, data: Mapping[str, Any] | None = None) -> None:
        """Answer in Wix's shape, and end the connection. Nobody else's answer is overtaken or followed by it."""
        if self._is_refused:
            return
        self._is_refused = True
        if self._is_next_to_answer():
            self._drop_request()
            self._write_refusal(status, code, message, data or {})
        elif self._has_no_cycle():
            self.cycle.keep_alive = False  # the connection ends with the answers to what came before
        else:
            self._drop_request()
            self._close()

    def _is_next_to_answer(self) -> bool:
        if self._has_no_cycle():
            return self.cycle is None or self.cycle.response_complete
        return self._answered is self.cycle and not self.cycle.response_started

    def _has_no_cycle(self) -> bool:
        """Whether `self.cycle` is that of an earlier request than the one that is arriving."""
        return self._is_whole or self._awaits_head

    def _write_refusal(self, status: int, code: str, message: str, data: Mapping[str, Any]) -> None:
        details = {"applicationError": {"code": code, "description": message, "data": data}}
        body = json.dumps({"message": message, "details": details}, separators=(",", ":")).encode()
        head = (
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n"
            f"x-wix-request-id: 0.{secrets.randbits(63)}\r\n\r\n"
        )
        self.transport.write(STATUS_LINE[status] + head.encode("ascii") + body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self.loop.call_later(_LINGER_S, self.transport.abort)
        else:
            self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Of requests that were sent in one go the first is answered while `cycle` is the last already."""
        self._answered = cycle
        if self._is_prompt(cycle.scope["raw_path"]):
            self._batch.add(Exchange(self, cycle, app))
        else:
            super()._start_asgi_task(cycle, app)

    def _drop_request(self) -> None:
        """What is being answered or waits for its body is told that its client is gone."""
        if self._answered is not None and not self._answered.response_complete:
            self._answered.disconnected = True
            self._answered.message_event.set()

    def _set_request_deadline(self) -> None:
        self._request_deadline = self.loop.call_later(self._limits.request_timeout_s, self._end_waiting)

    def _unset_request_deadline(self) -> None:
        if self._request_deadline is not None:
            self._request_deadline.cancel()
            self._request_deadline = None

    def _end_waiting(self) -> None:
        """The client has had its time for the request, if it was not we who kept it waiting."""
        self._request_deadline = None
        if self._is_refused or self.transport.is_closing():
            return
        if self.flow.read_paused:
            self._set_request_deadline()
        elif self._is_whole or not (self._awaits_head or not self.cycle.response_complete):
            self._close()  # it has asked for nothing, or has its answer already
        else:
            allowed = self._limits.request_timeout_s
            message = f"the request was not complete within {allowed:g} s; send it again, faster or in parts"
            self._refuse(408, "REQUEST_TIMEOUT", message, {"timeoutSeconds": allowed})

    def _close(self) -> None:
        """Close as soon as the client has read the rest; closing alone would wait for that for ever."""
        self.transport.close()
        self._unsent = self.transport.get_write_buffer_size()
        self._set_answer_deadline()

    def _set_answer_deadline(self) -> None:
        self._unset_answer_deadline()
        self._answer_deadline = self.loop.call_later(self._limits.answer_timeout_s, self._end_sending)

    def _unset_answer_deadline(self) -> None:
        if self._answer_deadline is not None:
            self._answer_deadline.cancel()
            self._answer_deadline = None

    def _end_sending(self) -> None:
        """A client that has read nothing since the last look is left."""
        unsent, self._unsent = self._unsent, self.transport.get_write_buffer_size()
        if self._unsent < unsent:
            self._set_answer_deadline()
        else:
            self.transport.abort()
