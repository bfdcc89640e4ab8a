"""Seals what a lane sends: the next delivery while the receiver of the one before it thinks."""

import asyncio
from contextlib import suppress

from emulator.domain.deliveries import Delivery, Sealed
from emulator.outbox import Lane
from emulator.site import Site
from emulator.webhooks.envelope import Sealer


class LaneSealer:
    """Is at most one delivery ahead, and keeps that to itself: who resets the site, or unsubscribes, need not know."""

    def __init__(self, site: Site, lane: Lane, sealer: Sealer) -> None:
        self._site = site
        self._lane = lane
        self._sealer = sealer
        self._ahead: tuple[Delivery, Sealed] | None = None

    def seal(self, delivery: Delivery) -> Sealed:
        """The delivery as it travels; it takes no time if that is known already."""
        ahead, self._ahead = self._ahead, None
        return ahead[1] if ahead is not None and ahead[0] is delivery else self._sealer.seal(delivery)

    def seal_next_soon(self) -> None:
        """Seal the lane's next two rounds of the loop later, when what is being posted now is on its way."""
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.call_soon, self._seal_next)

    def _seal_next(self) -> None:
        delivery = self._site.outbox.head(self._lane, self._site.clock.now())
        if delivery is not None:
            with suppress(Exception):  # a fault of ours shows when its turn comes
                self._ahead = delivery, self._sealer.seal(delivery)
