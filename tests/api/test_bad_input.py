"""Bad input by the thousand: always a clear refusal in Wix's shape or a legitimate 200, and nothing lost."""

import asyncio
import copy
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.types import Message

from emulator.api.gateway import Gateway
from emulator.app import create_app
from emulator.settings import Settings
from tests.factories import ITEM

BASE = "/ecom/v1/fulfillments"
ORDER = "58c9a790-27b7-463f-a865-c7cb494f7c29"
FULFILLED_ORDER = "eb4b91d3-51f3-494d-94df-479ff2c6eb08"
FULFILLMENT = "1d93cd8e-0de5-469b-b802-88bcd76cb222"
BODY_BYTES_MAX = 20_000

DRAFT: dict[str, Any] = {
    "lineItems": [{"id": ITEM, "quantity": 1}],
    "status": "Ready",
    "completed": False,
    "trackingInfo": {"trackingNumber": "1", "shippingProvider": "ups", "trackingLink": "https://a.example/1"},
}
CUSTOM: dict[str, Any] = {"lineItems": [{"id": ITEM}], "customInfo": {"fieldsData": {"courier": "Ada"}}}
GOOD: dict[str, tuple[str, str, Any]] = {
    "create": ("POST", f"{BASE}/orders/{ORDER}/create-fulfillment", {"orderId": ORDER, "fulfillment": DRAFT}),
    "create custom": ("POST", f"{BASE}/orders/{ORDER}/create-fulfillment", {"fulfillment": CUSTOM}),
    "update": ("PATCH", f"{BASE}/{FULFILLMENT}/orders/{FULFILLED_ORDER}", {"fulfillment": DRAFT | {"id": FULFILLMENT}}),
    "update custom": ("PATCH", f"{BASE}/{FULFILLMENT}/orders/{FULFILLED_ORDER}", {"fulfillment": CUSTOM}),
    "list": ("POST", f"{BASE}/list-by-ids", {"orderIds": [ORDER, FULFILLED_ORDER]}),
    "bulk": (
        "POST",
        f"{BASE}/orders/bulk/create-fulfillments",
        {"ordersWithFulfillments": [{"orderId": ORDER, "fulfillments": [DRAFT, CUSTOM]}]},
    ),
    "make orders": (
        "POST",
        "/_emulator/orders",
        {
            "count": 2,
            "order": {
                "number": "7",
                "status": "APPROVED",
                "paymentStatus": "PAID",
                "currency": "EUR",
                "createdDate": "2026-01-01T00:00:00.000Z",
                "lineItems": [
                    {"id": ITEM, "quantity": 2, "price": {"amount": "1.50"}, "productName": {"original": "Mug"}}
                ],
                "shippingInfo": {"title": "Standard"},
                "fulfillments": [
                    {
                        "id": FULFILLMENT,
                        "createdDate": "2026-01-01T00:00:00.000Z",
                        "lineItems": [{"id": ITEM, "quantity": 1}],
                    }
                ],
            },
        },
    ),
    "seed": (
        "POST",
        "/_emulator/seed",
        {"orders": [{"id": ORDER, "lineItems": [{"quantity": 1}], "shippingInfo": None}]},
    ),
}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


class Emulator:
    """The emulator as an ASGI application, called with the very bytes that a test wants on the wire."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._app: Gateway = create_app(Settings(seed=("docs",), body_bytes_max=BODY_BYTES_MAX, check_responses=True))
        self._site = self._app.emulator.sites.site()

    def close(self) -> None:
        self._runner.close()

    def send(
        self, method: str, path: bytes, body: bytes = b"", headers: tuple[tuple[bytes, bytes], ...] = ()
    ) -> Answer:
        """Send a request to the site of the documents, fresh; what must hold of any answer is looked at here."""
        self._site.reset()
        before = self._site.store.orders()
        answer = self._runner.run(self._call(method, path, body, headers))
        assert answer.status == 200 or 400 <= answer.status < 500, answer
        assert answer.headers["x-wix-request-id"]
        if answer.status != 200:
            assert_is_clear(answer)
            assert self._site.store.orders() == before
        return answer

    async def _call(self, method: str, path: bytes, body: bytes, headers: tuple[tuple[bytes, bytes], ...]) -> Answer:
        raw_path, _, query = path.partition(b"?")
        scope = {
            "type": "http",
            "method": method,
            "path": raw_path.decode("latin-1"),
            "raw_path": raw_path,
            "query_string": query,
            "headers": list(headers),
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        start, content = sent
        answered = {name.decode(): value.decode() for name, value in start["headers"]}
        is_json = answered.get("content-type") == "application/json"
        parsed = json.loads(content["body"], parse_constant=refuse_constant) if is_json else None
        return Answer(start["status"], answered, parsed)


def refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def assert_is_clear(answer: Answer) -> None:
    """A refusal in Wix's shape, that says what is wrong and by which rule."""
    assert set(answer.body) == {"message", "details"}
    assert answer.body["message"]
    ((kind, error),) = answer.body["details"].items()
    if kind == "validationError":
        assert error["fieldViolations"]
        for violation in error["fieldViolations"]:
            assert set(violation) - {"data"} == {"field", "description", "violatedRule"}
            assert violation["description"]
    else:
        assert kind == "applicationError"
        assert set(error) == {"code", "description", "data"}
        assert error["code"]
    assert answer.headers["x-emulator-rule"]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    running = Emulator()
    yield running
    running.close()


# Junk

NASTY = ("", " ", "\x00", "a\x00b", "\ud800", "x\udfff", "\u202e", "\ufeff", "💥" * 30, "x" * 101, "x" * 3_000)
LOADED = ("null", "__proto__", "{}", "1e5", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "https://")
texts = st.text(max_size=20) | st.sampled_from(NASTY + LOADED)
numbers = (
    st.integers() | st.floats() | st.sampled_from([0, -1, 2**31, 2**63, 2**64, 10**30, -(10**400), 1e308, -0.0, 5e-324])
)
scalars = st.none() | st.booleans() | numbers | texts
junk = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document, from the root down."""
    yield path
    children = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in children:
        yield from places(value, (*path, key))


@st.composite
def spoiled(draw: st.DrawFn, good: Any) -> Any:
    """A good document with one to three places replaced by junk, removed or added to."""
    document = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(document))))
        if not path:
            return draw(junk)
        parent = document
        for step in path[:-1]:
            parent = parent[step]
        change = draw(st.sampled_from(["replace", "replace", "remove", "add"]))
        if change == "remove":
            del parent[path[-1]]
        elif change == "add" and isinstance(parent, dict):
            parent[draw(texts)] = draw(junk)
        else:
            parent[path[-1]] = draw(junk)
    return document


@pytest.mark.rule("R201")
@pytest.mark.parametrize("name", GOOD)
def test_the_good_request_that_the_bad_ones_are_made_of_is_good(emulator: Emulator, name: str) -> None:
    method, path, body = GOOD[name]
    assert emulator.send(method, path.encode(), json.dumps(body).encode()).status == 200


@pytest.mark.rule("R201")
@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=400)
@given(data=st.data())
def test_a_spoiled_document_is_refused_clearly_or_legitimate(
    emulator: Emulator, name: str, data: st.DataObject
) -> None:
    method, path, body = GOOD[name]
    emulator.send(method, path.encode(), json.dumps(data.draw(spoiled(body))).encode())


@pytest.mark.rule("R205")
@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=100)
@given(body=st.binary(max_size=200))
@example(b"\x00")
def test_random_bytes_are_refused_clearly(emulator: Emulator, name: str, body: bytes) -> None:
    method, path, _ = GOOD[name]
    emulator.send(method, path.encode(), body)


@pytest.mark.rule("R205")
@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=100)
@given(data=st.data())
def test_a_damaged_body_is_refused_clearly(emulator: Emulator, name: str, data: st.DataObject) -> None:
    method, path, body = GOOD[name]
    text = bytearray(json.dumps(body).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(text) - 1))
        text[position : position + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=3))
    emulator.send(method, path.encode(), bytes(text))


GOOD_BODY = json.dumps(GOOD["create"][2])
BAD_BODIES = {
    "UTF-16": GOOD_BODY.encode("utf-16"),
    "UTF-16 without a mark": GOOD_BODY.encode("utf-16-le"),
    "UTF-32": GOOD_BODY.encode("utf-32"),
    "UTF-8 with a mark": GOOD_BODY.encode("utf-8-sig"),
    "Latin-1": GOOD_BODY.replace("Ready", "ünfertig").encode("latin-1"),
    "gzip": gzip.compress(GOOD_BODY.encode()),
    "cut off": GOOD_BODY[:-2].encode(),
    "twice": (GOOD_BODY * 2).encode(),
    "trailing comma": GOOD_BODY.replace("}}", "},}").encode(),
    "single quotes": GOOD_BODY.replace('"', "'").encode(),
    "comment": b"/* */" + GOOD_BODY.encode(),
    "form": b"orderId=1&fulfillment=2",
    "array": f"[{GOOD_BODY}]".encode(),
    "text": json.dumps(GOOD_BODY).encode(),
    "NaN": GOOD_BODY.replace('"quantity": 1', '"quantity": NaN').encode(),
    "Infinity": GOOD_BODY.replace('"quantity": 1', '"quantity": Infinity').encode(),
    "-Infinity": GOOD_BODY.replace('"quantity": 1', '"quantity": -Infinity').encode(),
    "many digits": GOOD_BODY.replace('"quantity": 1', f'"quantity": {"9" * 5000}').encode(),
    "leading zero": GOOD_BODY.replace('"quantity": 1', '"quantity": 01').encode(),
    "hexadecimal": GOOD_BODY.replace('"quantity": 1', '"quantity": 0x1').encode(),
    "deep arrays": b'{"fulfillment":' + b"[" * 9_000 + b"]" * 9_000 + b"}",
    "deep objects": b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
    "lone surrogate": GOOD_BODY.replace("Ready", "\\ud800").encode(),
    "null byte": GOOD_BODY.replace("Ready", "\x00").encode(),
    "overlong UTF-8": GOOD_BODY.encode().replace(b"Ready", b"\xc0\xaf"),
    "too large": GOOD_BODY.encode().ljust(BODY_BYTES_MAX + 1),
}


@pytest.mark.rule("R205")
@pytest.mark.parametrize("name", BAD_BODIES)
@pytest.mark.parametrize("target", GOOD)
def test_a_body_that_is_no_good_json_is_refused(emulator: Emulator, name: str, target: str) -> None:
    method, path, _ = GOOD[target]
    headers = ((b"content-type", b"application/json; charset=utf-16"),)
    answer = emulator.send(method, path.encode(), BAD_BODIES[name], headers)
    assert answer.status == (413 if name == "too large" else 400)


ENCODED = {
    "plain as gzip": (b"gzip", GOOD_BODY.encode(), 400),
    "gzip as deflate": (b"deflate", gzip.compress(GOOD_BODY.encode()), 400),
    "gzip cut off": (b"gzip", gzip.compress(GOOD_BODY.encode())[:-9], 400),
    "gzip of no JSON": (b"gzip", gzip.compress(b"{"), 400),
    "gzip of too much": (b"gzip", gzip.compress(GOOD_BODY.encode().ljust(BODY_BYTES_MAX * 100)), 413),
    "unknown encoding": (b"br", GOOD_BODY.encode(), 400),
    "two encodings": (b"gzip, gzip", GOOD_BODY.encode(), 400),
    "gzip": (b"gzip", gzip.compress(GOOD_BODY.encode()), 200),
}


@pytest.mark.rule("R205", "R210")
@pytest.mark.parametrize("name", ENCODED)
def test_an_encoded_body_is_decoded_or_refused(emulator: Emulator, name: str) -> None:
    encoding, body, status = ENCODED[name]
    method, path, _ = GOOD["create"]
    assert emulator.send(method, path.encode(), body, ((b"content-encoding", encoding),)).status == status


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1e400", "1.5", "-0", "-1.0"])
def test_a_number_that_is_no_integer_in_range_is_no_quantity(emulator: Emulator, number: str) -> None:
    method, path, _ = GOOD["create"]
    body = GOOD_BODY.replace('"quantity": 1', f'"quantity": {number}').encode()
    assert emulator.send(method, path.encode(), body).status == 400


def test_of_duplicate_keys_the_last_wins(emulator: Emulator) -> None:
    method, path, _ = GOOD["create"]
    body = GOOD_BODY.replace('"quantity": 1', '"quantity": 0, "quantity": 3').encode()
    answer = emulator.send(method, path.encode(), body)
    assert answer.status == 200
    assert answer.body["orderWithFulfillments"]["fulfillments"][0]["lineItems"][0]["quantity"] == 3


# Paths, queries, headers

KNOWN = (
    b"ecom v1 fulfillments orders bulk create-fulfillment create-fulfillments list-by-ids _emulator requests".split()
)
GARBLED = b"% %zz %00 %ff %ed%a0%80 %c0%af %2e%2e \xff \xc3\xbc {orderId} * . ..".split()
IDS = [one.encode() for one in (FULFILLMENT, ORDER, FULFILLED_ORDER, "x" * 101, "")]
segments = st.sampled_from([*KNOWN, *GARBLED, *IDS]) | st.binary(max_size=8).map(lambda one: one.translate(None, b"?/"))
paths = st.lists(segments, max_size=8).map(b"/".join)
prefixes = st.sampled_from([b"/", b"", f"{BASE}/".encode(), f"{BASE}/orders/".encode(), b"/ecom/v1/orders/"])


@pytest.mark.rule("R208")
@settings(max_examples=1_000)
@given(
    method=st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "TRACE", "get", "", "\x00"]),
    prefix=prefixes,
    path=paths,
    query=st.binary(max_size=30),
)
def test_a_garbled_path_is_refused_clearly(
    emulator: Emulator, method: str, prefix: bytes, path: bytes, query: bytes
) -> None:
    emulator.send(method, prefix + path + b"?" + query)


@settings(max_examples=300)
@given(
    headers=st.lists(
        st.tuples(
            st.sampled_from([b"wix-site-id", b"authorization", b"content-type", b"content-length", b"accept", b"x"]),
            st.binary(max_size=150),
        ),
        max_size=4,
    )
)
@example([(b"content-length", b"9" * 30)])
@example([(b"content-length", b"-1")])
@example([(b"wix-site-id", b"\xff")])
@example([(b"wix-site-id", b"s" * 101)])
def test_garbled_headers_are_refused_clearly_or_overlooked(
    emulator: Emulator, headers: list[tuple[bytes, bytes]]
) -> None:
    emulator.send("GET", f"{BASE}/orders/{ORDER}".encode(), headers=tuple(headers))


@settings(max_examples=200)
@given(query=st.binary(max_size=60))
@example(b"orderId=&orderId=%ff&fulfillmentId=\x00&&&==")
@example(b"&".join([b"orderId=x"] * 2_000))
def test_a_garbled_query_is_overlooked(emulator: Emulator, query: bytes) -> None:
    path = f"{BASE}/{FULFILLMENT}/orders/{FULFILLED_ORDER}?".encode()
    assert emulator.send("DELETE", path + query).status == 200
