"""The control plane from the shell."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.cli.process import NOBODY, Finished, run, running, usage
from tests.conftest import Server
from tests.webhooks.receiver import Receiver, receiving

Json = dict[str, Any]
FULFILLMENTS_UPDATED = "wix.ecom.v1.fulfillments_updated"


class Shell:
    """Commands for a site of its own."""

    def __init__(self, url: str) -> None:
        self._at = ("--url", url, "--site", str(uuid4()))

    def run(self, verb: str, *arguments: str) -> Finished:
        return run(verb, *self._at, *arguments)

    def out(self, verb: str, *arguments: str) -> str:
        done = self.run(verb, *arguments)
        assert (done.status, done.err) == (0, "")
        return done.out

    def json(self, verb: str, *arguments: str) -> Json:
        return dict(json.loads(self.out(verb, "--json", *arguments)))


@pytest.fixture
def shell(server: Server) -> Shell:
    return Shell(server.url)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running_receiver:
        yield running_receiver


# trigger


def test_trigger_fires_an_event_and_says_how_its_delivery_went(shell: Shell, receiver: Receiver) -> None:
    told = shell.out("trigger", FULFILLMENTS_UPDATED, "--to", receiver.url)
    event = receiver.received[0].event
    target = f"{event['entityId']} #1 -> {receiver.url}"
    assert told == f"delivered {FULFILLMENTS_UPDATED} {target} (attempt 1: HTTP 200)\n"


def test_trigger_takes_short_names(shell: Shell, receiver: Receiver) -> None:
    for name in ("fulfillments_updated", "wixEvents_onOrderUpdated"):
        assert shell.out("trigger", name, "--to", receiver.url).startswith("delivered ")


def test_trigger_says_when_the_next_attempt_is_if_the_first_one_failed(shell: Shell, receiver: Receiver) -> None:
    receiver.answer(500)
    told = shell.out("trigger", FULFILLMENTS_UPDATED, "--to", receiver.url)
    assert told.startswith("waiting ")
    assert "(attempt 1: HTTP 500, next attempt 20" in told


def test_trigger_says_why_there_was_no_answer(shell: Shell) -> None:
    assert "Cannot connect to host" in shell.out("trigger", FULFILLMENTS_UPDATED, "--to", f"{NOBODY}/")


def test_trigger_says_when_nobody_is_subscribed(shell: Shell) -> None:
    told = shell.out("trigger", FULFILLMENTS_UPDATED)
    assert told == "fired, but nobody is subscribed; start a receiver with: wix-emulator listen\n"


def test_trigger_prints_the_event_and_its_deliveries_as_json(shell: Shell, receiver: Receiver) -> None:
    printed = shell.json("trigger", FULFILLMENTS_UPDATED, "--to", receiver.url)
    assert printed["event"] == receiver.received[0].event
    assert [one["status"] for one in printed["deliveries"]] == ["delivered"]


def test_trigger_sets_values_that_are_json_and_values_that_are_text(shell: Shell) -> None:
    assignments = ["status=CANCELED", "archived=true", "tickets[0].price.amount=1.50", 'invoice={"grandTotal":"3"}']
    flags = [flag for one in assignments for flag in ("--set", one)]
    event = shell.json("trigger", "wixEvents_onOrderUpdated", *flags)["event"]
    assert (event["status"], event["archived"], event["invoice"]) == ("CANCELED", True, {"grandTotal": "3"})
    assert event["tickets"][0]["price"]["amount"] == 1.5


@pytest.mark.parametrize(
    ("event", "path", "said"),
    [
        (FULFILLMENTS_UPDATED, "nope", "is not known to have nope, and was sent with it\n"),
        (FULFILLMENTS_UPDATED, "fulfilments", "; did you mean fulfillments?\n"),
        ("order_approved", "order.lineItems[0].quantty", "; did you mean order.lineItems[].quantity?\n"),
        ("wixEvents_onOrderUpdated", "archivd", "; did you mean archived?\n"),
    ],
)
def test_trigger_warns_of_a_path_that_nothing_is_known_to_have(shell: Shell, event: str, path: str, said: str) -> None:
    done = shell.run("trigger", event, "--set", f"{path}=1")
    assert done.status == 0
    assert done.err.startswith("wix-emulator: --set: ")
    assert done.err.endswith(said)


@pytest.mark.parametrize(
    "path", ["fulfillments[0].trackingInfo.trackingNumber", "fulfillments[3].customInfo.fieldsData.courier", "orderId"]
)
def test_trigger_warns_of_no_path_that_may_be_there(shell: Shell, path: str) -> None:
    shell.out("trigger", FULFILLMENTS_UPDATED, "--set", f"{path}=1")


@pytest.mark.parametrize("value", ["[" * 10_000, "NaN", "9" * 5_000, "1e999"])
def test_trigger_sets_what_is_no_json_within_limits_as_text(shell: Shell, value: str) -> None:
    event = shell.json("trigger", "wixEvents_onOrderUpdated", "--set", f"email={value}")["event"]
    assert event["email"] == value


def test_trigger_sets_a_text_with_an_equals_sign(shell: Shell) -> None:
    event = shell.json("trigger", "wixEvents_onOrderUpdated", "--set", "email=a=b")["event"]
    assert event["email"] == "a=b"


def test_trigger_sends_what_must_be_refused_on_demand(shell: Shell, receiver: Receiver) -> None:
    printed = shell.json("trigger", FULFILLMENTS_UPDATED, "--to", receiver.url, "--chaos", "duplicate")
    assert [one["chaos"] for one in printed["deliveries"]] == ["duplicate", "duplicate"]
    assert len(receiver.received) == 2


def test_trigger_concerns_the_order_that_it_is_told(shell: Shell) -> None:
    order_id = "58c9a790-27b7-463f-a865-c7cb494f7c29"  # of the seed `docs`
    assert shell.json("trigger", FULFILLMENTS_UPDATED, "--order", order_id)["event"]["entityId"] == order_id


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["explode"], "eventType must be one of wix.ecom.v1.fulfillments_updated"),
        ([FULFILLMENTS_UPDATED, "--order", "nobody's"], "order nobody's not found"),
        ([FULFILLMENTS_UPDATED, "--chaos", "explode"], "chaos is invalid"),
        ([FULFILLMENTS_UPDATED, "--set", "orderId.x=1"], "orderId.x: x is of no object"),
        ([FULFILLMENTS_UPDATED, "--to", "no url"], "to is not a valid web URL"),
    ],
)
def test_what_the_emulator_refuses_is_told_and_has_failed(shell: Shell, arguments: list[str], message: str) -> None:
    done = shell.run("trigger", *arguments)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("wix-emulator: ")
    assert message in done.err


# deliveries


def test_deliveries_are_listed_a_line_each_newest_last(shell: Shell, receiver: Receiver) -> None:
    receiver.answer(200, 500)
    shell.out("trigger", FULFILLMENTS_UPDATED, "--to", receiver.url)
    shell.out("trigger", "wixEvents_onOrderUpdated", "--to", receiver.url, "--chaos", "wrong-key")

    first, second = shell.out("deliveries").splitlines()

    assert re.match(rf"delivered {FULFILLMENTS_UPDATED} [0-9a-f-]{{36}} #1 -> http", first)
    assert second.startswith("waiting   wixEvents_onOrderUpdated ")
    assert second.endswith(", wrong-key)")


def test_deliveries_are_filtered(shell: Shell, receiver: Receiver) -> None:
    receiver.answer(200, 500)
    event = shell.json("trigger", FULFILLMENTS_UPDATED, "--to", receiver.url)["event"]
    shell.out("trigger", "wixEvents_onOrderUpdated", "--to", receiver.url)

    for filters in (
        ["--status", "delivered"],
        ["--order", event["entityId"]],
        ["--event-type", "fulfillments_updated"],
    ):
        (only,) = shell.json("deliveries", *filters)["deliveries"]
        assert only["event"] == event


def test_without_deliveries_nothing_is_listed(shell: Shell) -> None:
    assert shell.out("deliveries") == ""
    assert shell.json("deliveries") == {"deliveries": []}


# reset and seed


def test_reset_makes_the_site_as_a_fresh_one(shell: Shell, receiver: Receiver) -> None:
    fresh = shell.json("reset")["fingerprint"]
    shell.out("trigger", FULFILLMENTS_UPDATED, "--to", receiver.url)
    assert shell.out("reset") == f"reset; fingerprint {fresh}\n"
    assert shell.out("deliveries") == ""


def test_seed_merges_a_file(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "orders.yaml"
    path.write_text('orders:\n  - {id: "mine", lineItems: [{quantity: 2}]}\n', encoding="utf-8")
    assert shell.out("seed", str(path)) == "merged 1 order\n"
    assert shell.json("trigger", FULFILLMENTS_UPDATED, "--order", "mine")["event"]["entityId"] == "mine"
    assert [order["id"] for order in shell.json("seed", str(path))["orders"]] == ["mine"]


@pytest.mark.parametrize(
    ("content", "status", "message"),
    [
        ("a: b: c", 2, "orders.yaml: mapping values are not allowed in this context at line 1, column 5"),
        ("- 1", 1, "orders.yaml: the body must be a JSON object"),
        ("order: []", 1, "orders.yaml: order is an unknown key; known: orders"),
        ("orders: [{lineItems: [{quantity: 0}]}]", 1, "quantity must be 1 or more"),
    ],
)
def test_a_seed_that_cannot_be_used_is_told(
    shell: Shell, tmp_path: Path, content: str, status: int, message: str
) -> None:
    path = tmp_path / "orders.yaml"
    path.write_text(content, encoding="utf-8")
    done = shell.run("seed", str(path))
    assert done.status == status
    assert done.err.startswith("wix-emulator: ")
    assert message in done.err


def test_a_seed_file_that_is_missing_is_wrong_usage(shell: Shell) -> None:
    done = shell.run("seed", "missing.yaml")
    assert done.status == 2
    assert "missing.yaml: no such seed or file; shipped seeds: demo, docs" in done.err


@pytest.mark.parametrize(("name", "merged"), [("docs-bulk", "merged 4 orders\n"), ("empty", "merged 0 orders\n")])
def test_seed_takes_the_name_of_a_shipped_one(shell: Shell, name: str, merged: str) -> None:
    assert shell.out("seed", name) == merged


# clock


def test_clock_shows_the_time(shell: Shell) -> None:
    assert shell.out("clock").endswith("Z (system)\n")


def test_clock_is_set_and_let_go(shell: Shell) -> None:
    assert shell.out("clock", "set", "2026-03-01T12:00:00Z") == "2026-03-01T12:00:00.000Z (manual)\n"
    assert shell.out("clock") == "2026-03-01T12:00:00.000Z (manual)\n"
    assert shell.out("clock", "set", "system").endswith("Z (system)\n")


@pytest.mark.parametrize(
    ("duration", "now"),
    [
        ("500ms", "12:00:00.500Z"),
        ("30s", "12:00:30.000Z"),
        ("90", "12:01:30.000Z"),
        ("10m", "12:10:00.000Z"),
        ("1.5h", "13:30:00.000Z"),
    ],
)
def test_clock_advances_by_a_duration_as_people_type_it(shell: Shell, duration: str, now: str) -> None:
    shell.out("clock", "set", "2026-03-01T12:00:00Z")
    assert shell.out("clock", "advance", duration) == f"2026-03-01T{now} (manual); 0 delivered, 0 failed\n"


@pytest.mark.rule("R306")
def test_clock_advance_plays_the_ladder(shell: Shell, receiver: Receiver) -> None:
    receiver.default = 500
    shell.out("clock", "set", "2026-03-01T12:00:00Z")
    shell.out("trigger", FULFILLMENTS_UPDATED, "--to", receiver.url)
    assert shell.out("clock", "advance", "3d") == "2026-03-04T12:00:00.000Z (manual); 0 delivered, 12 failed\n"
    assert shell.out("deliveries").startswith("exhausted ")


def test_clock_prints_json(shell: Shell) -> None:
    assert shell.json("clock", "set", "2026-03-01T12:00:00Z") == {"now": "2026-03-01T12:00:00.000Z", "mode": "manual"}
    assert shell.json("clock", "advance", "1d")["now"] == "2026-03-02T12:00:00.000Z"


def test_a_clock_is_not_set_to_what_is_no_time(shell: Shell) -> None:
    done = shell.run("clock", "set", "Noon")
    assert (done.status, done.out) == (2, "")
    assert "'Noon' is no time such as 2026-03-01T12:00:00Z, nor system" in done.err
    done = shell.run("clock", "set", "0001-01-01")
    assert done.status == 1
    assert done.err.startswith("wix-emulator: now ")


def test_a_time_without_an_offset_is_utc(shell: Shell) -> None:
    assert shell.out("clock", "set", "2026-03-01T12:00") == "2026-03-01T12:00:00.000Z (manual)\n"


@pytest.mark.parametrize("duration", ["soon", "", "1y", "1 h 2 m", "9" * 400])
def test_what_is_no_duration_is_wrong_usage(duration: str) -> None:
    done = usage("clock", "advance", duration)
    assert done.status == 2
    assert "is no duration such as 500ms, 30s, 10m, 1h or 3d" in done.err


# wait


def test_wait_returns_when_the_emulator_is_ready(server: Server) -> None:
    assert run("wait", "--url", server.url) == Finished(0, "", "")


def test_wait_waits_until_the_emulator_is_ready() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with running("wait", "--url", f"http://127.0.0.1:{port}") as waiting, running("serve", "--port", str(port)):
        assert waiting.process.wait(timeout=20) == 0


def test_wait_gives_up_when_its_time_is_over() -> None:
    done = run("wait", "--url", NOBODY, "--timeout", "1ms")
    assert done.status == 3
    assert done.err.startswith(f"wix-emulator: no emulator answers at {NOBODY} (")


# What all verbs have in common


@pytest.mark.parametrize(
    "arguments",
    ["trigger a", "deliveries", "reset", "clock", "clock advance 1h", "clock set system", "seed orders.yaml"],
)
def test_without_an_emulator_a_verb_says_how_to_start_one(arguments: str, tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text("orders: []", encoding="utf-8")
    verb, *rest = arguments.split()
    done = run(verb, "--url", NOBODY, *rest, folder=tmp_path)
    assert (done.status, done.out) == (3, "")
    assert done.err.startswith(f"wix-emulator: no emulator answers at {NOBODY} (")
    assert done.err.endswith("); start one with: wix-emulator --port 1\n")


@pytest.mark.parametrize("url", ["no url", "", "127.0.0.1:8949", "ftp://a.example", "http://", "http://a:port"])
def test_what_is_no_url_is_wrong_usage(url: str) -> None:
    done = usage("wait", "--url", url)
    assert done.status == 2
    assert "is no URL such as http://127.0.0.1:8949" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        "explode",
        "trigger",
        "trigger a --set x",
        "seed",
        "clock explode",
        "clock advance",
        "deliveries --status failed",
        "reset --explode",
        "wait --timeout soon",
    ],
)
def test_wrong_usage_is_told_before_anything_is_called(arguments: str) -> None:
    done = usage(*arguments.split())
    assert (done.status, done.out) == (2, "")
    assert "Error: " in done.err


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>",
        b"garbage\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\xff",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{",
        b"HTTP/1.1 501 Unsupported\r\ncontent-length: 15\r\n\r\n<!DOCTYPE HTML>",
        b"HTTP/1.1 404 \r\ncontent-length: 2\r\n\r\n{}",
    ],
    ids=["HTML", "garbage", "nothing", "half a head", "no text", "cut short", "an HTML error", "a JSON error"],
)
def test_another_server_at_that_url_is_no_emulator(receiver: Receiver, answer: bytes) -> None:
    receiver.answer(answer)
    done = run("reset", "--url", receiver.url)
    assert (done.status, done.out) == (3, "")
    assert done.err.startswith(f"wix-emulator: no emulator answers at {receiver.url} (")
    assert "<" not in done.err


@pytest.mark.parametrize("content", [b"no key", b""])
def test_serving_with_a_key_file_that_is_no_key_is_wrong_usage(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    done = run("serve", "--port", "0", "--key-file", str(path))
    assert done.status == 2
    assert done.err.startswith(f"wix-emulator: {path}: not an unencrypted PEM private key")
