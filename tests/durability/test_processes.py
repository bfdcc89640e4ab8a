"""The state file of real processes: stopped under load, killed with deliveries under way, and out of disk space."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from httpx2 import Client

from tests.conftest import CLEAN_ENVIRONMENT, Server, start_server
from tests.webhooks.receiver import PATIENCE_S, Receiver, receiving

ORDERS = ("mugs", "shirts", "hats", "socks")
ITEM = "00000000-0000-0000-0000-000000000001"

Json = dict[str, Any]


@dataclass(frozen=True)
class Shop:
    """A running emulator with a state file."""

    server: Server
    client: Client

    def ship(self, order_id: str = "mugs", number: str = "1") -> Any:
        return self.client.post(f"/ecom/v1/fulfillments/orders/{order_id}/create-fulfillment", json=parcel(number))

    def shipped(self, order_id: str = "mugs") -> list[str]:
        answer = self.client.get(f"/ecom/v1/fulfillments/orders/{order_id}").json()
        return [one["id"] for one in answer["orderWithFulfillments"]["fulfillments"]]

    def deliveries(self) -> list[Json]:
        return list(self.client.get("/_emulator/deliveries").json()["deliveries"])

    def health(self) -> Any:
        return self.client.get("/_emulator/health")

    def limit_files(self, size: int) -> None:
        """Have it write no file beyond that size, as if the disk were full."""
        _, most = resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (size, most))

    def kill(self) -> None:
        self.server.process.kill()
        self.server.process.wait(PATIENCE_S)

    def stop(self) -> int:
        self.server.process.terminate()
        return self.server.process.wait(PATIENCE_S)

    def close(self) -> None:
        self.kill()
        self.client.close()
        for stream in (self.server.process.stdout, self.server.process.stderr):
            if stream is not None:
                stream.close()


def parcel(number: str) -> Json:
    items = [{"id": ITEM, "quantity": 1}]
    return {"fulfillment": {"lineItems": items, "trackingInfo": {"trackingNumber": number, "shippingProvider": "dhl"}}}


Start = Callable[..., Shop]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts an emulator on the test's state file, with orders that take many parcels."""
    orders = [{"id": name, "lineItems": [{"id": ITEM, "quantity": 100_000}]} for name in ORDERS]
    (tmp_path / "shop.json").write_text(json.dumps({"orders": orders}))
    shops = []

    def start(*flags: str, **popen: Any) -> Shop:
        server = start_server("--state", "state.db", "--seed", "shop.json", *flags, cwd=tmp_path, **popen)
        shops.append(Shop(server, Client(base_url=server.url, timeout=PATIENCE_S)))
        return shops[-1]

    yield start
    for shop in shops:
        shop.close()


# Stopped


@pytest.mark.parametrize("sync", ["behind", "full"])
def test_a_signal_under_load_ends_it_with_every_accepted_request_answered_and_kept(start: Start, sync: str) -> None:
    with receiving() as receiver:
        shop = start("--state-sync", sync, "--webhook-url", receiver.url, "--webhook-format", "sdk")
        under_way = Barrier(len(ORDERS) + 1)
        with ThreadPoolExecutor() as pool:
            answered = [pool.submit(ship_until_it_stops, shop.server.url, one, under_way) for one in ORDERS]
            under_way.wait(PATIENCE_S)
            assert shop.stop() == 0
        told = {order_id: ids.result() for order_id, ids in zip(ORDERS, answered, strict=True)}
        again = start("--state-sync", sync)
        assert {order_id: again.shipped(order_id) for order_id in ORDERS} == told
        assert events_of(receiver, told) == {order_id: len(ids) for order_id, ids in told.items()}


def ship_until_it_stops(url: str, order_id: str, under_way: Barrier) -> list[str]:
    """The fulfillments that were answered. An answer comes whole or not at all."""
    told: list[str] = []
    line = HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE_S)
    try:
        while True:
            path = f"/ecom/v1/fulfillments/orders/{order_id}/create-fulfillment"
            line.request("POST", path, json.dumps(parcel(f"{order_id}-{len(told)}")))
            answer = line.getresponse()
            content = json.loads(answer.read())
            assert answer.status == 200, content
            told.append(content["fulfillmentId"])
            if len(told) == 3:
                under_way.wait(PATIENCE_S)
    except IncompleteRead as error:
        raise AssertionError("half an answer came") from error
    except OSError:
        return told  # it takes no more
    finally:
        line.close()


def events_of(receiver: Receiver, told: dict[str, list[str]]) -> dict[str, int]:
    """By order, how many of its updates have come at least once, when all have."""
    expected = sum(len(ids) for ids in told.values())
    while True:
        bodies = [json.loads(request.body) for request in receiver.wait_for(expected)]
        updates = {
            (body["metadata"]["entityId"], body["metadata"]["entityEventSequence"])
            for body in bodies
            if body["metadata"]["entityFqdn"] == "wix.ecom.v1.fulfillments"
        }
        if len(updates) >= expected:
            return {order_id: sum(entity == order_id for entity, _ in updates) for order_id in told}
        receiver.wait_for(len(bodies) + 1)


def test_what_cannot_be_sent_before_the_end_is_sent_by_the_next_one(start: Start) -> None:
    with receiving() as receiver:
        receiver.default = "hang"
        shop = start("--webhook-url", receiver.url)
        assert shop.ship().status_code == 200
        receiver.wait_for(1)
        assert shop.stop() == 0
        first = receiver.received[0].body
        receiver.default = 200
        before = len(receiver.received)
        again = start()
        again.client.post("/_emulator/clock/advance", json={"seconds": 60})
        bodies = [request.body for request in receiver.wait_for(before + 2)[before:]]
        assert first in bodies


# Killed


def test_a_delivery_under_way_when_it_is_killed_is_sent_again_with_the_same_bytes(start: Start) -> None:
    with receiving() as receiver:
        receiver.answer("hang")
        shop = start("--state-sync", "full", "--webhook-url", receiver.url)
        assert shop.ship().status_code == 200
        first = receiver.wait_for(1)[0].body
        shop.kill()
        before = len(receiver.received)
        start("--state-sync", "full")
        assert first in [request.body for request in receiver.wait_for(before + 2)]


def test_a_retry_that_was_planned_before_it_is_killed_comes_in_its_time_with_the_same_bytes(start: Start) -> None:
    with receiving() as receiver:
        receiver.answer(503)
        shop = start("--state-sync", "full", "--webhook-url", receiver.url, "--delivery", "manual")
        assert shop.ship().status_code == 200
        settled = shop.client.post("/_emulator/settle", json={}).json()
        assert (settled["delivered"], settled["failed"]) == (1, 1)
        shop.kill()
        again = start("--state-sync", "full", "--delivery", "manual")
        (waiting,) = [one for one in again.deliveries() if one["status"] == "waiting"]
        assert [attempt["status"] for attempt in waiting["attempts"]] == [503]
        advanced = again.client.post("/_emulator/clock/advance", json={"seconds": 60}).json()
        assert advanced["delivered"] == 1
        first, _, retried = receiver.wait_for(3)
        assert retried.body == first.body


# Out of disk space, in a file that may not grow


def test_a_change_that_cannot_be_saved_is_answered_with_500_and_not_in_the_file(start: Start) -> None:
    shop = start("--state-sync", "full", stderr=subprocess.PIPE)
    kept = shop.ship(number="kept").json()["fulfillmentId"]
    shop.limit_files(1)
    answer = shop.ship(number="lost")
    assert (answer.status_code, answer.json()) == (500, {"message": "", "details": {}})
    assert shop.client.get("/ecom/v1/orders/mugs").status_code == 200, "who only looks is answered"
    health = shop.health()
    assert (health.status_code, health.json()["status"]) == (503, "failing")
    assert "state.db cannot be written: " in health.json()["state"]
    journaled = shop.client.get("/_emulator/requests").json()["requests"][1]
    assert (journaled["status"], "cannot be written" in json.dumps(journaled)) == (500, True)
    shop.kill()
    assert shop.server.process.stderr is not None
    log = shop.server.process.stderr.read()
    assert "what changes is in memory only, and tried again" in log
    assert "create-fulfillment is answered with 500: state.db cannot be written: " in log
    assert start().shipped() == [kept]


@pytest.mark.parametrize("sync", ["behind", "full"])
def test_when_there_is_space_again_nothing_is_missing(start: Start, sync: str) -> None:
    shop = start("--state-sync", sync, stderr=subprocess.DEVNULL)
    shop.ship(number="1")
    shop.limit_files(1)
    assert shop.ship(number="2").status_code == (500 if sync == "full" else 200)
    wait_for_health(shop, 503)
    shop.limit_files(resource.RLIM_INFINITY)
    wait_for_health(shop, 200)
    shipped = shop.shipped()
    assert len(shipped) == 2
    shop.kill()
    assert start().shipped() == shipped


def wait_for_health(shop: Shop, status: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while shop.health().status_code != status:
        assert time.monotonic() < deadline


# Refused


def test_a_file_that_another_emulator_has_ends_it_with_2(start: Start, tmp_path: Path) -> None:
    start()
    command = [sys.executable, "-m", "emulator", "--port", "0", "--state", "state.db"]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=tmp_path, env=CLEAN_ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    expected = "--state: state.db is in use by another emulator; stop that one, or choose another path"
    assert done.stderr.splitlines()[-1] == f"wix-emulator: {expected}"


def test_without_a_state_file_its_library_is_not_even_imported() -> None:
    script = "import sys; from emulator.app import create_app; create_app(); assert 'sqlite3' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603 - our own
