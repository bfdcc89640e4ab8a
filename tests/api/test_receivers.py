"""Webhooks go to configured receivers only, and Wix is none: each way in which a URL becomes a receiver refuses it."""

import json
from collections.abc import Callable

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from tests.api.shop import violations
from tests.cli.process import run, usage

WIX = "https://www.wixapis.com/webhook"
MINE = "http://127.0.0.1:1/webhook"

Way = Callable[[TestClient, str], Response]


def subscribed(api: TestClient, url: str) -> Response:
    return api.post("/_emulator/webhooks", json={"url": url})


def fired(api: TestClient, url: str) -> Response:
    return api.post("/_emulator/events", json={"eventType": "wixEvents_onOrderUpdated", "to": url})


def loaded(api: TestClient, url: str) -> Response:
    """A snapshot with a subscription and a delivery to that URL."""
    fired(api, MINE)
    subscription = subscribed(api, MINE).json()["id"]
    state = api.get("/_emulator/state").text.replace(MINE, url)
    api.delete(f"/_emulator/webhooks/{subscription}")
    return api.put("/_emulator/state", content=state)


@pytest.mark.parametrize("way", [subscribed, fired, loaded])
@pytest.mark.parametrize("url", [WIX, "https://manage.wix.com/", "http://user:pass@127.0.0.1/"])
def test_the_control_plane_refuses_it(api: TestClient, way: Way, url: str) -> None:
    before = api.get("/_emulator/webhooks").json()
    answer = way(api, url)
    fields = {field for field, rule in violations(answer) if rule == "VALIDATION"}
    assert fields
    assert all(field.endswith(("url", "to")) for field in fields)
    assert api.get("/_emulator/webhooks").json() == before


@pytest.mark.parametrize("way", [subscribed, fired, loaded])
def test_any_other_receiver_is_fine(api: TestClient, way: Way) -> None:
    assert way(api, MINE).status_code == 200


def test_serve_refuses_it() -> None:
    done = run("serve", "--port", "0", "--webhook-url", WIX)
    assert done.status == 2
    assert "never go to Wix" in done.err


def test_listen_does_not_forward_to_it() -> None:
    done = usage("listen", "--forward-to", WIX)
    assert done.status == 2
    assert "never go to Wix" in done.err


def test_without_a_receiver_nothing_is_sent(api: TestClient) -> None:
    answer = api.post("/_emulator/events", json={"eventType": "wixEvents_onOrderUpdated"}).json()
    assert answer["deliveries"] == []
    assert api.post("/_emulator/settle", json={}).json() == {"delivered": 0, "failed": 0, "waiting": 0}
    assert MINE not in json.dumps(api.get("/_emulator/state").json())
