"""A dispatcher with receivers that need no network and a clock that stands."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from emulator.domain.deliveries import Attempt, Delivery, Subscription
from emulator.domain.events import Event
from emulator.site import Setup, Site
from emulator.webhooks.dispatcher import Dispatcher, Settled
from emulator.webhooks.envelope import Sealer
from emulator.webhooks.keys import SigningKey
from tests.events import event, subscription
from tests.factories import NOW
from tests.webhooks.transport import PATIENCE_S, FakeTransport

KEY = SigningKey()
SEALER = Sealer(KEY, SigningKey.wrong(), "an app", "an instance")
A, B, C = (subscription(name, url=f"http://{name}.example/") for name in ("a", "b", "c"))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Rig:
    """A dispatcher, its receivers, and a site whose events are queued for them."""

    dispatcher: Dispatcher
    transport: FakeTransport
    site: Site
    numbers: int = 0

    def publish(self, *to: Subscription, count: int = 1, after: timedelta = timedelta(), wake: bool = True) -> None:
        """Queue that many events for each subscription, due that much later."""
        now = self.site.clock.now()
        for _ in range(count):
            self.numbers += 1
            told = event(self.numbers, time=now)
            for one in to or (A,):
                self._put(told, one, now, after)
        if wake:
            self.dispatcher.wake(self.site)

    def deliveries(self, to: Subscription | None = None) -> list[Delivery]:
        return [one for one in self.site.outbox.deliveries() if to is None or one.subscription.id == to.id]

    async def settle(self) -> Settled:
        return await self.dispatcher.settle(self.site, PATIENCE_S)

    async def advance(self, step: timedelta) -> Settled:
        async with asyncio.timeout(PATIENCE_S):
            return await self.dispatcher.advance(self.site, step)

    def _put(self, told: Event, to: Subscription, now: datetime, after: timedelta) -> None:
        delivery_id = f"{told.sequence} to {to.id}"
        self.site.outbox.put(Delivery(delivery_id, told, to, created=now, due=now + after))


def a_site(*, start: datetime | None = NOW, deliveries_max: int = 10_000) -> Site:
    return Site("a site", Setup(random_seed=1, start=start, subscriptions=(A, B, C), deliveries_max=deliveries_max))


@asynccontextmanager
async def running(
    *,
    in_background: bool = False,
    site: Site | None = None,
    committed: Callable[[Site], Awaitable[None]] | None = None,
    sealer: Sealer = SEALER,
) -> AsyncIterator[Rig]:
    transport = FakeTransport()
    dispatcher = Dispatcher(sealer, transport, in_background=in_background, committed=committed)
    try:
        yield Rig(dispatcher, transport, site or a_site())
    finally:
        await dispatcher.close()


def attempt_with(status: int, at: datetime = NOW) -> Attempt:
    return Attempt(at, status, None, 1)
