"""One emulated site: everything that can change, in one place that can be reset."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from emulator.changes import Changes
from emulator.clock import Clock
from emulator.domain.behaviours import Behaviours
from emulator.domain.chaos import Chaos
from emulator.domain.deliveries import Subscription
from emulator.domain.orders import Order
from emulator.emails import Emails
from emulator.faults import Faults
from emulator.ids import Ids
from emulator.journal import JOURNAL_ENTRIES_MAX, Change, Journal
from emulator.outbox import DELIVERIES_MAX, Outbox
from emulator.rates import RateLimit
from emulator.samples import Samples
from emulator.seeds import Seed
from emulator.store import ORDERS_MAX, Store
from emulator.walks import Walks

_ENTITIES_PER_ORDER = 2  # that events count separately: the order, and its fulfillments


class Setup(NamedTuple):
    """What every site of an emulator starts from."""

    seed: Seed = Seed()
    samples: Samples = Samples()
    behaviours: Behaviours = Behaviours.model_construct()
    random_seed: int | None = None
    start: datetime | None = None
    subscriptions: tuple[Subscription, ...] = ()
    rate_limit: int = 0
    journal_entries_max: int = JOURNAL_ENTRIES_MAX
    deliveries_max: int = DELIVERIES_MAX
    orders_max: int = ORDERS_MAX
    wake: Callable[["Site"], None] = lambda site: None  # noqa: ARG005 - called when a site has something to deliver
    take_due_steps: Callable[["Site"], int] = lambda site: 0  # noqa: ARG005 - the lifecycle simulation, see below


class Site:
    """The state of one site, and its clock, ids and journal. Sites share nothing.

    Nothing of a site refers to the site itself: one that is dropped is gone at once, without a garbage collection.
    """

    def __init__(self, site_id: str, setup: Setup) -> None:
        self.id = site_id
        self.setup = setup
        self.behaviours = setup.behaviours
        self.clock = Clock(setup.start)
        self.ids = Ids(None if setup.random_seed is None else f"{setup.random_seed} {site_id}")
        self.changes = Changes()
        self.journal = Journal(setup.journal_entries_max, self.changes)
        self.store = Store(setup.seed.orders, partial(_note_change, self.journal, self.changes), setup.orders_max)
        self.outbox = Outbox(
            setup.subscriptions,
            setup.deliveries_max,
            self.changes,
            sequences_max=_ENTITIES_PER_ORDER * setup.orders_max + setup.deliveries_max,
        )
        self.walks = Walks(setup.behaviours.lifecycle, self.changes)
        self.faults = Faults(self.changes)
        self.rate_limit = RateLimit(setup.rate_limit)
        self.emails = Emails()
        self.mishap: Chaos | None = None  # what goes wrong with events that are published now
        self.requests_in_flight = 0
        self._begin_walks()

    @property
    def epoch(self) -> int:
        """Another one after each reset and each restore. Whoever waited over that may not write any more."""
        return self.outbox.epoch

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for it: no request is in flight, no delivery either, and none is due."""
        return not self.requests_in_flight and not self.outbox.is_busy(self.clock.now())

    def reset(self) -> None:
        """Be as a fresh site again, in place."""
        self.clock.reset()
        self.ids.reset()
        self.store.clear(self.setup.seed.orders)
        self.outbox.clear(self.setup.subscriptions)
        self.walks.clear()
        self.faults.clear()
        self.rate_limit.clear()
        self.emails.clear()
        self.journal.clear()
        self._begin_walks()
        if self.walks.next_due() is not None:
            self.wake()

    def wake(self) -> None:
        """Have what is due delivered, some time soon."""
        self.setup.wake(self)

    def take_due_steps(self) -> int:
        """Let fulfillments take the steps of the lifecycle simulation that are due; how many they were."""
        return self.setup.take_due_steps(self)

    def fingerprint(self) -> str:
        """A digest of all state but the journal. Two sites of one setup with equal fingerprints behave alike."""
        from emulator import snapshots

        return snapshots.fingerprint(self)

    def _begin_walks(self) -> None:
        """Have the fulfillments walk that the seed has (R601)."""
        if self.behaviours.lifecycle != "off":
            now = self.clock.now()
            for order in self.setup.seed.orders:
                self.walks.follow(order, now)


def _note_change(journal: Journal, changes: Changes, before: Order | None, after: Order) -> None:
    journal.note(Change(before, after))
    changes.tell("order", after)
