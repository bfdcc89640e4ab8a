"""A site's subscriptions, and its deliveries: a bounded log, and what is due for whom."""

import heapq
import logging
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from emulator.changes import Changes
from emulator.domain.deliveries import Delivery, Sealed, Subscription

if TYPE_CHECKING:
    from emulator.states import OutboxState

_log = logging.getLogger("emulator.outbox")
DELIVERIES_MAX = 10_000
SEALED_BYTES_MAX = 64 * 1024 * 1024
SEQUENCES_MAX = 500_000
_VOID_MAX = 100  # entries of the queues that later changes made void, beyond one for each delivery


class Lane(NamedTuple):
    """Deliveries that leave one after another: a subscription's first attempts, or its retries (R307)."""

    subscription_id: str
    is_first: bool


class Outbox:
    """Holds deliveries, newest last.

    Beyond `deliveries_max`, or `sealed_bytes_max` of what was sealed, the oldest settled one is forgotten. If none is,
    the oldest that waits is `dropped`. Beyond `sequences_max` the entity without events for longest begins at 1 again.
    """

    def __init__(
        self,
        subscriptions: Iterable[Subscription],
        deliveries_max: int,
        changes: Changes | None = None,
        *,
        sealed_bytes_max: int = SEALED_BYTES_MAX,
        sequences_max: int = SEQUENCES_MAX,
    ) -> None:
        """`changes` is told of each delivery that is put."""
        self._deliveries_max = deliveries_max
        self._sealed_bytes_max = sealed_bytes_max
        self._sequences_max = sequences_max
        self._changes = changes or Changes()
        self.epoch = 0
        self.clear(subscriptions)

    def clear(self, subscriptions: Iterable[Subscription]) -> None:
        """Have these subscriptions and no deliveries. A new epoch: what is in flight may not be recorded any more."""
        self.epoch += 1
        self.subscriptions = {subscription.id: subscription for subscription in subscriptions}
        # Ordered dicts: of a dict from whose head entries go for ever, finding the first takes longer and longer.
        self._deliveries: OrderedDict[str, Delivery] = OrderedDict()
        self._queues: defaultdict[Lane, list[tuple[datetime, int, str]]] = defaultdict(list)
        self._waiting: OrderedDict[str, None] = OrderedDict()  # as they were queued, those in flight included
        self._settled: OrderedDict[str, None] = OrderedDict()  # as they came to rest
        self._held: dict[str, str] = {}
        self._queued = 0
        self._entries = 0  # of all queues
        self._sealed_bytes = 0
        self._sequences: OrderedDict[str, int] = OrderedDict()
        self.dropped = 0  # that waited, for lack of room
        self._in_flight: set[str] = set()

    def state(self) -> "OutboxState":
        """All of it. What is in flight counts as waiting in its place."""
        from emulator.states import OutboxState

        return OutboxState(
            subscriptions=tuple(self.subscriptions.values()),
            deliveries=self.deliveries(),
            queue=tuple(self._waiting),
            settled=tuple(self._settled),
            held=self.held(),
            sequences=tuple(self._sequences.items()),
        )

    def restore(self, state: "OutboxState") -> None:
        """Hold that instead. A new epoch, as with `clear`."""
        self.clear(state.subscriptions)
        self._deliveries.update((delivery.id, delivery) for delivery in state.deliveries)
        self._sealed_bytes = sum(_sealed_bytes(delivery) for delivery in state.deliveries)
        self._settled.update(dict.fromkeys(state.settled))
        self._held = dict(state.held)
        self._sequences.update(state.sequences)
        for delivery_id in state.queue:
            delivery = self._deliveries[delivery_id]
            if delivery.due is not None:
                self._queue(delivery, delivery.due)
        self._forget_beyond_room()

    def is_busy(self, now: datetime) -> bool:
        """Whether something is in flight or due."""
        return bool(self._in_flight) or bool(self.lanes_due(now))

    def next_sequence(self, entity_id: str) -> int:
        """The number of the entity's next event, from 1 (R302)."""
        number = self._sequences[entity_id] = self._sequences.pop(entity_id, 0) + 1
        self._changes.tell("detail", ("sequences", entity_id))
        if len(self._sequences) > self._sequences_max:
            self._changes.tell("detail", ("sequences", self._sequences.popitem(last=False)[0]))
        return number

    def held(self) -> tuple[tuple[str, str], ...]:
        """By subscription, the delivery that is held back for it."""
        return tuple(self._held.items())

    def sequence(self, entity_id: str) -> int | None:
        """The number of the entity's latest event; None if there was none."""
        return self._sequences.get(entity_id)

    def subscribe(self, subscription: Subscription) -> None:
        """Deliver to it from now on."""
        self.subscriptions[subscription.id] = subscription

    def unsubscribe(self, subscription_id: str) -> bool:
        """Deliver to it no more, whatever waits for it included. Whether there was such a subscription."""
        if self.subscriptions.pop(subscription_id, None) is None:
            return False
        self._held.pop(subscription_id, None)
        for delivery in self.deliveries():
            if delivery.subscription.id == subscription_id and delivery.due is not None:
                self.put(delivery.abandoned())
        return True

    def deliveries(self) -> tuple[Delivery, ...]:
        """All deliveries that are still known, oldest first."""
        return tuple(self._deliveries.values())

    def find(self, delivery_id: str) -> Delivery | None:
        """The delivery of that id, if it is still known."""
        return self._deliveries.get(delivery_id)

    def put(self, delivery: Delivery) -> None:
        """Hold the delivery, in place of an earlier state of it, and queue it if another attempt is planned."""
        before = self._deliveries.get(delivery.id)
        self._deliveries[delivery.id] = delivery
        self._sealed_bytes += _sealed_bytes(delivery) - _sealed_bytes(before)
        if delivery.due is None:
            self._settle(delivery)
        elif before is None or (before.due, before.retries) != (delivery.due, delivery.retries):
            self._queue(delivery, delivery.due)
        self._forget_beyond_room()
        self._changes.tell("delivery", delivery)

    def keep_sealed(self, delivery_id: str, sealed: Sealed, *, makes_room: bool = False) -> None:
        """Note how the delivery is sealed, if there is room: sealing it again comes to the same. Its place stays.

        With `makes_room` it is noted in any case, and others go for it.
        """
        delivery = self._deliveries.get(delivery_id)
        has_room = self._sealed_bytes + len(sealed.body) <= self._sealed_bytes_max
        if delivery is not None and delivery.sealed is None and (has_room or makes_room):
            self._deliveries[delivery_id] = replace(delivery, sealed=sealed)
            self._sealed_bytes += len(sealed.body)
            self._forget_beyond_room()
            self._changes.tell("detail", ("deliveries", delivery_id))

    def hold_back(self, delivery: Delivery) -> None:
        """Like `put`, but `release_held` makes it due before its time."""
        self.put(delivery)
        self._held[delivery.subscription.id] = delivery.id

    def release_held(self, subscription_id: str, now: datetime) -> None:
        """Make the delivery that was held back for that subscription due now, if it still waits."""
        if not self._held:
            return
        held = self._deliveries.get(self._held.pop(subscription_id, ""))
        if held is not None and held.due is not None and held.due > now:
            self.put(replace(held, due=now))

    def lanes_due(self, now: datetime) -> list[Lane]:
        """The lanes in which something is due, the earliest first."""
        lanes = [lane for lane in list(self._queues) if self.head(lane, now) is not None]
        return sorted(lanes, key=lambda lane: self._queues[lane][0])

    def head(self, lane: Lane, now: datetime | None = None) -> Delivery | None:
        """The lane's next delivery, if it is due by then; entries that later changes made void are dropped."""
        queue = self._queues[lane]
        while queue:
            due, _, delivery_id = queue[0]
            delivery = self._deliveries.get(delivery_id)
            if _is_planned(delivery, lane, due):
                return delivery if now is None or due <= now else None
            heapq.heappop(queue)
            self._entries -= 1
        del self._queues[lane]
        return None

    def take_due(self, lane: Lane, now: datetime) -> Delivery | None:
        """The lane's next due delivery, out of its queue; None if nothing is due."""
        delivery = self.head(lane, now)
        if delivery is not None:
            heapq.heappop(self._queues[lane])
            self._entries -= 1
            self._in_flight.add(delivery.id)
        return delivery

    def next_due(self) -> datetime | None:
        """When the earliest planned attempt is due."""
        heads = [self.head(lane) for lane in list(self._queues)]
        return min((head.due for head in heads if head is not None and head.due is not None), default=None)

    def _settle(self, delivery: Delivery) -> None:
        self._in_flight.discard(delivery.id)
        self._waiting.pop(delivery.id, None)
        self._let_go(delivery)
        if delivery.id not in self._settled:
            self._settled[delivery.id] = None
            self._changes.tell("detail", ("places", delivery.id))

    def _queue(self, delivery: Delivery, due: datetime) -> None:
        self._queued += 1
        self._in_flight.discard(delivery.id)
        lane = Lane(delivery.subscription.id, delivery.is_first_attempt)
        heapq.heappush(self._queues[lane], (due, self._queued, delivery.id))
        self._waiting[delivery.id] = None
        self._waiting.move_to_end(delivery.id)
        self._changes.tell("detail", ("places", delivery.id))
        self._entries += 1
        if self._entries > 2 * len(self._deliveries) + _VOID_MAX:
            self._forget_void_entries()

    def _forget_void_entries(self) -> None:
        for lane, queue in list(self._queues.items()):
            kept = [entry for entry in queue if _is_planned(self._deliveries.get(entry[2]), lane, entry[0])]
            heapq.heapify(kept)
            self._queues[lane] = kept
        self._entries = sum(len(queue) for queue in self._queues.values())

    def _forget_beyond_room(self) -> None:
        while self._is_too_full():
            self._forget_one()

    def _is_too_full(self) -> bool:
        count = len(self._deliveries)
        return count > self._deliveries_max or (self._sealed_bytes > self._sealed_bytes_max and count > 1)

    def _forget_one(self) -> None:
        if not self._settled:
            self._note_dropped()
        forgotten = self._deliveries.pop(next(iter(self._settled or self._deliveries)))
        self._waiting.pop(forgotten.id, None)
        self._settled.pop(forgotten.id, None)
        self._in_flight.discard(forgotten.id)
        self._sealed_bytes -= _sealed_bytes(forgotten)
        self._let_go(forgotten)
        self._changes.tell("detail", ("deliveries", forgotten.id))
        self._changes.tell("detail", ("places", forgotten.id))

    def _note_dropped(self) -> None:
        self.dropped += 1
        if self.dropped == 1:
            _log.warning(
                "a site has no room for more deliveries, all wait for their receivers: from now on the oldest are "
                "dropped; --deliveries-max allows %d, and %d bytes of them are kept",
                self._deliveries_max,
                self._sealed_bytes_max,
            )

    def _let_go(self, delivery: Delivery) -> None:
        if self._held.get(delivery.subscription.id) == delivery.id:
            del self._held[delivery.subscription.id]


def _is_planned(delivery: Delivery | None, lane: Lane, due: datetime) -> bool:
    """Whether an entry of that lane's queue still says what is so."""
    return delivery is not None and delivery.due == due and delivery.is_first_attempt == lane.is_first


def _sealed_bytes(delivery: Delivery | None) -> int:
    return len(delivery.sealed.body) if delivery is not None and delivery.sealed is not None else 0
