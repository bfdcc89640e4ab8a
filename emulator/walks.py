"""A site's lifecycle simulation: which fulfillment takes its next step when, and which orders have it on or off."""

import heapq
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from emulator.changes import Changes
from emulator.domain.lifecycle import next_status, waiting_time
from emulator.domain.orders import Order

if TYPE_CHECKING:
    from emulator.states import Walk, WalksState

_VOID_MAX = 100  # plans that have come to nothing and are still queued, beyond one for each that has not


class Walks:
    """Plans a next step for each fulfillment of an order whose lifecycle is on; at most one at a time for each."""

    def __init__(self, lifecycle: str, changes: Changes | None = None) -> None:
        """`changes` is told of each walk and each lifecycle that is another one now."""
        self._lifecycle = lifecycle
        self._changes = changes or Changes()
        self.clear()

    def state(self) -> "WalksState":
        """What is planned."""
        from emulator.states import WalksState

        return WalksState(tuple(self._walks.values()), tuple(self._lifecycles.items()))

    def restore(self, state: "WalksState") -> None:
        """Have this planned, and nothing else."""
        self.clear(state.walks, state.lifecycles)

    def clear(self, walks: Iterable["Walk"] = (), lifecycles: Iterable[tuple[str, str]] = ()) -> None:
        """Have these planned, and nothing else."""
        self._lifecycles = dict(lifecycles)
        self._walks: dict[str, Walk] = {}
        self._queue: list[tuple[datetime, int, Walk]] = []
        self._queued = 0
        for walk in walks:
            self._plan(walk)

    def lifecycle(self, order_id: str) -> str:
        """Whether the order's fulfillments walk, and how fast: its own setting, else the site's."""
        return self._lifecycles.get(order_id, self._lifecycle)

    def set_lifecycle(self, order: Order, lifecycle: str, now: datetime) -> None:
        """Have the order's fulfillments walk from now on, or stay where they are."""
        self._lifecycles[order.id] = lifecycle
        self._changes.tell("detail", ("lifecycles", order.id))
        for fulfillment in order.fulfillments:
            self._end(fulfillment.id)
        self.follow(order, now)

    def follow(self, order: Order, now: datetime) -> bool:
        """Plan a step for each fulfillment that is new or has changed its status; whether anything can be planned."""
        lifecycle = self._lifecycles.get(order.id, self._lifecycle)
        if lifecycle == "off":
            return False
        from emulator.states import Walk

        for fulfillment in order.fulfillments:
            walk, following = self._walks.get(fulfillment.id), next_status(fulfillment.status)
            if following is None:
                self._end(fulfillment.id)
            elif walk is None or walk.status != fulfillment.status:
                due = now + waiting_time(lifecycle, following)
                self._plan(Walk(order.id, fulfillment.id, fulfillment.status, due))
        return True

    def walk(self, fulfillment_id: str) -> "Walk | None":
        """What is planned for the fulfillment."""
        return self._walks.get(fulfillment_id)

    def own_lifecycle(self, order_id: str) -> str | None:
        """The order's own setting, if it has one."""
        return self._lifecycles.get(order_id)

    def next_due(self) -> datetime | None:
        """When the earliest step is due."""
        while self._queue:
            due, _, walk = self._queue[0]
            if self._walks.get(walk.fulfillment_id) is walk:
                return due
            heapq.heappop(self._queue)
        return None

    def take_due(self, now: datetime) -> "Walk | None":
        """The next walk whose step is due, no longer planned; None if none is."""
        due = self.next_due()
        if due is None or due > now:
            return None
        walk = heapq.heappop(self._queue)[2]
        self._end(walk.fulfillment_id)
        return walk

    def _plan(self, walk: "Walk") -> None:
        self._queued += 1
        self._end(walk.fulfillment_id)
        self._walks[walk.fulfillment_id] = walk
        heapq.heappush(self._queue, (walk.due, self._queued, walk))
        if len(self._queue) > 2 * len(self._walks) + _VOID_MAX:
            self._queue = [entry for entry in self._queue if self._walks.get(entry[2].fulfillment_id) is entry[2]]
            heapq.heapify(self._queue)

    def _end(self, fulfillment_id: str) -> None:
        self._walks.pop(fulfillment_id, None)
        self._changes.tell("detail", ("walks", fulfillment_id))
