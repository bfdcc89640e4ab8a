"""`wix-emulator listen`: what a developer sees in the second terminal."""

import json
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from httpx2 import Client

from emulator.webhooks.keys import SigningKey
from tests.cli.process import NOBODY, Running, free_port, run, running, usage
from tests.conftest import Server, start_server, stop_server
from tests.webhooks.receiver import receiving

Json = dict[str, Any]
FULFILLMENTS_UPDATED = "wix.ecom.v1.fulfillments_updated"
ANNOUNCEMENT = re.compile(r"listening at (http://127\.0\.0\.1:\d+) for (.+)")


@dataclass(frozen=True)
class Site:
    """A site of its own on a running emulator."""

    url: str
    id: str
    client: Client

    def listening(self, *flags: str) -> AbstractContextManager[Running]:
        return running("listen", "--port", "0", "--url", self.url, "--site", self.id, *flags)

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = self.client.request(method, f"/_emulator/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def fire(self, event_type: str = FULFILLMENTS_UPDATED, **fields: Any) -> Json:
        return self.call("POST", "events", {"eventType": event_type, **fields})

    def last_attempt(self) -> Json:
        self.call("POST", "settle", {})
        return dict(self.call("GET", "deliveries")["deliveries"][-1]["attempts"][-1])

    def subscriptions(self) -> list[str]:
        return [one["url"] for one in self.call("GET", "webhooks")["webhooks"]]


def site_of(url: str) -> Site:
    site_id = str(uuid4())
    return Site(url, site_id, Client(base_url=url, headers={"wix-site-id": site_id}, timeout=60))


@pytest.fixture
def site(server: Server) -> Iterator[Site]:
    site = site_of(server.url)
    with site.client:
        yield site


def address(listen: Running, stream: str = "out") -> str:
    found = ANNOUNCEMENT.fullmatch(listen.line(stream))
    assert found
    return found[1]


def test_it_says_where_it_listens_and_for_whom(site: Site) -> None:
    with site.listening() as listen:
        found = ANNOUNCEMENT.fullmatch(listen.line())
        assert found
        assert found[2] == site.url
        assert site.subscriptions() == [f"{found[1]}/webhook"]


@pytest.mark.rule("R304")
def test_it_prints_a_verified_line_for_each_delivery(site: Site) -> None:
    with site.listening() as listen:
        address(listen)
        event = site.fire()["event"]
        count = len(event["updatedEvent"]["currentEntity"]["fulfillments"])
        expected = rf"\d\d:\d\d:\d\d verified {FULFILLMENTS_UPDATED} {event['entityId']} #1 {count} fulfillments -> 200"
        assert re.fullmatch(expected, listen.line())
        assert site.last_attempt()["status"] == 200


def test_as_json_it_prints_every_layer_on_one_line(site: Site) -> None:
    with site.listening("--json") as listen:
        address(listen, "err")
        event = site.fire()["event"]
        printed = json.loads(listen.line())
        assert (printed["verified"], printed["error"], printed["status"]) == (True, None, 200)
        assert printed["event"] == event
        assert printed["envelope"]["eventType"] == FULFILLMENTS_UPDATED
        assert printed["claims"].keys() == {"data", "iat", "exp"}
        assert printed["header"].keys() == {"alg", "kid"}
        assert printed["token"].count(".") == 2


def test_it_answers_with_the_status_that_was_chosen(site: Site) -> None:
    with site.listening("--status", "503") as listen:
        address(listen)
        site.fire()
        assert listen.line().endswith("-> 503")
        assert site.last_attempt()["status"] == 503


@pytest.mark.rule("R305")
def test_an_answer_after_two_seconds_is_too_late(site: Site) -> None:
    with site.listening("--delay", "2s") as listen:
        address(listen)
        site.fire()
        assert site.last_attempt()["error"] == "no answer within 1250 ms"


def test_it_passes_deliveries_on_and_answers_with_that_status(site: Site) -> None:
    with receiving() as receiver, site.listening("--forward-to", receiver.url) as listen:
        address(listen)
        receiver.answer(418)
        token = site.fire()["deliveries"][0]["token"]
        assert listen.line().endswith("-> 418")
        assert receiver.received[0].body.decode() == token
        assert receiver.received[0].headers["content-type"] == "text/plain"
        assert site.last_attempt()["status"] == 418


def test_a_target_that_does_not_answer_is_a_502_and_is_told(site: Site) -> None:
    target = f"{NOBODY}/"
    with site.listening("--forward-to", target) as listen:
        address(listen)
        site.fire()
        assert listen.line().endswith("-> 502")
        assert listen.line("err").startswith(f"could not forward to {target}: ")


@pytest.mark.rule("R304")
def test_a_token_is_verified_at_the_time_of_its_site(site: Site) -> None:
    site.call("PUT", "clock", {"now": "2020-01-01T00:00:00Z"})
    with site.listening() as listen:
        address(listen)
        site.fire()
        assert f" verified {FULFILLMENTS_UPDATED} " in listen.line()
        site.fire(chaos="expired-token")
        assert " NOT VERIFIED (expired at 2019-12-" in listen.line()


@pytest.mark.rule("R304")
@pytest.mark.parametrize(
    ("chaos", "reason"),
    [
        ("expired-token", "expired at "),
        ("wrong-key", "Signature verification failed"),
        ("tampered-payload", "Signature verification failed"),
        ("truncated-body", "the token has 2 parts, expected 3"),
    ],
)
def test_it_does_not_verify_what_must_be_refused(site: Site, chaos: str, reason: str) -> None:
    with site.listening() as listen:
        address(listen)
        site.fire(chaos=chaos)
        assert f" NOT VERIFIED ({reason}" in listen.line()


def test_what_is_not_verified_is_so_in_json_too(site: Site) -> None:
    with site.listening("--json") as listen:
        address(listen, "err")
        site.fire(chaos="wrong-key")
        printed = json.loads(listen.line())
        assert (printed["verified"], printed["error"]) == (False, "Signature verification failed")


def test_an_unknown_event_type_is_verified_and_named(site: Site) -> None:
    with site.listening() as listen:
        address(listen)
        site.fire(chaos="unknown-event-type")
        assert " verified wix.ecom.v1.fulfillments_teleported " in listen.line()


def test_a_ticket_order_is_named_by_its_number(site: Site) -> None:
    with site.listening() as listen:
        address(listen)
        number = site.fire("wixEvents_onOrderUpdated")["event"]["orderNumber"]
        assert f" verified wixEvents_onOrderUpdated {number} -> 200" in listen.line()


@pytest.mark.parametrize(
    ("delivery_format", "name"), [("sdk", FULFILLMENTS_UPDATED), ("velo", "wixEcom_onFulfillmentsUpdated")]
)
def test_a_format_without_a_signature_is_shown_as_what_it_is(site: Site, delivery_format: str, name: str) -> None:
    with site.listening() as listen:
        event = site.fire(to=address(listen), format=delivery_format)["event"]
        line = listen.line()
        assert f" NOT VERIFIED (formats sdk and velo carry no signature) {name} {event['entityId']}" in line


def test_a_body_that_was_set_to_anything_is_shown(site: Site) -> None:
    with site.listening() as listen:
        address(listen)
        for fulfillments in (3, None, "some", [3], {"id": 1}):
            site.fire(set={"fulfillments": fulfillments})
            assert f" verified {FULFILLMENTS_UPDATED} " in listen.line()
            assert site.last_attempt()["status"] == 200


def test_whatever_comes_is_answered_and_not_verified(site: Site) -> None:
    with site.listening() as listen:
        at = address(listen)
        for body in (
            b"",
            b"garbage",
            b"\xff\xfe",
            b"{",
            b"a.b.c",
            b"{}",
            b"[]",
            b"null",
            b'{"event": 3, "handler": []}',
        ):
            assert site.client.post(f"{at}/webhook", content=body).status_code == 200
            assert " NOT VERIFIED (" in listen.line()


def test_a_browser_is_told_what_to_do(site: Site) -> None:
    with site.listening() as listen:
        answer = site.client.get(address(listen))
        assert (answer.status_code, answer.text) == (405, "send webhooks here by POST\n")


def test_it_hears_its_own_site_alone(site: Site) -> None:
    with site.listening() as listen:
        address(listen)
        with site_of(site.url).client as elsewhere:
            elsewhere.post("/_emulator/events", json={"eventType": FULFILLMENTS_UPDATED})
            elsewhere.post("/_emulator/settle")
        event = site.fire()["event"]
        assert event["entityId"] in listen.line()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_when_it_is_stopped_its_subscription_ends_too(site: Site, stop: int) -> None:
    with site.listening() as listen:
        address(listen)
        assert listen.stop(stop) == 0
        assert site.subscriptions() == []


def test_without_an_emulator_it_says_how_to_start_one_and_listens() -> None:
    with running("listen", "--port", "0", "--url", NOBODY) as listen:
        at = address_for_nobody(listen.line())
        with Client() as client:
            assert client.post(at, content=b"garbage").status_code == 200
        assert listen.stop(signal.SIGTERM) == 0


def test_after_a_reset_it_subscribes_again_and_says_so(site: Site) -> None:
    with site.listening() as listen:
        at = address(listen)
        site.call("POST", "reset", {})
        assert listen.line() == f"subscribed at {site.url}, which did not know this listener (any more)"
        assert site.subscriptions() == [f"{at}/webhook"]
        site.fire()
        assert f" verified {FULFILLMENTS_UPDATED} " in listen.line()
        assert listen.stop(signal.SIGTERM) == 0
        assert site.subscriptions() == []


def test_an_emulator_that_was_started_for_it_by_another_name_is_not_asked_twice(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with running("listen", "--port", "0", "--url", url) as listen:
        found = re.match(r"listening at (\S+) for nobody yet", listen.line())
        assert found
        mine = found[1].replace("127.0.0.1", "localhost") + "/hook"
        flags = ("--port", url.rpartition(":")[2], "--key-file", str(key_file(tmp_path)), "--webhook-url", mine)
        server = start_server(*flags)
        try:
            assert listen.line() == f"{url} answers again"
            with Client(base_url=url) as client:
                client.post("/_emulator/events", json={"eventType": FULFILLMENTS_UPDATED})
                assert f" verified {FULFILLMENTS_UPDATED} " in listen.line()
                assert [one["url"] for one in client.get("/_emulator/webhooks").json()["webhooks"]] == [mine]
        finally:
            assert stop_server(server) == 0


def test_at_an_emulator_that_starts_after_it_it_subscribes_with_that_ones_key(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with running("listen", "--port", "0", "--url", url) as listen:
        assert f" for nobody yet, as no emulator answers at {url}" in listen.line()
        server = start_server("--port", url.rpartition(":")[2], "--key-file", str(key_file(tmp_path)))
        try:
            assert listen.line().startswith(f"subscribed at {url}")
            with Client(base_url=url) as client:
                client.post("/_emulator/events", json={"eventType": FULFILLMENTS_UPDATED})
            assert f" verified {FULFILLMENTS_UPDATED} " in listen.line()
        finally:
            assert stop_server(server) == 0


def address_for_nobody(line: str) -> str:
    found = re.fullmatch(
        r"listening at (\S+) for nobody yet, as no emulator answers at http://127.0.0.1:1: it subscribes as soon "
        r"as one does, or is told with: wix-emulator --webhook-url (\S+)",
        line,
    )
    assert found
    assert found[1] == found[2]
    return found[1]


def test_an_emulator_that_starts_after_it_is_heard_and_verified() -> None:
    with running("listen", "--port", "0", "--url", NOBODY) as listen:
        server = start_server("--webhook-url", address_for_nobody(listen.line()))
        try:
            site = site_of(server.url)
            with site.client:
                site.fire()
            assert f" verified {FULFILLMENTS_UPDATED} " in listen.line()
        finally:
            assert stop_server(server) == 0


def key_file(folder: Path) -> Path:
    """A new signing key's."""
    key = rsa.generate_private_key(65_537, 2_048)
    path = folder / "key.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def test_an_emulator_with_a_key_of_the_users_own_is_verified_with_that_key(tmp_path: Path) -> None:
    server = start_server("--key-file", str(key_file(tmp_path)))
    try:
        site = site_of(server.url)
        with site.client, site.listening() as listen:
            address(listen)
            site.fire()
            assert f" verified {FULFILLMENTS_UPDATED} " in listen.line()
    finally:
        assert stop_server(server) == 0


def test_with_a_public_key_file_it_verifies_with_that_key(site: Site, tmp_path: Path) -> None:
    (tmp_path / "other.pem").write_text(SigningKey.wrong().public_pem, encoding="utf-8")
    with site.listening("--public-key", str(tmp_path / "other.pem")) as listen:
        address(listen)
        site.fire()
        assert " NOT VERIFIED (Signature verification failed) " in listen.line()


@pytest.mark.parametrize("content", [b"no key", b"", b"\xff"])
def test_a_public_key_file_that_is_no_key_is_wrong_usage(site: Site, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key.pem").write_bytes(content)
    done = run("listen", "--port", "0", "--url", site.url, "--site", site.id, "--public-key", str(tmp_path / "key.pem"))
    assert done.status == 2
    assert "key.pem: not a PEM public key" in done.err
    assert site.subscriptions() == []


@pytest.mark.parametrize(
    "flags",
    [
        ["--status", "100"],
        ["--status", "600"],
        ["--status", "ok"],
        ["--delay", "soon"],
        ["--public-key", "missing.pem"],
        ["--port", "-1"],
        ["--port", "65536"],
        ["--url", "no url"],
        ["--forward-to", "no url"],
        ["--url", "ftp://a.example"],
        ["--explode"],
    ],
    ids=" ".join,
)
def test_wrong_flags_are_wrong_usage(flags: list[str]) -> None:
    assert usage("listen", *flags).status == 2


def test_a_port_that_is_taken_is_told_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("listen", "--port", str(port), "--url", NOBODY)
    assert done.status == 1
    assert done.err.startswith(f"wix-emulator: cannot listen on 127.0.0.1:{port}: Address already in use; choose")
