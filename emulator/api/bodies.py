"""Reads a request's body, within a limit, as plain bytes."""

import zlib
from collections.abc import Mapping

from starlette.types import Message, Receive

from emulator.domain import rules
from emulator.domain.refusals import InvalidRequest, PayloadTooLarge, Violation

# zlib's window bits for each encoding: 16 more for a gzip header.
_WINDOW_BITS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class ClientGone(Exception):  # noqa: N818 - an event, not a fault
    """The client went away before its request was complete."""


async def received_body(headers: Mapping[str, str], receive: Receive, bytes_max: int) -> bytes:
    """The whole body as it was sent. Raises PayloadTooLarge as soon as it is known to be, ClientGone."""
    announced = headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > bytes_max:
        raise PayloadTooLarge(bytes_max)
    chunks: list[bytes] = []
    size, is_more = 0, True
    while is_more and size <= bytes_max:
        message = await receive()
        chunks.append(_chunk(message))
        size += len(chunks[-1])
        is_more = message.get("more_body", False)
    return b"".join(chunks)


def plain_body(headers: Mapping[str, str], body: bytes, bytes_max: int) -> bytes:
    """The body, decompressed. Raises PayloadTooLarge, InvalidRequest."""
    if len(body) > bytes_max:
        raise PayloadTooLarge(bytes_max)
    encoding = headers.get("content-encoding", "identity")
    return body if encoding == "identity" or not body else _decompressed(body, encoding.lower(), bytes_max)


def _chunk(message: Message) -> bytes:
    if message["type"] == "http.disconnect":
        raise ClientGone
    body: bytes = message.get("body", b"")
    return body


def _decompressed(body: bytes, encoding: str, bytes_max: int) -> bytes:
    bits = _WINDOW_BITS.get(encoding)
    if bits is None:
        raise _unreadable(
            f"the body has content-encoding {encoding}; send it plain, or with {' or '.join(_WINDOW_BITS)}"
        )
    try:
        stream = zlib.decompressobj(bits)
        plain = stream.decompress(body, bytes_max)
    except zlib.error as error:
        raise _unreadable(f"the body is not valid {encoding}: {error}") from None
    if stream.unconsumed_tail:
        raise PayloadTooLarge(bytes_max)
    if not stream.eof:
        raise _unreadable(f"the body is not valid {encoding}: it ends too early")
    return plain


def _unreadable(description: str) -> InvalidRequest:
    return InvalidRequest([Violation("", description, "FORMAT", {"type": "ENCODING"}, rules.BROKEN_JSON)])
