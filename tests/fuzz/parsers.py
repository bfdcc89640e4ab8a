"""What is fuzzed: each parser takes an input and breaks its promise with an exception."""

import base64
import copy
import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import jwt
from pydantic import ValidationError
from pydantic_core import to_json
from starlette.datastructures import Headers

from emulator.api.orders import OrderSearch
from emulator.api.responses import json_object
from emulator.cli.command import _configuration
from emulator.cli.control import _override
from emulator.domain.behaviours import Behaviours
from emulator.domain.credentials import read_token
from emulator.domain.paths import PathError, with_changes
from emulator.domain.refusals import InvalidRequest
from emulator.domain.search import asked, find, read_cursor
from emulator.errors import UsageError
from emulator.ids import Ids
from emulator.samples import Samples
from emulator.seeds import parse, read
from emulator.settings import parse_behaviours
from emulator.webhooks.keys import SigningKey
from emulator.webhooks.received import understood
from tests.factories import NOW, order
from tests.fuzz.target import Target

CORPUS = Path(__file__).parent / "corpus"
ORDERS = (order(), order({"00000000-0000-0000-0000-000000000002": 1}, id="other", number="A1", buyerInfo=None))


def requests(text: bytes) -> None:
    """Any requests get an answer within the contract, never a 500, and the journal can tell of each."""
    target = emulator()
    target.app.emulator.sites.site().reset()
    for request in text.split(b"\n---\n"):
        answer = target.call(request)
        assert 200 <= answer.status < 500, answer
        request_id = answer.headers[b"x-wix-request-id"]
        told = target.send(b"GET", b"/_emulator/requests/" + request_id)
        assert told.status in (200, 404), told  # 404 for one of the control plane, or of another site
    for path in (b"requests", b"deliveries", b"orders", b"state"):
        assert target.send(b"GET", b"/_emulator/" + path).status == 200, path


def strict_requests(text: bytes) -> None:
    """Whatever stands in for credentials is let in or refused."""
    answer = emulator("strict").call(text)
    assert answer.status < 500, answer


def snapshots(text: bytes) -> None:
    """A snapshot is refused and nothing has changed, or it is taken as it is: it comes back the same, and serves."""
    target = emulator()
    site = target.app.emulator.sites.site()
    site.reset()
    before = target.send(b"GET", b"/_emulator/state").body
    answer = target.send(b"PUT", b"/_emulator/state", body=text)
    after = target.send(b"GET", b"/_emulator/state")
    assert after.status == 200, after
    if answer.status != 200:
        assert answer.status == 400, answer
        assert after.body == before
        return
    assert json.loads(after.body)["fingerprint"] == json.loads(answer.body)["fingerprint"]
    again = target.send(b"PUT", b"/_emulator/state", body=after.body)
    assert (again.status, again.body) == (200, answer.body)
    for path in (b"webhooks", b"deliveries", b"faults", b"orders", b"clock", b"summary"):
        assert target.send(b"GET", b"/_emulator/" + path).status == 200, path
    for delivery in site.outbox.deliveries():
        assert target.send(b"GET", b"/_emulator/deliveries/" + quote(delivery.id, safe="").encode()).status == 200
    if not site.faults.armed():
        assert target.send(b"POST", b"/ecom/v1/orders/search").status == 200
        made = target.send(b"POST", b"/_emulator/orders", body=b'{"count":2}')
        assert made.status == 200, made


def texts_of_json(text: bytes) -> None:
    """A body is an object that can be written again, or it is refused."""
    try:
        to_json(json_object(text))
    except InvalidRequest:
        return


def searches(text: bytes) -> None:
    """A search finds a page of orders, and each cursor of it another, or it is refused."""
    with suppress(InvalidRequest, ValidationError):
        wanted = OrderSearch.model_validate(json_object(text), by_alias=True, by_name=False)
        sort = tuple((key.field_name, key.order) for key in wanted.sort or ())
        page = find(ORDERS, asked(wanted.filter or {}, sort, 1, None, Behaviours()))
        for cursor in filter(None, (page.next, page.previous)):
            assert find(ORDERS, asked({}, (), None, cursor, Behaviours())).orders


def cursors(text: bytes) -> None:
    """A cursor continues a search or is refused, whether it is any text or holds any JSON."""
    for cursor in (text.decode("utf-8", errors="surrogateescape"), base64.urlsafe_b64encode(text).decode()):
        with suppress(InvalidRequest):
            find(ORDERS, read_cursor(cursor))


def access_tokens(text: bytes) -> None:
    """A token is read or is nobody's."""
    authorization = Headers(raw=[(b"authorization", text)])["authorization"]
    assert read_token(authorization, "secret") is None or authorization
    emulator("strict").app.emulator.guard.token(Headers(raw=[(b"authorization", text)]))


def webhooks(text: bytes) -> None:
    """A receiver understands a webhook or says what is wrong, also of one that is signed as it should be."""
    key = SigningKey()
    for body in (text, signed(text, key)):
        received = understood(body, key.public_pem, NOW)
        assert received.error is None or received.error.strip()
        str((received.event_type, received.entity, received.envelope, received.token))


def seeds(text: bytes) -> None:
    """A seed file is read into orders or refused."""
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        Path(file.name).write_bytes(text)
        try:
            made = parse(read(Path(file.name)), file.name, Samples(), Ids("1"), NOW)
        except UsageError:
            return
    assert all(one.model_dump_json() for one in made.orders)


def configurations(text: bytes) -> None:
    """A configuration file gives options or is refused."""
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        Path(file.name).write_bytes(text)
        try:
            options = _configuration(Path(file.name))
            parse_behaviours(options.get("set", ()))
        except UsageError:
            return


def behaviours(text: bytes) -> None:
    """`--set NAME=VALUE`, one a line, gives behaviours or is refused."""
    try:
        parse_behaviours(text.decode("utf-8", errors="surrogateescape").split("\n"))
    except UsageError:
        return


def changes(text: bytes) -> None:
    """`--set path=value` of `trigger`, one a line, changes a copy of an order or is refused."""
    value = {"orderId": "1", "fulfillments": [{"id": "2", "trackingInfo": None}]}
    before = copy.deepcopy(value)
    with suppress(PathError, click.UsageError):
        overrides = dict(map(_override, text.decode("utf-8", errors="surrogateescape").split("\n")))
        json.dumps(with_changes(value, overrides), allow_nan=False)
    assert value == before


PARSERS: Mapping[str, Callable[[bytes], None]] = {
    one.__name__: one
    for one in (
        *(requests, strict_requests, snapshots, texts_of_json, searches, cursors, access_tokens, webhooks),
        *(seeds, configurations, behaviours, changes),
    )
}


def corpus(parser: str) -> dict[str, bytes]:
    """The parser's files by their names."""
    return {path.name: path.read_bytes() for path in sorted((CORPUS / parser).iterdir())}


@cache
def emulator(auth: str = "open") -> Target:
    """The emulator that requests are sent to."""
    return Target(auth=auth)


def signed(text: bytes, key: SigningKey) -> bytes:
    """The text, if it is JSON, as the claims of a token that is well signed."""
    try:
        claims: Any = json.loads(text)
        return jwt.encode(claims, key.private, "RS256", {"kid": key.kid}).encode()
    except (ValueError, TypeError, RecursionError):
        issued = datetime(2026, 1, 1, tzinfo=UTC)
        return jwt.encode({"data": text.decode(errors="replace"), "iat": issued}, key.private, "RS256").encode()
