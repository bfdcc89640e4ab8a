"""The emulator in this process, called with requests as text: a line, headers, an empty line, a body."""

import asyncio
import re
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from emulator.api.gateway import Gateway
from emulator.app import create_app
from emulator.settings import Settings
from tests.factories import NOW

_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00\r\n]*)")
# The server sets the first itself; a delayed or dropped answer is none to look at.
_LEFT_OUT = {b"content-length", b"transfer-encoding"}

Json = dict[str, Any]


@dataclass
class Answer:
    """A status, and a body of JSON."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""


class Target:
    """One emulator; each call is answered before the next."""

    def __init__(self, **settings: Any) -> None:
        defaults: Json = {"random_seed": 1, "time": NOW, "delivery": "manual", "check_responses": True}
        self.app: Gateway = create_app(Settings(**defaults | settings))
        self._runner = asyncio.Runner()

    def call(self, request: bytes) -> Answer:
        """Answer a request that a web server would have let through."""
        head, _, body = request.partition(b"\n\n")
        line, *headers = head.split(b"\n")
        method, _, target = line.partition(b" ")
        path, _, query = target.split(b" ")[0].partition(b"?")
        found = [match.groups() for one in headers if (match := _HEADER.fullmatch(one.strip()))]
        return self.send(method, path, query, [(name.lower(), value) for name, value in found], body)

    def send(
        self, method: bytes, path: bytes, query: bytes = b"", headers: list[Any] | None = None, body: bytes = b""
    ) -> Answer:
        scope = {
            "type": "http",
            "method": method.decode("latin-1"),
            "path": unquote_to_bytes(path).decode("utf-8", errors="replace"),
            "raw_path": path,
            "query_string": query,
            "headers": [header for header in headers or [] if header[0] not in _LEFT_OUT],
        }
        return self._runner.run(_answer(self.app, scope, body))


async def _answer(app: Gateway, scope: MutableMapping[str, Any], body: bytes) -> Answer:
    answer = Answer()

    async def receive() -> Json:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], dict(message["headers"])
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, send)
    return answer
