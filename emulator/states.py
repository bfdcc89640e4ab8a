"""What snapshots and state files hold of a site's parts. Imported when first needed: a start has no time for it."""

from dataclasses import dataclass

from emulator.domain.deliveries import Delivery, Subscription
from emulator.domain.lifecycle import Lifecycle
from emulator.domain.moments import PlannedMoment


@dataclass(frozen=True, slots=True)
class IdsState:
    """How far the sequences have come: GUIDs drawn, requests named. `seed` None is entropy of the system's."""

    seed: str | None = None
    drawn: int = 0
    named: int = 0


@dataclass(frozen=True, slots=True)
class OutboxState:
    """Everything that an outbox holds. `queue`: the waiting deliveries in the order in which they were queued;
    `settled`: the others in the order in which they came to rest; `held`: by subscription."""

    subscriptions: tuple[Subscription, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    queue: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    held: tuple[tuple[str, str], ...] = ()
    sequences: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """A fulfillment on its way: the status that it has, and when it takes the next one."""

    order_id: str
    fulfillment_id: str
    status: str | None
    due: PlannedMoment


@dataclass(frozen=True, slots=True)
class WalksState:
    """Everything that is so of the simulation; walks in the order in which they were begun."""

    walks: tuple[Walk, ...] = ()
    lifecycles: tuple[tuple[str, Lifecycle], ...] = ()
