"""One emulated site: everything that can change, in one place that can be reset."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter

from emulator.clock import Clock
from emulator.domain.behaviours import Behaviours
from emulator.domain.orders import Order
from emulator.ids import Ids
from emulator.journal import Journal
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
    journal_entries_max: int = 1_000


class Site:
    """The state of one site, and its clock, ids and journal. Sites share nothing."""

    def __init__(self, site_id: str, setup: Setup) -> None:
        self.id = site_id
        self.setup = setup
        self.behaviours = setup.behaviours
        self.clock = Clock(setup.start)
        self.ids = Ids(None if setup.random_seed is None else f"{setup.random_seed} {site_id}")
        self.store = Store(setup.seed.orders)
        self.journal = Journal(setup.journal_entries_max)

    def reset(self) -> None:
        """Be as a fresh site again, in place."""
        self.clock.reset()
        self.ids.reset()
        self.store.clear(self.setup.seed.orders)
        self.journal.clear()

    def fingerprint(self) -> str:
        """A digest of all state. Two sites of one setup with equal fingerprints behave alike."""
        orders = self.store.orders()
        digest = hashlib.sha256(_ORDERS.dump_json(orders))
        for order in orders:
            digest.update(order.with_all_fulfillments().model_dump_json().encode())
        manual_time = self.clock.now().isoformat() if self.clock.is_manual else "system"
        digest.update(f"{manual_time} {self.ids.drawn} {len(self.journal.entries())}".encode())
        return digest.hexdigest()
