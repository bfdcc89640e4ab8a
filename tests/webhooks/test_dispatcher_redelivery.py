"""A delivery that is sent again by hand."""

import asyncio

import pytest

from emulator.webhooks.dispatcher import Settled
from tests.factories import NOW
from tests.webhooks.rig import HOUR, MINUTE, A, a_site, attempt_with, running

pytestmark = pytest.mark.anyio


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
