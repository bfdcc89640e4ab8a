"""Takes due deliveries, sends them, and records the attempts. Nothing here is waited for by an API reply."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from emulator.domain.deliveries import Attempt, Delivery, Sealed
from emulator.outbox import Lane
from emulator.site import Site
from emulator.webhooks.envelope import Sealer
from emulator.webhooks.lane_sealer import LaneSealer
from emulator.webhooks.transport import PARALLEL_ATTEMPTS_MAX, Transport, TransportError

_log = logging.getLogger("emulator.webhooks")
_TIMER_S_MAX = 3_600.0
_DRAIN_TIMEOUT_S = 3.0

# A site's lane in one of its epochs: after a reset the lane is another one, though the old may still be sending.
LaneKey = tuple[Site, int, Lane]


@dataclass(slots=True)
class Settled:
    """What happened while settling: attempts that succeeded and failed; what waits for later; whether time ran out."""

    delivered: int = 0
    failed: int = 0
    waiting: int = 0
    timed_out: bool = False


class Dispatcher:
    """Sends what is due. A lane sends one delivery after the other; lanes run side by side, up to a cap.

    In the background it acts as soon as it is woken; otherwise only `settle` and `advance` send anything.
    """

    def __init__(
        self,
        sealer: Sealer,
        transport: Transport,
        *,
        in_background: bool,
        committed: Callable[[Site], Awaitable[None]] | None = None,
    ) -> None:
        """`committed` is waited for before an attempt, so that no receiver knows what a kill may take back."""
        self._committed = committed
        self._sealer = sealer
        self._transport = transport
        self._in_background = in_background
        self._slots = asyncio.Semaphore(PARALLEL_ATTEMPTS_MAX)
        self._lanes: dict[LaneKey, asyncio.Task[Settled]] = {}
        self._timers: dict[Site, asyncio.TimerHandle] = {}
        self._turns: WeakValueDictionary[tuple[Site, str], asyncio.Lock] = WeakValueDictionary()
        self._is_prepared = False
        self._preparation = asyncio.Lock()
        self.failures = 0  # faults of ours since the start
        self.is_failing = False  # whether the last attempt met one

    def wake(self, site: Site) -> None:
        """Deliver what is due at the site, now and as more falls due. Returns at once."""
        if self._in_background:
            self._start_lanes(site)
            self._set_timer(site)

    async def settle(self, site: Site, timeout_s: float) -> Settled:
        """Send all that is due; returns when nothing due is left, when the time is over, or when the site is reset."""
        total = Settled()
        try:
            async with asyncio.timeout(timeout_s):
                await self._drain(site, total, site.epoch)
        except TimeoutError:
            total.timed_out = True
        total.waiting = sum(delivery.due is not None for delivery in site.outbox.deliveries())
        return total

    async def advance(self, site: Site, step: timedelta) -> Settled:
        """Move the site's clock on; deliveries and steps of the lifecycle that fall due on the way happen in order.

        Over a reset it stops: the fresh site's clock is not this call's to move.
        """
        total, epoch = Settled(), site.epoch
        target = site.clock.now() + step
        site.clock.set(site.clock.now())
        await self._drain(site, total, epoch)
        while site.epoch == epoch and (due := _next_due(site)) is not None and due <= target:
            site.clock.set(max(due, site.clock.now()))
            await self._drain(site, total, epoch)
        if site.epoch == epoch:
            site.clock.set(max(target, site.clock.now()))
        total.waiting = sum(delivery.due is not None for delivery in site.outbox.deliveries())
        return total

    async def seal(self, site: Site, deliveries: Iterable[Delivery]) -> None:
        """Seal them, as their first attempt would, without holding anything else up."""
        await self._prepare()
        sealer = self._sealer.on_site(site.id)
        for delivery in deliveries:
            if delivery.sealed is None:
                site.outbox.keep_sealed(delivery.id, sealer.seal(delivery))
                await asyncio.sleep(0)

    async def redeliver(self, site: Site, delivery: Delivery) -> Delivery:
        """Send the delivery again now, out of turn; the delivery with that attempt."""
        epoch = site.outbox.epoch
        await self._prepare()
        sealed = self._sealer.on_site(site.id).seal(delivery)
        attempt = await self._attempt(site, delivery.subscription.url, sealed)
        current = site.outbox.find(delivery.id) if site.outbox.epoch == epoch else None
        redelivered = (current or delivery).redelivered(attempt)
        if current is not None:
            site.outbox.put(replace(redelivered, sealed=sealed))
        return redelivered

    async def close(self) -> None:
        """Send what is due, for a few seconds at most, and stop."""
        sites = {site for site, _, _ in self._lanes}
        await asyncio.gather(*(self.settle(site, _DRAIN_TIMEOUT_S) for site in sites), return_exceptions=True)
        for timer in self._timers.values():
            timer.cancel()
        tasks = list(self._lanes.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._transport.close()

    async def _drain(self, site: Site, total: Settled, epoch: int) -> None:
        while site.epoch == epoch:
            site.take_due_steps()
            tasks = self._start_lanes(site)
            if not tasks:
                return
            done, _ = await asyncio.wait(tasks)
            for task in done:
                outcome = task.result()
                total.delivered += outcome.delivered
                total.failed += outcome.failed

    def _start_lanes(self, site: Site) -> list[asyncio.Task[Settled]]:
        """A task for each lane in which something is due, the running ones included."""
        epoch = site.outbox.epoch
        for lane in site.outbox.lanes_due(site.clock.now()):
            key = (site, epoch, lane)
            if key not in self._lanes:
                task = self._lanes[key] = asyncio.create_task(self._run_lane(key))
                task.add_done_callback(self._watch)
        return [task for (owner, since, _), task in self._lanes.items() if owner is site and since == epoch]

    async def _run_lane(self, key: LaneKey) -> Settled:
        site, epoch, lane = key
        outbox, outcome, sealer = site.outbox, Settled(), LaneSealer(site, lane, self._sealer.on_site(site.id))
        try:
            await self._prepare()
            while (delivery := await self._next(key)) is not None:
                sealed, attempt = await self._try(site, sealer, delivery)
                # What was in flight over a reset, or was forgotten meanwhile, leaves no trace.
                current = outbox.find(delivery.id) if outbox.epoch == epoch else None
                if current is not None:
                    outbox.put(replace(current.attempted(attempt), sealed=sealed))
                    outcome.delivered += attempt.succeeded
                    outcome.failed += not attempt.succeeded
        finally:
            # No await since nothing was found due: whoever puts a delivery from here on starts a new task.
            del self._lanes[key]
        if self._in_background:
            self._set_timer(site)
        return outcome

    async def _next(self, key: LaneKey) -> Delivery | None:
        """The next of the lane that is due, and was so before the last commit; after it was taken there is no await."""
        site, epoch, lane = key
        outbox, waited_for = site.outbox, None
        while outbox.epoch == epoch and (head := outbox.head(lane, site.clock.now())) is not None:
            plan = head.id, head.due
            if self._committed is None or waited_for == plan:
                return outbox.take_due(lane, site.clock.now())
            await self._committed(site)
            waited_for = plan
        return None

    async def _try(self, site: Site, sealer: LaneSealer, delivery: Delivery) -> tuple[Sealed | None, Attempt]:
        """A planned attempt. A fault of ours is a failed one: the delivery comes round again, and the lane goes on."""
        try:
            sealed = sealer.seal(delivery)
            sealer.seal_next_soon()
            attempt = await self._attempt(site, delivery.subscription.url, sealed)
        except Exception as fault:  # noqa: BLE001 - it is told about, and shows in health
            self._note_failure("a delivery failed for a fault of ours", fault)
            error = f"the emulator failed: {type(fault).__name__}: {fault}"
            return delivery.sealed, Attempt(site.clock.now(), None, error, None)
        self.is_failing = False
        return sealed, attempt

    def _watch(self, task: asyncio.Task[Settled]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._note_failure("a lane of deliveries stopped", error)

    def _note_failure(self, what: str, fault: BaseException) -> None:
        self.failures += 1
        self.is_failing = True
        _log.error(what, exc_info=fault)

    async def _prepare(self) -> None:
        """Import the client and the cryptography on a thread: it takes longer than a reply may.

        The lanes that wait for it go on in the order in which they came.
        """
        if self._is_prepared:
            return
        async with self._preparation:
            if not self._is_prepared:
                await asyncio.to_thread(self._transport.prepare)
                await asyncio.to_thread(self._sealer.prepare)
                self._is_prepared = True

    async def _attempt(self, site: Site, url: str, sealed: Sealed) -> Attempt:
        async with self._turn(site, url), self._slots:
            started = time.monotonic()
            status, error = None, None
            try:
                status = await self._transport.post(url, sealed)
            except TransportError as failure:
                error = str(failure)
            duration_ms = None if site.clock.is_manual else round((time.monotonic() - started) * 1000)
        return Attempt(site.clock.now(), status, error, duration_ms)

    def _turn(self, site: Site, url: str) -> AbstractAsyncContextManager[None]:
        """On a manual clock a receiver gets one delivery at a time, so that their order repeats from run to run."""
        return self._turns.setdefault((site, url), asyncio.Lock()) if site.clock.is_manual else nullcontext()

    def _set_timer(self, site: Site) -> None:
        """Wake up when the next retry or step falls due. A manual clock wakes nobody: it moves by `advance`."""
        timer = self._timers.pop(site, None)
        if timer is not None:
            timer.cancel()
        now = site.clock.now()
        if site.clock.is_manual or (due := _next_due(site, after=now)) is None:
            return
        delay = min(max((due - now).total_seconds(), 0), _TIMER_S_MAX)
        self._timers[site] = asyncio.get_running_loop().call_later(delay, self._tick, site)

    def _tick(self, site: Site) -> None:
        self._timers.pop(site, None)
        if not site.clock.is_manual:
            site.take_due_steps()
            self.wake(site)


def _next_due(site: Site, after: datetime | None = None) -> datetime | None:
    """When the next attempt or step of the lifecycle is due; of attempts only what is due `after` that moment."""
    attempt = site.outbox.next_due()
    if attempt is not None and after is not None and attempt <= after:
        attempt = None  # its lane is running
    return min((due for due in (attempt, site.walks.next_due()) if due is not None), default=None)
