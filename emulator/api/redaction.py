"""What journal and logs show of requests and answers: JSON where they are JSON, and never a credential."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl

from pydantic_core import from_json

from emulator.journal import ENTRY_BODY_BYTES_MAX, Entry

REDACTED = "(redacted)"
_SECRET_WORDS = (
    "accesskey",
    "apikey",
    "assertion",
    "authorization",
    "cookie",
    "password",
    "privatekey",
    "secret",
    "token",
)
_CODES = ("code", "codeverifier")
_SIGN_IN = "/oauth"  # below here a `code` is a credential too
_FORM = "application/x-www-form-urlencoded"
_SHOWN_BYTES_MAX = 1_000
_SECRET_LENGTH_MIN = 4  # a shorter one stands in any text by chance

# What looks like a token, wherever it stands. No part of a text is tried twice: it may be long, and made to be slow.
_TOKEN = re.compile(
    r"""(?: OauthNG\.JWS\. | \bIST\. | (?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\. ) [A-Za-z0-9_.-]+""", re.VERBOSE
)
# In a text that is neither JSON nor a form: a name that tells of a credential, and what follows its `=` or `:`. Where
# nothing says for sure where that ends, more goes than has to: the rest of the line, or of the text.
_IN_TEXT = re.compile(
    r"""(?P<name>
            (?:(?P<line>authorization|cookie)
              |access_?key|api[_-]?key|assertion|passw(?:or)?d|private_?key|secret|token)
            [\w-]{0,20}\\{0,4}["']?\s{0,10}[:=]\s{0,10})
        (?P<value>
            [\[{(<'`\\].*
          | (?(line)[^\r\n]+ | (?:"(?:[^"\\]|\\.)*"? | (?:(?:Bearer|Basic)\s{1,10})?[^\s&]+)))""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
# In such a value: a key, what is quoted and none, and what stands behind a `=`.
_PART = re.compile(r"""["'][^"']*["']\s{0,10}:|["']([^"']+)["']|=\s{0,10}([^\s"',;&]+)""")


def shown_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers by name, credentials redacted."""
    texts = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)
    return {name: REDACTED if is_secret(name, "") else value for name, value in texts}


def shown_query(query: bytes) -> dict[str, str]:
    """The query's parameters, credentials redacted."""
    parameters = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    return {name: REDACTED if is_secret(name, _SIGN_IN) else value for name, value in parameters.items()}


def shown_body(body: bytes, path: str, content_type: str = "") -> Any:
    """The body as JSON, else as text; None for an empty one. Of one that was too long to keep, the beginning."""
    if not body:
        return None
    if len(body) >= ENTRY_BODY_BYTES_MAX:
        return {"truncated": True, "beginning": _shown_text(body[:_SHOWN_BYTES_MAX], path)}
    if content_type.startswith(_FORM) and path.startswith(_SIGN_IN):  # elsewhere the type is not looked at (R205)
        return _redacted(dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True)), path)
    try:
        return _redacted(from_json(body), path)
    except ValueError:
        return _shown_text(body, path)


def without_tokens(value: Any) -> Any:
    """The text, or the JSON value with all its texts, without what looks like a token."""
    if isinstance(value, str):
        return _TOKEN.sub(REDACTED, value)
    if isinstance(value, list | tuple):
        return [without_tokens(one) for one in value]
    if isinstance(value, dict):
        return {without_tokens(key): without_tokens(one) for key, one in value.items()}
    return value


def without_secrets(text: str, entry: Entry) -> str:
    """The text, such as a traceback, without tokens and any credential that the request or its answer carries."""
    for secret in sorted(set(_secrets_of(entry)), key=len, reverse=True):
        if len(secret) >= _SECRET_LENGTH_MIN:
            text = text.replace(secret, REDACTED)
    return str(without_tokens(text))


def is_secret(name: str, path: str) -> bool:
    """Whether a header, field or parameter of that name holds a credential in a call to that path."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    return any(word in plain for word in _SECRET_WORDS) or (plain in _CODES and path.startswith(_SIGN_IN))


def _shown_text(body: bytes, path: str) -> str:
    if path.startswith(_SIGN_IN):
        return REDACTED
    return _IN_TEXT.sub(rf"\g<name>{REDACTED}", body.decode(errors="replace"))


def _redacted(value: Any, path: str) -> Any:
    if isinstance(value, list):
        return [_redacted(one, path) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: REDACTED if is_secret(key, path) else _redacted(one, path) for key, one in value.items()}


def _secrets_of(entry: Entry) -> Iterator[str]:
    for name, value in entry.headers:
        if is_secret(name.decode("latin-1"), ""):
            yield from _parts(value.decode("latin-1"))
    yield from _secrets_in(dict(parse_qsl(entry.query.decode("latin-1"))), _SIGN_IN)
    for content in (entry.body, entry.answer):
        try:
            yield from _secrets_in(from_json(content), entry.path)
        except ValueError:
            yield from _secrets_in_text(content.decode(errors="replace"), entry.path)


def _secrets_in(value: Any, path: str, *, below_secret: bool = False) -> Iterator[str]:
    if isinstance(value, str) and below_secret:
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _secrets_in(one, path, below_secret=below_secret)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _secrets_in(one, path, below_secret=below_secret or is_secret(key, path))


def _secrets_in_text(text: str, path: str) -> Iterator[str]:
    for found in _IN_TEXT.finditer(text):
        yield from _parts(found["value"])
    if path.startswith(_SIGN_IN):
        yield from _secrets_in(dict(parse_qsl(text)), path)


def _parts(value: str) -> Iterator[str]:
    """What was given as a credential, and what of it may be one by itself: without its scheme, name or quotes."""
    yield from (value.strip('"'), value.rpartition(" ")[2])
    yield from (quoted or assigned for quoted, assigned in _PART.findall(value))
