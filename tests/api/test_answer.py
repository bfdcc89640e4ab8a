"""An answer is to its receiver what one of Starlette's would be."""

import asyncio
from collections.abc import Mapping

import pytest
from starlette.responses import Response as Starlettes
from starlette.types import Message

from emulator.api.answer import Response


def sent(response: Response | Starlettes) -> list[Message]:
    messages: list[Message] = []

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        messages.append(message)

    asyncio.run(response({"type": "http", "method": "GET"}, receive, send))
    return messages


@pytest.mark.parametrize(
    ("body", "status", "headers", "media_type"),
    [
        (b"", 200, {}, None),
        (b'{"a":1}', 201, {}, "application/json"),
        (b"", 303, {"location": "/"}, None),
        (b"", 304, {"etag": '"1"'}, None),
        ("é".encode(), 200, {"x-name": "é", "allow": "GET"}, "text/plain"),
    ],
)
def test_it_sends_the_same(body: bytes, status: int, headers: Mapping[str, str], media_type: str | None) -> None:
    assert sent(Response(body, status, headers, media_type)) == sent(Starlettes(body, status, headers, media_type))
