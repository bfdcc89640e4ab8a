"""Canaries: credentials in every place where a client may put them, and nowhere to be read afterwards."""

import asyncio
import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.gateway import Gateway
from emulator.api.operation import Operation
from emulator.api.paths import PathTable
from emulator.api.redaction import REDACTED, shown_body, without_secrets, without_tokens
from emulator.api.stream import Stream
from emulator.app import create_app
from emulator.journal import Entry
from emulator.settings import Settings
from tests.api.shop import BASE, Shop

CANARY = "canary-7f3a"
FORM = {"content-type": "application/x-www-form-urlencoded"}
SEARCH = "/ecom/v1/orders/search"

FIELDS = {
    "client_secret": CANARY,
    "clientSecret": CANARY,
    "refresh_token": CANARY,
    "code": CANARY,
    "code_verifier": CANARY,
    "id_token": CANARY,
    "client_assertion": CANARY,
    "appSecret": CANARY,
    "password": CANARY,
    "api-key": CANARY,
    "deep": [{"accessToken": CANARY, "privateKey": CANARY}],
}
HEADERS = {
    "authorization": f"Bearer {CANARY}",
    "cookie": f"session={CANARY}",
    "x-api-key": CANARY,
    "x-emulator-token": CANARY,
    "x-wix-app-secret": CANARY,
    "proxy-authorization": f"Basic {CANARY}",
}


def sing(client: TestClient) -> None:
    """Send a canary in every place."""
    flat = "&".join(f"{name}={CANARY}" for name in FIELDS if name != "deep")
    for path in ("/oauth2/token", "/oauth/access", "/oauth2/token-info", "/oauth2/unknown"):
        client.post(path, json=FIELDS, headers=HEADERS)
        client.post(path, content=flat, headers=FORM)
        client.post(path, content=flat)
        client.post(path, content=json.dumps(FIELDS)[:-3])
        client.post(f"{path}?{flat}")
    body = {name: value for name, value in FIELDS.items() if not name.startswith("code")}
    text = flat.replace("code=", "x=token=").replace("code_verifier=", "secret=")
    for path in (SEARCH, "/nothing", f"{BASE}/orders/x/create-fulfillment"):
        client.post(path, json=body, headers=HEADERS)
        client.post(path, json={"privateKey": {"pem": CANARY}, "tokens": [CANARY, {"a": CANARY}]})
        client.post(path, json={"filter": {}, **body, "padding": "x" * 1_100_000})
        client.post(path, content=json.dumps(body)[:-3])
        client.post(path, content=text, headers=FORM)
        client.post(path, content=f"Authorization: Bearer {CANARY}\npassword : {CANARY}")
        client.get(f"{path}?{flat}", headers=HEADERS)


def silent(client: TestClient) -> None:
    """Nothing that can be read tells one."""
    listed = client.get("/_emulator/requests").json()["requests"]
    assert len(listed) > 30
    assert REDACTED in json.dumps(listed)
    for one in listed:
        assert CANARY not in json.dumps(one), one
    for path in (
        "requests?brief=true",
        "requests?failed=true",
        "state",
        "deliveries",
        "orders",
        "summary",
        "sites",
        "",
    ):
        assert CANARY not in client.get(f"/_emulator/{path}").text
    asked = {"operation": "searchOrders", "body": {"clientSecret": "x"}}
    assert CANARY not in client.post("/_emulator/requests/verify", json=asked).text


def test_no_credential_that_a_client_sends_can_be_read_again(api: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="emulator"):
        sing(api)
        silent(api)
    assert CANARY not in caplog.text


def test_the_apps_own_secrets_are_told_by_the_manifest_alone(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(seed=("empty",), app_secret=CANARY, api_key=f"IST.{CANARY}", auth="strict")
    client = TestClient(create_app(settings))
    with caplog.at_level(logging.DEBUG, logger="emulator"):
        for _ in range(16):
            asked = {"grant_type": "client_credentials", "client_id": settings.app_id, "client_secret": CANARY}
            assert client.post("/oauth2/token", json=asked).status_code == 200
            assert (
                client.post(SEARCH, headers={"authorization": f"IST.{CANARY}", "wix-site-id": "x"}).status_code == 200
            )
            client.post(SEARCH, headers={"authorization": f"Bearer IST.{CANARY}"})
        silent(client)
    assert CANARY not in caplog.text
    assert client.get("/_emulator/manifest").json()["appSecret"] == CANARY


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"search": {"filter": {"clientSecret": CANARY}}, "token": CANARY}},
        {"json": {}, "headers": {"authorization": f"Bearer {CANARY}"}},
        {"content": f'{{"secret": "{CANARY}"'},
        {"content": f"client_secret={CANARY}"},
        {"json": {"tokens": [CANARY, {"value": CANARY}]}},
        {"json": {"secret": {"value": [CANARY]}}},
        {"json": {}, "headers": {"cookie": f"a=b; session={CANARY}"}},
        {"json": {}, "params": {"api_key": CANARY}},
    ],
)
def test_a_fault_of_our_own_does_not_tell_one_either(
    shop: Shop, caplog: pytest.LogCaptureFixture, sent: dict[str, Any]
) -> None:
    async def fails(call: Call) -> Response:
        raise RuntimeError(f"{call.operation.id}: {sent}")

    gateway = shop.client.app
    assert isinstance(gateway, Gateway)
    table = PathTable([Operation("searchOrders", "POST", SEARCH, fails, "Fail, and tell what was asked")])
    broken = TestClient(Gateway(table, lambda: (), gateway.emulator, body_bytes_max=1_000_000))
    with caplog.at_level(logging.DEBUG, logger="emulator"):
        assert broken.post(SEARCH, **sent).status_code == 500
    (failed,) = shop.client.get("/_emulator/requests?failed=true").json()["requests"]
    assert "Traceback" in failed["failure"]
    assert REDACTED in failed["failure"]
    assert "RuntimeError" in caplog.text
    assert CANARY not in caplog.text + json.dumps(failed)


async def read(stream: Stream) -> str:
    return b"".join([message async for message in stream.messages()]).decode()


TOKENS = [f"OauthNG.JWS.{CANARY}.x", f"IST.{CANARY}", f"eyJhbGciOiJI.{CANARY}"]


@pytest.mark.parametrize("credential", TOKENS)
@pytest.mark.parametrize(
    "sent",
    [
        ("GET", "/ecom/v1/orders/TOKEN", {}),
        ("POST", "/ecom/v1/orders/TOKEN/cancel", {}),
        ("PUT", "/ecom/v1/orders/TOKEN", {}),
        ("GET", "/nothing/TOKEN/more", {}),
        (
            "POST",
            f"{BASE}/orders/x/create-fulfillment",
            {"json": {"fulfillment": {"id": "TOKEN", "TOKEN": ["of TOKEN"]}}},
        ),
        ("POST", SEARCH, {"json": {"search": {"filter": {"number": "TOKEN"}}}}),
        ("POST", SEARCH, {"content": "number is TOKEN, said"}),
        ("GET", "/ecom/v1/orders/x?number=TOKEN", {"headers": {"referer": "http://localhost/TOKEN"}}),
    ],
    ids=lambda sent: " ".join(sent[:2]),
)
def test_what_looks_like_a_token_is_not_told_wherever_it_stands(
    shop: Shop, sent: tuple[str, str, Any], credential: str
) -> None:
    gateway = shop.client.app
    assert isinstance(gateway, Gateway)
    stream = Stream()
    gateway.emulator.sites.site().changes.listen(stream.put)
    method, path, more = json.loads(json.dumps(sent).replace("TOKEN", credential))
    shop.client.request(method, path, **more)
    stream.close()
    told = asyncio.run(read(stream))
    listed = shop.client.get("/_emulator/requests")
    told += listed.text + shop.client.get("/_emulator/requests?brief=true").text
    told += shop.client.get(f"/_emulator/requests/{listed.json()['requests'][-1]['requestId']}").text
    wanted = {"operation": "getOrder", "status": 200}
    told += shop.client.post("/_emulator/requests/verify", json=wanted).text
    assert CANARY not in told
    assert REDACTED in told
    assert path.split("/")[1] in told


def test_the_log_does_not_tell_a_token_of_the_path_either(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    async def fails(call: Call) -> Response:
        raise RuntimeError(f"no {call.path_parameters['id']}")

    gateway = shop.client.app
    assert isinstance(gateway, Gateway)
    table = PathTable([Operation("getOrder", "GET", "/ecom/v1/orders/{id}", fails, "Fail, and tell what was asked")])
    broken = TestClient(Gateway(table, lambda: (), gateway.emulator, body_bytes_max=1_000_000))
    assert broken.get(f"/ecom/v1/orders/{TOKENS[0]}").status_code == 500
    assert f"GET /ecom/v1/orders/{REDACTED} failed" in caplog.text
    assert f"no {REDACTED}" in caplog.text
    assert CANARY not in caplog.text + shop.client.get("/_emulator/requests").text


@pytest.mark.parametrize(
    "text", ["an IST.", "LIST.of", "eyes.only", "eyewear-collection.jpg", "OauthNG.JWS", "keyboard-eyJhbGciOiJI.x"]
)
def test_what_only_begins_like_a_token_stays(text: str) -> None:
    assert without_tokens(text) == text


def test_a_text_that_might_be_a_token_at_every_letter_is_read_once() -> None:
    text = "eyJ-" * 1_000_000
    assert without_tokens({"note": [text]}) == {"note": [text]}


TEXTS = [
    f"authorization: Token {CANARY}",
    f'Authorization: Digest username="u", response={CANARY}',
    f"cookie: a=b; session={CANARY}",
    f"set-cookie = a=b; session={CANARY}; Path=/",
    f'{{"client_secret": ["{CANARY}"]',
    f'{{"token": {{"value": "{CANARY}"}}, ',
    f"{{'client_secret': 'abc {CANARY}'",
    f"password: abc,{CANARY}",
    f"password: abc;{CANARY}",
    f'{{"authorization": {{\n"value": "{CANARY}"}}, ',
    f'{{"raw": "{{\\"client_secret\\": \\"abc {CANARY}\\"}}", ',
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_does_not_show_what_may_be_a_part_of_a_credential(text: str) -> None:
    shown = shown_body(text.encode(), SEARCH)
    assert CANARY not in shown
    assert REDACTED in shown


@pytest.mark.parametrize("text", TEXTS)
def test_nor_does_a_traceback(text: str) -> None:
    entry = Entry("id", datetime.now(UTC), "POST", SEARCH, body=text.encode())
    assert CANARY not in without_secrets(f"it broke at {text!r}", entry)


def test_the_lines_around_a_credential_stay() -> None:
    text = b"orderId: o\nauthorization: Token abc def\nnote=n&token=abc&order=p"
    assert shown_body(text, SEARCH) == (f"orderId: o\nauthorization: {REDACTED}\nnote=n&token={REDACTED}&order=p")


def test_what_is_no_credential_stays(api: TestClient) -> None:
    kept = {"orderId": "o", "cursorPaging": {"cursor": "c"}, "keyboard": "k", "code": "C", "note": "no secrets here"}
    api.post(SEARCH, json=kept)
    assert api.get("/_emulator/requests").json()["requests"][-1]["request"]["body"] == kept
    api.post(SEARCH, content="no secrets here, only text: really")
    assert api.get("/_emulator/requests").json()["requests"][-1]["request"]["body"].startswith("no secrets here, only")
