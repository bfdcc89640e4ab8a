"""What the journal shows of requests and answers: JSON where they are JSON, and never a credential."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from pydantic_core import from_json

from emulator.journal import ENTRY_BODY_BYTES_MAX

REDACTED = "(redacted)"
_IN_SECRET_HEADERS = ("apikey", "authorization", "cookie", "password", "secret", "token")
_SECRET_FIELDS = {
    "accesstoken",
    "apikey",
    "appsecret",
    "authorization",
    "clientsecret",
    "password",
    "refreshtoken",
    "secret",
    "token",
}
_SIGN_IN = "/oauth"  # below here a `code` is a credential too
_FORM = "application/x-www-form-urlencoded"


def shown_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers by name, credentials redacted."""
    texts = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)
    return {name: REDACTED if _is_secret_header(name) else value for name, value in texts}


def shown_query(query: bytes) -> dict[str, str]:
    """The query's parameters, credentials redacted."""
    parameters = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    return {name: REDACTED if _is_secret(name, _SIGN_IN) else value for name, value in parameters.items()}


def shown_body(body: bytes, path: str, content_type: str = "") -> Any:
    """The body as JSON, else as text; None for an empty one. Of one that was too long to keep, the beginning."""
    if not body:
        return None
    if len(body) >= ENTRY_BODY_BYTES_MAX:
        text = body[:1_000].decode(errors="replace")
        return {"truncated": True, "beginning": REDACTED if path.startswith(_SIGN_IN) else text}
    if content_type.startswith(_FORM) and path.startswith(_SIGN_IN):  # elsewhere the type is not looked at (R205)
        return _redacted(dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True)), path)
    try:
        return _redacted(from_json(body), path)
    except ValueError:
        return REDACTED if path.startswith(_SIGN_IN) else body.decode(errors="replace")


def _redacted(value: Any, path: str) -> Any:
    if isinstance(value, list):
        return [_redacted(one, path) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: REDACTED if _is_secret(key, path) else _redacted(one, path) for key, one in value.items()}


def _is_secret_header(name: str) -> bool:
    plain = _plain(name)
    return any(part in plain for part in _IN_SECRET_HEADERS)


def _is_secret(name: str, path: str) -> bool:
    plain = _plain(name)
    return plain in _SECRET_FIELDS or (plain == "code" and path.startswith(_SIGN_IN))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())
