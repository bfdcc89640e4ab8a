"""Other habits of the real API: read-your-writes header, browsers, HEAD and OPTIONS, compressed bodies, rate limit."""

import gzip
import json
import zlib
from typing import Any

import pytest
from httpx2 import Response

from emulator.settings import Settings
from tests.api.shop import BASE, Shop, code, violations
from tests.factories import ITEM, guid

ORIGIN = "https://shop.example"
LIST = f"{BASE}/orders/{guid(404)}"
CREATED = {"fulfillment": {"lineItems": [{"id": ITEM, "quantity": 1}]}}


def preflight(shop: Shop, path: str, method: str, headers: str = "authorization,content-type,wix-site-id") -> Response:
    asked = {"access-control-request-method": method, "access-control-request-headers": headers}
    return shop.client.options(path, headers={"origin": ORIGIN, **asked})


# X-Wix-Consistent


@pytest.mark.rule("R706")
def test_every_answer_carries_a_new_consistency_token(shop: Shop) -> None:
    answers = [
        shop.client.get(LIST),
        shop.client.post("/ecom/v1/orders/search", json={}),
        shop.client.get("/ecom/v1/nothing"),
        shop.client.post("/oauth2/token", json={}),
    ]
    assert all(answer.headers["x-wix-consistent"] for answer in answers)
    assert len({answer.headers["x-wix-consistent"] for answer in answers}) == 4


@pytest.mark.rule("R706")
def test_a_consistency_token_may_be_sent_back_whatever_it_says(shop: Shop) -> None:
    order_id = shop.order()
    for text in (shop.create(order_id).headers["x-wix-consistent"], "", "anything at all"):
        answer = shop.client.get(f"{BASE}/orders/{order_id}", headers={"x-wix-consistent": text})
        assert len(answer.json()["orderWithFulfillments"]["fulfillments"]) == 1


# Browsers


@pytest.mark.rule("R707")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", LIST),
        ("POST", f"{LIST}/create-fulfillment"),
        ("PATCH", f"{BASE}/{guid(1)}/orders/{guid(2)}"),
        ("DELETE", f"{BASE}/{guid(1)}/orders/{guid(2)}"),
        ("POST", "/oauth2/token"),
    ],
)
def test_a_browser_that_asks_first_is_allowed(shop: Shop, method: str, path: str) -> None:
    answer = preflight(shop, path, method)
    assert (answer.status_code, answer.content) == (200, b"")
    assert method in answer.headers["access-control-allow-methods"].split(", ")
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type,wix-site-id"
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert int(answer.headers["access-control-max-age"]) > 0


@pytest.mark.rule("R707")
def test_a_page_of_another_origin_may_read_the_answer_and_its_headers(shop: Shop) -> None:
    order_id = shop.order()
    for path in (f"{BASE}/orders/{order_id}", LIST):
        answer = shop.client.get(path, headers={"origin": ORIGIN})
        assert (answer.headers["access-control-allow-origin"], answer.headers["vary"]) == (ORIGIN, "origin")
        exposed = answer.headers["access-control-expose-headers"].split(", ")
        assert {"x-wix-request-id", "x-wix-consistent", "x-emulator-explain"} <= set(exposed)


@pytest.mark.rule("R707")
def test_who_is_no_browser_hears_nothing_of_origins(shop: Shop) -> None:
    assert not [name for name in shop.client.get(LIST).headers if name.startswith("access-control")]


@pytest.mark.rule("R707")
@pytest.mark.parametrize("path", ["/_emulator/health", "/_emulator/orders", "/_emulator/reset"])
def test_the_control_plane_is_not_for_pages_of_other_origins(shop: Shop, path: str) -> None:
    answers = [preflight(shop, path, "POST"), shop.client.get(path, headers={"origin": ORIGIN})]
    assert not [one for one in answers if "access-control-allow-origin" in one.headers]


@pytest.mark.rule("R704", "R707")
@pytest.mark.parametrize("settings", [Settings(seed=("empty",), auth="strict", rate_limit=1)])
def test_a_browser_asks_without_credentials_and_for_nothing(shop: Shop) -> None:
    assert [preflight(shop, LIST, "GET").status_code for _ in range(3)] == [200] * 3
    assert code(shop.client.get(LIST, headers={"origin": ORIGIN})) == (401, "UNAUTHENTICATED")


# OPTIONS, HEAD, slashes


@pytest.mark.rule("R707")
def test_options_tells_the_methods_of_a_path(shop: Shop) -> None:
    answer = shop.client.options(f"{BASE}/{guid(1)}/orders/{guid(2)}")
    assert (answer.status_code, answer.headers["allow"]) == (200, "DELETE, OPTIONS, PATCH")
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.rule("R208", "R707")
def test_options_of_an_unknown_path_is_not_found(shop: Shop) -> None:
    assert code(shop.client.options("/ecom/v1/nothing")) == (404, "NOT_FOUND")


@pytest.mark.rule("R707")
def test_head_is_answered_as_get_but_for_the_body(shop: Shop) -> None:
    path = f"{BASE}/orders/{shop.order()}"
    head, get = shop.client.head(path), shop.client.get(path)
    assert head.status_code == get.status_code == 200
    assert head.headers["content-length"] == get.headers["content-length"]
    assert shop.client.head(LIST).status_code == 404


@pytest.mark.rule("R208", "R707")
def test_head_of_a_path_that_has_no_get_is_not_allowed(shop: Shop) -> None:
    assert shop.client.head("/ecom/v1/orders/search").status_code == 405
    assert shop.client.head(f"{BASE}/{guid(1)}/orders/{guid(2)}").status_code == 405


@pytest.mark.rule("R707")
def test_a_slash_at_the_end_of_a_path_does_not_matter(shop: Shop) -> None:
    order_id = shop.order()
    assert shop.client.get(f"{BASE}/orders/{order_id}/").status_code == 200
    created = shop.client.post(f"{BASE}/orders/{order_id}/create-fulfillment/", json=CREATED)
    assert created.status_code == 200
    assert shop.client.post("/ecom/v1/orders/search/", json={}).status_code == 200


@pytest.mark.rule("R208", "R707")
@pytest.mark.parametrize("path", [f"{LIST}//", f"/{LIST}", f"{BASE}//orders/{guid(404)}"])
def test_any_other_slash_too_many_is_not_found(shop: Shop, path: str) -> None:
    assert code(shop.client.get(f"http://testserver{path}")) == (404, "NOT_FOUND")


# Compressed bodies


def deflated(body: bytes) -> bytes:
    return zlib.compress(body)


@pytest.mark.rule("R707")
@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", deflated),
        ("identity", bytes),
    ],
)
def test_a_compressed_body_is_read(shop: Shop, encoding: str, compress: Any) -> None:
    order_id = shop.order()
    answer = shop.client.post(
        f"{BASE}/orders/{order_id}/create-fulfillment",
        content=compress(json.dumps(CREATED).encode()),
        headers={"content-encoding": encoding, "content-type": "application/json"},
    )
    assert answer.status_code == 200, answer.text
    assert len(shop.fulfillments(order_id)) == 1


@pytest.mark.rule("R205", "R707")
@pytest.mark.parametrize(
    ("encoding", "body", "phrase"),
    [
        ("gzip", b"{}", "is not valid gzip"),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-9], "ends too early"),
        ("br", b"{}", "has content-encoding br"),
    ],
)
def test_a_body_that_cannot_be_decompressed_is_refused(shop: Shop, encoding: str, body: bytes, phrase: str) -> None:
    answer = shop.client.post("/ecom/v1/orders/search", content=body, headers={"content-encoding": encoding})
    assert violations(answer) == [("", "FORMAT")]
    assert phrase in answer.text


@pytest.mark.rule("R210", "R707")
@pytest.mark.parametrize("settings", [Settings(seed=("empty",), body_bytes_max=1_000)])
@pytest.mark.parametrize(("size", "status"), [(900, 200), (1_001, 413), (50_000_000, 413)])
def test_the_size_of_a_compressed_body_is_what_it_is_decompressed(shop: Shop, size: int, status: int) -> None:
    text = json.dumps({"padding": "x" * size}).encode() if size < 1_000 else b"x" * size
    answer = shop.client.post(
        "/ecom/v1/orders/search", content=gzip.compress(text), headers={"content-encoding": "gzip"}
    )
    assert answer.status_code == status


# Rate limit

LIMITED = Settings(seed=("empty",), rate_limit=3)


@pytest.fixture
def minute(shop: Shop) -> None:
    """The clock stands at the beginning of a minute."""
    shop.client.put("/_emulator/clock", json={"now": "2026-03-01T12:00:00Z"})


@pytest.mark.rule("R213")
@pytest.mark.usefixtures("minute")
@pytest.mark.parametrize("settings", [LIMITED])
def test_more_calls_than_allowed_in_a_minute_are_refused(shop: Shop) -> None:
    answers = [shop.client.get(LIST) for _ in range(5)]
    assert [code(one) for one in answers] == [(404, "ORDER_NOT_FOUND")] * 3 + [(429, "RESOURCE_EXHAUSTED")] * 2
    error = answers[-1].json()["details"]["applicationError"]
    assert error["data"] == {"callsPerMinute": 3}


@pytest.mark.rule("R213")
@pytest.mark.usefixtures("minute")
@pytest.mark.parametrize("settings", [LIMITED])
def test_the_next_minute_of_the_sites_clock_allows_as_many_again(shop: Shop) -> None:
    assert [shop.client.get(LIST).status_code for _ in range(4)] == [404, 404, 404, 429]
    shop.client.post("/_emulator/clock/advance", json={"seconds": 59.999})
    assert shop.client.get(LIST).status_code == 429
    shop.client.post("/_emulator/clock/advance", json={"seconds": 0.001})
    assert [shop.client.get(LIST).status_code for _ in range(4)] == [404, 404, 404, 429]


@pytest.mark.rule("R213")
@pytest.mark.usefixtures("minute")
@pytest.mark.parametrize("settings", [LIMITED])
def test_every_site_is_counted_for_itself(shop: Shop) -> None:
    for site_id in (guid(1), guid(2)):
        headers = {"wix-site-id": site_id}
        shop.client.put("/_emulator/clock", json={"now": "2026-03-01T12:00:00Z"}, headers=headers)
        assert [shop.client.get(LIST, headers=headers).status_code for _ in range(4)] == [404, 404, 404, 429]


@pytest.mark.rule("R213")
@pytest.mark.usefixtures("minute")
@pytest.mark.parametrize("settings", [LIMITED])
def test_a_refused_call_changes_nothing(shop: Shop) -> None:
    order_id = shop.order()
    assert [shop.create(order_id).status_code for _ in range(4)] == [200, 200, 200, 429]
    shop.client.post("/_emulator/clock/advance", json={"seconds": 60})
    assert len(shop.fulfillments(order_id)) == 3


@pytest.mark.rule("R213")
@pytest.mark.usefixtures("minute")
@pytest.mark.parametrize("settings", [LIMITED])
def test_the_control_plane_is_not_counted(shop: Shop) -> None:
    assert {shop.client.get("/_emulator/health").status_code for _ in range(10)} == {200}
    assert shop.client.get(LIST).status_code == 404


@pytest.mark.rule("R213")
def test_without_a_limit_nothing_is_refused(shop: Shop) -> None:
    assert {shop.client.get(LIST).status_code for _ in range(30)} == {404}
