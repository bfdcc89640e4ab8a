"""`kill -9` at any moment: what was answered is there, and the rest is whole or not there.

`KILLS=1000 pytest tests/durability/test_kill.py` kills more often.
"""

import json
import os
import random
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Condition
from typing import Any

import pytest

from tests.conftest import CLEAN_ENVIRONMENT
from tests.readme import ROOT

KILLS = int(os.environ.get("KILLS", "200"))
SITES = ("5e7b1d60-0000-4000-8000-000000000949", "another-site")
OWN_SITE = "a-site-of-its-own"
STARTS_S = 0.2  # about as long as an emulator takes to answer
ORDERED = 5
ITEM = "00000000-0000-0000-0000-000000000001"
PATIENCE_S = 60
NOBODY = "http://127.0.0.1:9/nobody"

SEEDED = frozenset({"mugs", "shirts"})

Json = dict[str, Any]
State = dict[str, int]  # of an order: its fulfillments and their quantities


class Nursery:
    """Emulators, one after the other."""

    def __init__(self, **settings: Any) -> None:
        self._settings = json.dumps(settings)
        self._pid: int | None = None
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.durability.nursery"],
            cwd=ROOT,
            env=CLEAN_ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self) -> int:
        """The port of an emulator that answers."""
        self.begin()
        facts = self._hear()
        if "ended" in facts:
            self._pid = None
        assert "port" in facts, facts
        return int(facts["port"])

    def begin(self) -> None:
        """Have an emulator that will answer."""
        assert self._process.stdin is not None
        print(self._settings, file=self._process.stdin, flush=True)
        self._pid = self._hear()["pid"]

    def kill(self) -> None:
        """End the emulator, if there is one."""
        if self._pid is not None:
            with suppress(ProcessLookupError):  # it has come to an end by itself
                os.kill(self._pid, signal.SIGKILL)
            while "ended" not in (facts := self._hear()):
                pass
            self._pid = None
            assert facts["ended"] in (-signal.SIGKILL, -signal.SIGTERM, 0), facts

    def kill_later(self, after_s: float, *, asked_first: bool) -> None:
        """End the emulator when it says something, or after that time; `asked_first` to end by itself."""
        assert self._pid is not None
        assert self._process.stdout is not None
        if asked_first:
            os.kill(self._pid, signal.SIGTERM)
        select.select([self._process.stdout], [], [], after_s)
        self.kill()

    def close(self) -> None:
        self.kill()
        self._process.kill()
        self._process.communicate()

    def _hear(self) -> Json:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery has ended"
        return dict(json.loads(line))


class Answers:
    """Counts them, for who waits for a number of them, or for the first that is wrong."""

    def __init__(self) -> None:
        self._count = 0
        self._is_over = False
        self._changed = Condition()

    def add(self) -> None:
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def wait(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._is_over or self._count >= count, PATIENCE_S)


@dataclass
class Worker:
    """Changes something of its own, as long as somebody answers."""

    site_id: str
    choices: random.Random

    def work(self, port: int, answers: Answers) -> None:
        line = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            while True:
                self._step(line)
                answers.add()
        except (OSError, HTTPException):
            return  # killed
        finally:
            answers.end()
            line.close()

    def _step(self, line: HTTPConnection) -> None:
        raise NotImplementedError

    def check(self, orders: dict[str, Json], *, loses_nothing: bool) -> None:
        """After a kill: what it was told is there; of what it has asked since, all or nothing."""
        raise NotImplementedError

    def _ask(self, line: HTTPConnection, method: str, path: str, body: Json | None) -> Json:
        content = None if body is None else json.dumps(body)
        line.request(method, path, content, headers={"wix-site-id": self.site_id})
        answer = line.getresponse()
        told = json.loads(answer.read())
        assert answer.status == 200, told
        return dict(told)


@dataclass
class Owner(Worker):
    """Makes orders on a site of its own, resets it, and restores what it has taken a snapshot of."""

    told: list[frozenset[str]] = field(default_factory=lambda: [SEEDED])  # the orders that answers told of
    asked: frozenset[str] | None = None
    snapshot: tuple[Json, frozenset[str]] | None = None
    made: int = 0

    def _step(self, line: HTTPConnection) -> None:
        self.choices.choice([self._make, self._make, self._reset, self._restore])(line)
        if self.asked is not None:
            self.told.append(self.asked)
            self.asked = None

    def _make(self, line: HTTPConnection) -> None:
        self.made += 1
        self.asked = self.told[-1] | {f"order-{self.made}"}
        self._ask(line, "POST", "/_emulator/orders", {"order": {"id": f"order-{self.made}"}})

    def _reset(self, line: HTTPConnection) -> None:
        self.asked = SEEDED
        self._ask(line, "POST", "/_emulator/reset", None)

    def _restore(self, line: HTTPConnection) -> None:
        if self.snapshot is None or self.choices.random() < 0.3:
            self.snapshot = self._ask(line, "GET", "/_emulator/state", None), self.told[-1]
            return
        document, self.asked = self.snapshot
        self._ask(line, "PUT", "/_emulator/state", document)

    def check(self, orders: dict[str, Json], *, loses_nothing: bool) -> None:
        found, may_be = frozenset(orders), self.told[-1:] if loses_nothing else self.told
        assert found == self.asked or found in may_be, (found, self.told[-1], self.asked)
        self.told, self.asked = [found], None
        if not loses_nothing:
            self.snapshot = None  # of what may be lost


@dataclass
class Clerk(Worker):
    """Ships and withdraws parts of an order of its own, and knows what it was told."""

    order_id: str
    told: list[State] = field(default_factory=lambda: [{}])  # each state that an answer told of, the latest last
    asked: State | None = None  # the state after a request that nobody has answered; None: nothing is open
    shipping: int = 0  # the quantity of a fulfillment whose id nobody has told yet
    parcels: int = 0

    def _step(self, line: HTTPConnection) -> None:
        held = dict(self.told[-1])
        left = ORDERED - sum(held.values())
        if left and (not held or self.choices.random() < 0.6):
            self.shipping = self.choices.randint(1, left)
            held[self._ship(line, self.shipping)] = self.shipping
        else:
            fulfillment_id = self.choices.choice(list(held))
            del held[fulfillment_id]
            self.asked = held
            self._ask(line, "DELETE", f"/ecom/v1/fulfillments/{fulfillment_id}/orders/{self.order_id}", None)
        self.told.append(held)
        self.asked, self.shipping = None, 0

    def _ship(self, line: HTTPConnection, quantity: int) -> str:
        self.parcels += 1
        parcel = {"trackingNumber": f"{self.order_id}-{self.parcels}", "shippingProvider": "dhl"}
        body = {"fulfillment": {"lineItems": [{"id": ITEM, "quantity": quantity}], "trackingInfo": parcel}}
        path = f"/ecom/v1/fulfillments/orders/{self.order_id}/create-fulfillment"
        return str(self._ask(line, "POST", path, body)["fulfillmentId"])

    def check(self, orders: dict[str, Json], *, loses_nothing: bool) -> None:
        fulfillments = orders[self.order_id]["fulfillments"]
        found = {one["id"]: one["lineItems"][0]["quantity"] for one in fulfillments}
        assert sum(found.values()) <= ORDERED
        assert self._is_explained(found, self.told[-1]) or (
            not loses_nothing and any(self._is_explained(found, told) for told in self.told)
        ), (found, self.told[-1], self.asked, self.shipping)
        self.told, self.asked, self.shipping = [found], None, 0

    def _is_explained(self, found: State, told: State) -> bool:
        new = [quantity for fulfillment_id, quantity in found.items() if fulfillment_id not in told]
        shipped = told.items() <= found.items() and new == [self.shipping]
        return found in (told, self.asked) or shipped


def hired(choices: random.Random) -> list[Worker]:
    clerks = [Clerk(site_id, random.Random(choices.random()), name) for site_id in SITES for name in sorted(SEEDED)]  # noqa: S311 - repeatable
    return [*clerks, Owner(OWN_SITE, random.Random(choices.random()))]  # noqa: S311 - repeatable


def snapshot(port: int, site_id: str) -> Json:
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("GET", "/_emulator/state", headers={"wix-site-id": site_id})
    content = json.loads(line.getresponse().read())
    line.close()
    return dict(content)


def check(port: int, staff: list[Worker], *, loses_nothing: bool) -> None:
    for site_id in (*SITES, OWN_SITE):
        state = snapshot(port, site_id)
        orders = {order["id"]: order for order in state["orders"]}
        for worker in staff:
            if worker.site_id == site_id:
                worker.check(orders, loses_nothing=loses_nothing)
        check_events(state["outbox"])


def check_events(outbox: Json) -> None:
    """Each order's latest event has its delivery, which was committed with it."""
    latest: dict[str, int] = {}
    for delivery in outbox["deliveries"]:
        event = delivery["event"]
        entity = f"{event['type']['entityFqdn']} {event['entityId']}"
        latest[entity] = max(latest.get(entity, 0), event["sequence"])
    assert latest == {entity: number for entity, number in outbox["sequences"] if entity in latest}


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    file = tmp_path / "shop.json"
    items = [{"id": ITEM, "quantity": ORDERED}]
    file.write_text(json.dumps({"orders": [{"id": name, "lineItems": items} for name in sorted(SEEDED)]}))
    return file


@pytest.fixture
def nursery(tmp_path: Path, seed: Path, sync: str) -> Iterator[Nursery]:
    made = Nursery(
        state=str(tmp_path / "state.db"),
        state_sync=sync,
        seed=[str(seed)],
        webhook_url=[NOBODY],
        webhook_format="sdk",
        deliveries_max=50,
    )
    yield made
    made.close()


@pytest.mark.parametrize(("sync", "shop"), [("full", 1), ("full", 2), ("behind", 3)])
def test_a_kill_at_any_moment_loses_nothing_that_was_answered(nursery: Nursery, sync: str, shop: int) -> None:
    choices = random.Random(shop)  # noqa: S311 - the same in every run
    staff = hired(choices)
    for _ in range(KILLS * 2 // 5 if sync == "full" else KILLS // 5):
        if choices.random() < 0.2:  # while it reads what the last one has left, or has just read it
            nursery.begin()
            nursery.kill_later(choices.random() * STARTS_S, asked_first=False)
            continue
        port = nursery.start()
        check(port, staff, loses_nothing=sync == "full")
        answers = Answers()
        with ThreadPoolExecutor() as desks:
            shifts = [desks.submit(worker.work, port, answers) for worker in staff]
            answers.wait(choices.randint(1, 20))
            if choices.random() < 0.2:  # while it comes to an end
                nursery.kill_later(choices.random() * STARTS_S, asked_first=True)
            else:
                nursery.kill()
        for shift in shifts:
            shift.result()
    check(nursery.start(), staff, loses_nothing=sync == "full")
