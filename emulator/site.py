"""One emulated site: everything that can change, in one place that can be reset."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter

from emulator.clock import Clock
from emulator.domain.behaviours import Behaviours
from emulator.domain.chaos import Chaos
from emulator.domain.deliveries import Subscription
from emulator.domain.orders import Order
from emulator.faults import Faults
from emulator.ids import Ids
from emulator.journal import Journal
from emulator.outbox import Outbox
from emulator.samples import Samples
from emulator.seeds import Seed
from emulator.store import Store

_ORDERS = TypeAdapter(tuple[Order, ...])


@dataclass(frozen=True)
class Setup:
    """What every site of an emulator starts from."""

    seed: Seed = field(default_factory=Seed)
    samples: Samples = field(default_factory=Samples)
    behaviours: Behaviours = field(default_factory=Behaviours)
    random_seed: int | None = None
    start: datetime | None = None
    subscriptions: tuple[Subscription, ...] = ()
    journal_entries_max: int = 1_000
    deliveries_max: int = 10_000
    wake: Callable[["Site"], None] = lambda site: None  # noqa: ARG005 - called when a site has something to deliver


class Site:
    """The state of one site, and its clock, ids and journal. Sites share nothing."""

    def __init__(self, site_id: str, setup: Setup) -> None:
        self.id = site_id
        self.setup = setup
        self.behaviours = setup.behaviours
        self.clock = Clock(setup.start)
        self.ids = Ids(None if setup.random_seed is None else f"{setup.random_seed} {site_id}")
        self.store = Store(setup.seed.orders)
        self.outbox = Outbox(setup.subscriptions, setup.deliveries_max)
        self.faults = Faults()
        self.mishap: Chaos | None = None  # what goes wrong with events that are published now
        self.journal = Journal(setup.journal_entries_max)

    def reset(self) -> None:
        """Be as a fresh site again, in place."""
        self.clock.reset()
        self.ids.reset()
        self.store.clear(self.setup.seed.orders)
        self.outbox.clear(self.setup.subscriptions)
        self.faults.clear()
        self.journal.clear()

    def wake(self) -> None:
        """Have what is due delivered, some time soon."""
        self.setup.wake(self)

    def fingerprint(self) -> str:
        """A digest of all state. Two sites of one setup with equal fingerprints behave alike."""
        orders = self.store.orders()
        digest = hashlib.sha256(_ORDERS.dump_json(orders))
        for order in orders:
            digest.update(order.with_all_fulfillments().model_dump_json().encode())
        manual_time = self.clock.now().isoformat() if self.clock.is_manual else "system"
        subscriptions = list(self.outbox.subscriptions.values())
        counts = (
            f"{self.ids.drawn} {len(self.journal.entries())} {len(self.outbox.deliveries())} {len(self.faults.armed())}"
        )
        digest.update(f"{manual_time} {counts} {subscriptions}".encode())
        return digest.hexdigest()
