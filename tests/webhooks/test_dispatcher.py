"""The dispatcher, with receivers that need no network and a clock that stands."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from emulator.clock import Clock
from emulator.domain.deliveries import Attempt, Delivery, Subscription
from emulator.domain.events import Event
from emulator.site import Setup, Site
from emulator.webhooks.dispatcher import Dispatcher, Settled
from emulator.webhooks.envelope import Sealer
from emulator.webhooks.keys import SigningKey
from emulator.webhooks.transport import PARALLEL_ATTEMPTS_MAX
from tests.events import event, subscription
from tests.factories import NOW
from tests.webhooks.transport import PATIENCE_S, REFUSED, FakeTransport

pytestmark = pytest.mark.anyio

KEY = SigningKey()
SEALER = Sealer(KEY, SigningKey.wrong(), "an app", "an instance")
A, B, C = (subscription(name, url=f"http://{name}.example/") for name in ("a", "b", "c"))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LADDER_MINUTES = [1, 10, 60, 120, 120, 120, 240, 240, 240, 480, 480, 720]


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


@pytest.mark.rule("R307")
async def test_first_attempts_reach_a_subscription_in_the_order_of_the_events() -> None:
    async with running() as rig:
        rig.publish(count=20)
        await rig.settle()
        assert rig.transport.numbers() == list(range(1, 21))


async def test_settling_counts_what_was_delivered_what_failed_and_what_waits() -> None:
    async with running() as rig:
        rig.transport.answers[B.url] = 500
        rig.publish(A, B, count=3)
        rig.publish(A, after=HOUR)
        assert await rig.settle() == Settled(delivered=3, failed=3, waiting=4)


async def test_settling_when_nothing_is_due_counts_nothing() -> None:
    async with running() as rig:
        assert await rig.settle() == Settled()


async def test_settling_sends_nothing_twice() -> None:
    async with running() as rig:
        rig.publish(count=3)
        await rig.settle()
        assert await rig.settle() == Settled()
        assert rig.transport.numbers() == [1, 2, 3]


async def test_two_who_settle_at_once_send_each_delivery_once() -> None:
    async with running() as rig:
        rig.publish(A, B, count=5)
        await asyncio.gather(rig.settle(), rig.settle())
        assert (rig.transport.numbers(A.url), rig.transport.numbers(B.url)) == ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])


async def test_settling_ends_when_its_time_is_over() -> None:
    async with running() as rig:
        with rig.transport.holding(A.url):
            rig.publish()
            outcome = await rig.dispatcher.settle(rig.site, 0.001)
        assert (outcome.timed_out, outcome.waiting) == (True, 1)


async def test_what_settling_had_no_time_for_is_still_delivered() -> None:
    async with running() as rig:
        with rig.transport.holding(A.url):
            rig.publish(count=2)
            await rig.dispatcher.settle(rig.site, 0.001)
        await rig.settle()
        assert (rig.transport.numbers(), [one.status for one in rig.deliveries()]) == ([1, 2], ["delivered"] * 2)


@pytest.mark.rule("R307")
async def test_a_retry_does_not_hold_first_attempts_back() -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = [500]
        rig.publish(count=3)
        await rig.settle()
        await rig.advance(MINUTE)
        assert rig.transport.numbers() == [1, 2, 3, 1]


@pytest.mark.rule("R307")
async def test_a_retry_that_hangs_does_not_hold_first_attempts_back() -> None:
    async with running(in_background=True, site=a_site(start=None)) as rig:
        long_ago = datetime.now(UTC) - HOUR
        retry = Delivery("a retry", event(1), A, created=long_ago, due=long_ago).attempted(attempt_with(500, long_ago))
        with rig.transport.holding(A.url):
            rig.site.outbox.put(retry)
            rig.dispatcher.wake(rig.site)
            await rig.transport.arrived(1)
            rig.publish()
            await rig.transport.arrived(2)
            assert rig.transport.in_flight == 2


async def test_on_a_manual_clock_a_receiver_gets_one_delivery_at_a_time() -> None:
    async with running() as rig:
        other = subscription("other", url=A.url)
        rig.publish(A, other, count=5)
        await rig.settle()
        assert (rig.transport.in_flight_max, len(rig.transport.posts)) == (1, 10)


@pytest.mark.rule("R305")
@pytest.mark.parametrize("answer", [500, 404, 302, 204, 201, REFUSED], ids=str)
async def test_anything_but_200_is_tried_again(answer: int | Exception) -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = [answer]
        rig.publish()
        assert await rig.settle() == Settled(failed=1, waiting=1)
        assert await rig.advance(MINUTE) == Settled(delivered=1)


async def test_an_attempt_records_the_status_or_the_error_and_when_the_next_one_is() -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = [503, REFUSED]
        rig.publish()
        await rig.settle()
        await rig.advance(MINUTE)
        await rig.advance(10 * MINUTE)

        first, second, third = rig.deliveries()[0].attempts
        assert (first.status, first.error, first.at, first.next_at) == (503, None, NOW, NOW + MINUTE)
        assert (second.status, second.error) == (None, "connection refused")
        assert (second.at, second.next_at) == (NOW + MINUTE, NOW + 11 * MINUTE)
        assert (third.status, third.error, third.at, third.next_at) == (200, None, NOW + 11 * MINUTE, None)


@pytest.mark.rule("R306")
async def test_the_whole_ladder_plays_in_one_advance() -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = REFUSED
        rig.publish()

        outcome = await rig.advance(timedelta(hours=47, minutes=11))

        (exhausted,) = rig.deliveries()
        assert outcome == Settled(failed=13, waiting=0)
        assert exhausted.status == "exhausted"
        moments = [one.at for one in exhausted.attempts]
        waits = [(later - earlier) / MINUTE for earlier, later in pairwise(moments)]
        assert waits == LADDER_MINUTES


@pytest.mark.rule("R306")
async def test_a_second_before_the_ladders_end_the_last_retry_still_waits() -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = 500
        rig.publish()
        assert await rig.advance(timedelta(hours=47, minutes=10, seconds=59)) == Settled(failed=12, waiting=1)
        assert await rig.advance(timedelta(seconds=1)) == Settled(failed=1, waiting=0)


@pytest.mark.rule("R306")
async def test_after_the_last_retry_it_is_never_tried_again() -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = 500
        rig.publish()
        await rig.advance(timedelta(hours=48))
        assert await rig.advance(timedelta(days=100)) == Settled()


@pytest.mark.rule("R306")
async def test_every_attempt_sends_the_same_bytes() -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = 500
        rig.publish()
        await rig.advance(timedelta(hours=48))
        assert len(rig.transport.posts) == 13
        assert len({body for _, body in rig.transport.posts}) == 1


async def test_advancing_runs_what_falls_due_in_the_order_of_time_across_subscriptions() -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = [500]  # due again after a minute
        rig.publish(A)
        rig.publish(B, after=timedelta(seconds=61))
        rig.publish(C, after=timedelta(seconds=59))
        await rig.advance(HOUR)
        assert [url for url, _ in rig.transport.posts] == [A.url, C.url, A.url, B.url]


async def test_what_falls_due_is_sent_at_its_own_moment() -> None:
    async with running() as rig:
        rig.publish(A, after=timedelta(minutes=5))
        await rig.advance(HOUR)
        assert [one.at for one in rig.deliveries()[0].attempts] == [NOW + 5 * MINUTE]


async def test_advancing_stops_the_clock_exactly_there() -> None:
    async with running() as rig:
        await rig.advance(HOUR)
        assert (rig.site.clock.now(), rig.site.clock.is_manual) == (NOW + HOUR, True)


async def test_advancing_a_clock_that_follows_the_system_stops_it() -> None:
    async with running(site=a_site(start=None)) as rig:
        before = datetime.now(UTC)
        await rig.advance(HOUR)
        assert rig.site.clock.is_manual
        assert before + HOUR <= rig.site.clock.now() <= datetime.now(UTC) + HOUR


async def test_advancing_by_nothing_sends_what_is_due_now() -> None:
    async with running() as rig:
        rig.publish()
        assert await rig.advance(timedelta()) == Settled(delivered=1)


async def test_what_is_due_after_the_advance_is_not_sent() -> None:
    async with running() as rig:
        rig.publish(after=MINUTE)
        assert await rig.advance(MINUTE - timedelta(microseconds=1)) == Settled(waiting=1)
        assert await rig.advance(timedelta(microseconds=1)) == Settled(delivered=1)


async def test_in_manual_mode_nothing_is_sent_by_itself() -> None:
    async with running() as rig:
        rig.publish()
        await rig.dispatcher.close()
        assert rig.transport.posts == []


async def test_in_the_background_what_is_published_is_sent_at_once() -> None:
    async with running(in_background=True) as rig:
        rig.publish(A, B, count=3)
        await rig.transport.arrived(6)
        assert (rig.transport.numbers(A.url), rig.transport.numbers(B.url)) == ([1, 2, 3], [1, 2, 3])


async def test_in_the_background_what_comes_during_an_attempt_is_sent_after_it() -> None:
    async with running(in_background=True) as rig:
        with rig.transport.holding(A.url):
            rig.publish()
            await rig.transport.arrived(1)
            rig.publish()
        await rig.transport.arrived(2)
        assert rig.transport.numbers() == [1, 2]


async def test_in_the_background_what_falls_due_by_the_systems_clock_is_sent() -> None:
    async with running(in_background=True, site=a_site(start=None)) as rig:
        rig.publish(after=timedelta(milliseconds=20))
        assert rig.transport.posts == []
        await rig.transport.arrived(1)


# Clocks that jump


class SystemTime:
    """The system's clock, as an administrator or a suspended machine moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def a_site_by(time: SystemTime) -> Site:
    site = a_site(start=None)
    site.clock = Clock(system=time)
    return site


async def test_a_system_clock_that_is_set_back_loses_no_retry_and_sends_none_early() -> None:
    time = SystemTime()
    async with running(in_background=True, site=a_site_by(time)) as rig:
        rig.transport.answers[A.url] = [500]
        rig.publish()
        await rig.settle()
        time.now = NOW - 365 * 24 * HOUR
        rig.dispatcher.wake(rig.site)
        assert (await rig.settle()).waiting == 1
        time.now = NOW + MINUTE
        await rig.settle()
        assert [one.status for one in rig.deliveries()] == ["delivered"]
        assert rig.transport.numbers() == [1, 1]


async def test_with_a_system_clock_that_was_set_back_the_dispatcher_waits_and_does_not_spin() -> None:
    time = SystemTime()
    async with running(in_background=True, site=a_site_by(time)) as rig:
        rig.publish(after=HOUR)
        time.now = NOW - 365 * 24 * HOUR
        rig.dispatcher.wake(rig.site)
        (timer,) = rig.dispatcher._timers.values()
        assert timer.when() - asyncio.get_running_loop().time() > HOUR.total_seconds() / 2


async def test_a_system_clock_that_jumps_ahead_by_years_sends_what_waits_once_and_in_order() -> None:
    time = SystemTime()
    async with running(in_background=True, site=a_site_by(time)) as rig:
        rig.transport.answers[A.url] = [500, 500, 500]
        rig.publish(count=3)
        await rig.settle()
        time.now = NOW + 3650 * 24 * HOUR
        rig.dispatcher.wake(rig.site)
        await rig.settle()
        assert rig.transport.numbers() == [1, 2, 3, 1, 2, 3]
        assert [len(one.attempts) for one in rig.deliveries()] == [2, 2, 2]


async def test_a_retry_that_fails_after_the_clock_was_set_back_is_planned_from_there() -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = 500
        rig.publish()
        await rig.settle()
        rig.site.clock.set(NOW + MINUTE)
        past = NOW - 365 * 24 * HOUR
        rig.transport.answers[A.url] = lambda: rig.site.clock.set(past) or 500  # type: ignore[func-returns-value]
        await rig.settle()
        assert rig.deliveries()[0].due == past + 10 * MINUTE
        rig.transport.answers[A.url] = 200
        await rig.advance(10 * MINUTE)
        assert rig.deliveries()[0].status == "delivered"


async def test_a_stopped_clock_that_is_set_ahead_by_years_sends_each_delivery_once_when_it_is_told_to() -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = 500
        rig.publish(count=2)
        await rig.settle()
        rig.site.clock.set(NOW + 3650 * 24 * HOUR)
        settled = await rig.settle()
        assert (settled.failed, settled.waiting) == (2, 2)
        assert rig.transport.numbers() == [1, 2, 1, 2]


async def test_whoever_wakes_the_dispatcher_does_not_wait_for_a_receiver() -> None:
    async with running(in_background=True) as rig:
        with rig.transport.holding(A.url):
            rig.publish()  # not awaited: it cannot wait
        await rig.transport.arrived(1)


async def test_a_hanging_subscription_holds_no_other_one_back() -> None:
    async with running(in_background=True) as rig:
        with rig.transport.holding(A.url):
            rig.publish(A, B, C, count=10)
            await rig.transport.arrived(10, B.url)
            await rig.transport.arrived(10, C.url)
            assert rig.transport.numbers(A.url) == [1]


async def test_no_more_than_the_cap_are_in_flight_at_once() -> None:
    subscriptions = [subscription(str(number), url=f"http://{number}.example/") for number in range(100)]
    async with running(in_background=True) as rig:
        with rig.transport.holding(*(one.url for one in subscriptions)):
            rig.publish(*subscriptions)
            await rig.transport.arrived(PARALLEL_ATTEMPTS_MAX)
            assert rig.transport.in_flight == PARALLEL_ATTEMPTS_MAX
        await rig.settle()
        assert rig.transport.in_flight_max == PARALLEL_ATTEMPTS_MAX
        assert len(rig.transport.posts) == 100


async def test_one_subscription_has_one_first_attempt_in_flight_at_once() -> None:
    async with running() as rig:
        rig.publish(count=5)
        await rig.settle()
        assert rig.transport.in_flight_max == 1


# Sealing ahead


class CountingKey(SigningKey):
    """Signs, and tells how many deliveries it has sealed; fails when it seals the one of that number."""

    def __init__(self, fails_at: int | None = None) -> None:
        super().__init__()
        self.sealed = 0
        self._fails_at = fails_at
        self._changed = asyncio.Event()

    @property
    def sign(self) -> Callable[[bytes], bytes]:
        return self._counted

    async def has_sealed(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self.sealed < count:
                self._changed.clear()
                await self._changed.wait()

    def _counted(self, message: bytes) -> bytes:
        if b"." not in message:  # the dispatcher prepares
            return b""
        self.sealed += 1
        self._changed.set()
        if self.sealed == self._fails_at:
            raise RuntimeError("a bug")
        return KEY.sign(message)


@asynccontextmanager
async def running_with(key: CountingKey) -> AsyncIterator[Rig]:
    async with running(in_background=True, site=a_site(start=None), sealer=SEALER._replace(key=key)) as rig:
        yield rig


async def test_the_next_delivery_is_sealed_while_the_receiver_of_the_first_thinks() -> None:
    key = CountingKey()
    async with running_with(key) as rig:
        with rig.transport.holding(A.url):
            rig.publish(count=3)
            await rig.transport.arrived(1)
            await key.has_sealed(2)
            assert rig.transport.numbers() == [1]
        await rig.settle()
        assert (rig.transport.numbers(), key.sealed) == ([1, 2, 3], 3)


async def test_what_is_not_due_yet_is_not_sealed_ahead() -> None:
    key = CountingKey()
    async with running_with(key) as rig:
        rig.publish(A)
        rig.publish(A, after=MINUTE)
        await rig.settle()
        assert key.sealed == 1


async def test_what_was_sealed_ahead_is_not_sent_after_a_reset() -> None:
    key = CountingKey()
    async with running_with(key) as rig:
        with rig.transport.holding(A.url):
            rig.publish(count=2)
            await rig.transport.arrived(1)
            await key.has_sealed(2)
            rig.site.reset()
            rig.publish()
            await rig.transport.arrived(2)
        await rig.settle()
        assert rig.transport.numbers() == [1, 3]


async def test_what_was_sealed_ahead_goes_out_once_when_the_site_is_restored_meanwhile() -> None:
    key = CountingKey()
    async with running_with(key) as rig:
        with rig.transport.holding(A.url):
            rig.publish(count=2)
            before = rig.site.outbox.state()
            await rig.transport.arrived(1)
            await key.has_sealed(2)
            rig.site.outbox.restore(before)
            rig.dispatcher.wake(rig.site)
            assert [one.sealed for one in rig.deliveries()] == [None, None]
            await rig.transport.arrived(2)
        await rig.settle()
        assert rig.transport.numbers() == [1, 1, 2]
        assert [len(one.attempts) for one in rig.deliveries()] == [1, 1]


async def test_what_was_sealed_ahead_is_not_sent_when_its_subscription_is_gone() -> None:
    key = CountingKey()
    async with running_with(key) as rig:
        with rig.transport.holding(A.url):
            rig.publish(count=2)
            await rig.transport.arrived(1)
            await key.has_sealed(2)
            rig.site.outbox.unsubscribe(A.id)
        await rig.settle()
        assert rig.transport.numbers() == [1]


async def test_what_comes_in_before_what_was_sealed_ahead_goes_out_before_it() -> None:
    key = CountingKey()
    async with running_with(key) as rig:
        with rig.transport.holding(A.url):
            rig.publish(count=2)
            await rig.transport.arrived(1)
            await key.has_sealed(2)
            rig.publish(after=-MINUTE)
        await rig.settle()
        assert rig.transport.numbers() == [1, 3, 2]


async def test_a_bug_in_sealing_ahead_is_no_failed_attempt() -> None:
    key = CountingKey(fails_at=2)
    async with running_with(key) as rig:
        with rig.transport.holding(A.url):
            rig.publish(count=2)
            await rig.transport.arrived(1)
            await key.has_sealed(2)
        await rig.settle()
        assert (rig.transport.numbers(), key.sealed, rig.dispatcher.failures) == ([1, 2], 3, 0)


async def test_two_sites_with_the_same_subscription_do_not_wait_for_each_other() -> None:
    async with running(in_background=True) as rig:
        other = replace(rig, site=a_site())
        with rig.transport.holding(A.url):
            rig.publish()
            other.publish()
            await rig.transport.arrived(2)
        await rig.settle()
        await other.settle()
        assert (len(rig.deliveries()), len(other.deliveries())) == (1, 1)


async def test_settling_one_site_sends_nothing_of_another() -> None:
    async with running() as rig:
        other = replace(rig, site=a_site())
        other.publish()
        assert await rig.settle() == Settled()
        assert rig.transport.posts == []


async def test_redelivering_sends_the_same_bytes_again() -> None:
    async with running() as rig:
        rig.publish()
        await rig.settle()

        redelivered = await rig.dispatcher.redeliver(rig.site, rig.deliveries()[0])

        assert len(redelivered.attempts) == 2
        assert rig.deliveries() == [redelivered]
        assert rig.transport.posts[0] == rig.transport.posts[1]


async def test_redelivering_what_waits_ends_the_waiting_if_it_succeeds() -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = [500]
        rig.publish()
        await rig.settle()

        assert (await rig.dispatcher.redeliver(rig.site, rig.deliveries()[0])).status == "delivered"

        assert await rig.advance(HOUR) == Settled()


async def test_redelivering_in_vain_leaves_the_next_attempt_where_it_was() -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = [500, 500]
        rig.publish()
        await rig.settle()

        redelivered = await rig.dispatcher.redeliver(rig.site, rig.deliveries()[0])

        assert (redelivered.due, len(redelivered.attempts)) == (NOW + MINUTE, 2)
        assert await rig.advance(MINUTE) == Settled(delivered=1)


@pytest.mark.rule("R307")
async def test_redelivering_in_vain_what_nobody_tried_yet_keeps_its_place() -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = [500]
        rig.publish(count=2)
        await rig.dispatcher.redeliver(rig.site, rig.deliveries()[0])
        await rig.settle()
        assert rig.transport.numbers() == [1, 1, 2]


async def test_redelivering_what_is_in_flight_does_not_climb_the_ladder_twice() -> None:
    async with running(in_background=True, site=a_site(start=None)) as rig:
        rig.transport.answers[A.url] = [500, 500]
        with rig.transport.holding(A.url):
            rig.publish()
            await rig.transport.arrived(1)
            redelivering = asyncio.create_task(rig.dispatcher.redeliver(rig.site, rig.deliveries()[0]))
            await rig.transport.arrived(2)
        await redelivering
        await rig.settle()
        (waiting,) = rig.deliveries()
        assert (waiting.retries, len(waiting.attempts)) == (1, 2)


async def test_an_attempt_that_ends_after_a_redelivery_succeeded_is_recorded_too() -> None:
    async with running(in_background=True) as rig:
        with rig.transport.holding(A.url):
            rig.publish()
            await rig.transport.arrived(1)
            rig.site.outbox.put(rig.deliveries()[0].redelivered(attempt_with(200)))
            rig.transport.answers[A.url] = 500
        await rig.settle()
        (delivered,) = rig.deliveries()
        assert (delivered.status, [one.status for one in delivered.attempts]) == ("delivered", [200, 500])


async def test_an_attempt_that_ends_after_its_subscription_is_recorded_and_not_repeated() -> None:
    async with running(in_background=True) as rig:
        rig.transport.answers[A.url] = 500
        with rig.transport.holding(A.url):
            rig.publish()
            await rig.transport.arrived(1)
            rig.site.outbox.unsubscribe(A.id)
        await rig.settle()
        (abandoned,) = rig.deliveries()
        assert (abandoned.status, abandoned.due, len(abandoned.attempts)) == ("exhausted", None, 1)
        assert await rig.advance(HOUR) == Settled()


async def test_what_waits_for_a_subscription_that_is_gone_is_not_sent() -> None:
    async with running() as rig:
        rig.publish(count=3)
        rig.site.outbox.unsubscribe(A.id)
        assert await rig.settle() == Settled()
        assert rig.transport.posts == []


async def test_what_is_in_flight_over_a_reset_leaves_no_trace_in_the_new_log() -> None:
    async with running(in_background=True, site=a_site(start=None)) as rig:
        with rig.transport.holding(A.url):
            rig.publish(count=2)
            await rig.transport.arrived(1)
            rig.site.reset()
            rig.publish()
            await rig.transport.arrived(2)
        await rig.settle()
        (delivery,) = rig.deliveries()
        assert (delivery.event.sequence, delivery.status, len(delivery.attempts)) == (3, "delivered", 1)
        assert rig.transport.numbers() == [1, 3]


async def test_a_delivery_in_flight_over_a_reset_does_not_hold_the_new_ones_back() -> None:
    async with running(in_background=True, site=a_site(start=None)) as rig:
        with rig.transport.holding(A.url):
            rig.publish()
            await rig.transport.arrived(1)
            rig.site.reset()
            rig.publish()
            await rig.transport.arrived(2)
            assert rig.transport.in_flight == 2


async def test_redelivering_over_a_reset_leaves_no_trace() -> None:
    async with running() as rig:
        rig.publish()
        await rig.settle()
        with rig.transport.holding(A.url):
            redelivering = asyncio.create_task(rig.dispatcher.redeliver(rig.site, rig.deliveries()[0]))
            await rig.transport.arrived(2)
            rig.site.reset()
        assert len((await redelivering).attempts) == 2
        assert rig.deliveries() == []


async def test_advancing_over_a_reset_does_not_move_the_new_clock() -> None:
    async with running() as rig:
        with rig.transport.holding(A.url):
            rig.publish()
            advancing = asyncio.create_task(rig.advance(HOUR))
            await rig.transport.arrived(1)
            rig.site.reset()
        await advancing
        assert rig.site.clock.now() == NOW


async def test_an_attempt_of_a_delivery_that_is_forgotten_meanwhile_leaves_no_trace() -> None:
    async with running(in_background=True, site=a_site(deliveries_max=1)) as rig:
        with rig.transport.holding(A.url):
            rig.publish(A)
            await rig.transport.arrived(1)
            rig.publish(B)
            await rig.transport.arrived(1, B.url)
        await rig.settle()
        assert [one.subscription.id for one in rig.deliveries()] == ["b"]


def broken() -> int:
    raise RuntimeError("a bug")


async def test_a_bug_on_the_way_is_counted_logged_and_recorded_as_a_failed_attempt(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = broken
        rig.publish()
        settled = await rig.settle()
        assert (settled.failed, settled.waiting) == (1, 1)
        (delivery,) = rig.deliveries()
        assert (delivery.attempts[0].error, delivery.due) == ("the emulator failed: RuntimeError: a bug", NOW + MINUTE)
        assert (rig.dispatcher.failures, rig.dispatcher.is_failing) == (1, True)
        assert "a delivery failed for a fault of ours" in caplog.text


async def test_after_a_bug_the_lane_goes_on_and_the_next_good_attempt_heals() -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = [RuntimeError("a bug"), 200]
        rig.publish(count=2)
        await rig.settle()
        assert [one.status for one in rig.deliveries()] == ["waiting", "delivered"]
        assert (rig.dispatcher.failures, rig.dispatcher.is_failing) == (1, False)
        await rig.advance(MINUTE)
        assert [one.status for one in rig.deliveries()] == ["delivered", "delivered"]


async def test_a_lane_that_stops_altogether_is_counted_logged_and_begun_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as rig:
        rig.transport.prepare = broken  # type: ignore[method-assign,assignment]  # as a broken installation would
        rig.publish()
        with pytest.raises(RuntimeError):
            await rig.settle()
        assert (rig.dispatcher.failures, rig.dispatcher.is_failing) == (1, True)
        assert "a lane of deliveries stopped" in caplog.text
        del rig.transport.prepare
        assert (await rig.settle()).delivered == 1
        assert not rig.dispatcher.is_failing


async def test_a_receivers_failure_is_no_bug() -> None:
    async with running() as rig:
        rig.transport.answers[A.url] = REFUSED
        rig.publish()
        await rig.settle()
        assert rig.dispatcher.failures == 0


async def test_a_bug_in_one_lane_does_not_stop_the_others() -> None:
    async with running(in_background=True) as rig:
        rig.transport.answers[A.url] = broken
        rig.publish(A, B, count=3)
        await rig.transport.arrived(3, B.url)


async def test_a_bug_in_a_lane_does_not_keep_it_from_closing() -> None:
    async with running(in_background=True) as rig:
        rig.transport.answers[A.url] = broken
        with rig.transport.holding(A.url):
            rig.publish()
            await rig.transport.arrived(1)
            closing = asyncio.create_task(rig.dispatcher.close())
            await asyncio.wait([closing], timeout=0)
        await closing
        assert rig.transport.is_closed


async def test_closing_sends_what_is_due() -> None:
    async with running(in_background=True) as rig:
        rig.publish(count=50)
        await rig.dispatcher.close()
        assert rig.transport.numbers() == list(range(1, 51))
        assert rig.transport.is_closed


async def test_closing_waits_for_no_retry() -> None:
    async with running(in_background=True) as rig:
        rig.transport.answers[A.url] = 500
        rig.publish()
        await rig.transport.arrived(1)
        await rig.dispatcher.close()
        assert rig.transport.numbers() == [1]


async def test_closing_before_anything_was_sent_is_fine() -> None:
    async with running() as rig:
        await rig.dispatcher.close()
        assert rig.transport.is_closed


async def test_the_transport_is_prepared_before_it_is_first_used() -> None:
    async with running() as rig:
        assert not rig.transport.is_prepared
        rig.publish()
        await rig.settle()
        assert rig.transport.is_prepared


def attempt_with(status: int, at: datetime = NOW) -> Attempt:
    return Attempt(at, status, None, 1)


async def test_a_first_attempt_waits_for_the_commit_of_what_it_tells_and_a_retry_does_not() -> None:
    is_asked, may_go_on = asyncio.Event(), asyncio.Event()

    async def committed(_: Site) -> None:
        is_asked.set()
        await may_go_on.wait()

    async with running(in_background=True, committed=committed) as rig:
        rig.transport.answers[A.url] = [500]
        rig.publish(A)
        settling = asyncio.create_task(rig.settle())
        await is_asked.wait()
        assert rig.transport.posts == []
        may_go_on.set()
        assert (await settling).failed == 1
        is_asked.clear()
        assert (await rig.advance(MINUTE)).delivered == 1
        assert not is_asked.is_set()


async def test_what_was_reset_during_the_wait_for_a_commit_is_not_sent() -> None:
    async def committed(site: Site) -> None:
        if site.epoch == epoch:
            site.reset()
            rig.publish(A, wake=False)

    async with running(committed=committed) as rig:
        epoch = rig.site.epoch
        rig.publish(A)
        assert (await rig.settle()).delivered == 0
        assert rig.transport.posts == []
