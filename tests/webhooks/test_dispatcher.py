"""The dispatcher, with receivers that need no network and a clock that stands."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from emulator.domain.deliveries import Delivery
from emulator.site import Site
from emulator.webhooks.dispatcher import Settled
from emulator.webhooks.transport import PARALLEL_ATTEMPTS_MAX
from tests.events import event, subscription
from tests.factories import NOW
from tests.webhooks.rig import HOUR, MINUTE, A, B, C, a_site, attempt_with, running
from tests.webhooks.transport import PATIENCE_S, REFUSED

pytestmark = pytest.mark.anyio

LADDER_MINUTES = [1, 10, 60, 120, 120, 120, 240, 240, 240, 480, 480, 720]


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


async def test_an_attempt_waits_for_the_commit_of_what_it_tells_and_so_does_a_retry() -> None:
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
        may_go_on.clear()
        advancing = asyncio.create_task(rig.advance(MINUTE))
        async with asyncio.timeout(PATIENCE_S):
            await is_asked.wait()
        assert len(rig.transport.posts) == 1
        may_go_on.set()
        assert (await advancing).delivered == 1


async def test_what_comes_while_a_commit_is_awaited_waits_for_its_own() -> None:
    asked: list[tuple[int, int]] = []

    async def committed(site: Site) -> None:
        asked.append((len(site.outbox.deliveries()), len(rig.transport.posts)))
        if len(asked) == 1:
            (first,) = rig.deliveries()
            site.outbox.put(first.abandoned())
            rig.publish(A)

    async with running(committed=committed) as rig:
        rig.publish(A)
        assert (await rig.settle()).delivered == 1
        assert rig.transport.numbers() == [2]
        assert asked == [(1, 0), (2, 0)]
