"""Deliveries whose subscription, log or site is gone before they are."""

import asyncio

import pytest

from emulator.site import Site
from emulator.webhooks.dispatcher import Settled
from tests.factories import NOW
from tests.webhooks.rig import HOUR, A, B, a_site, running

pytestmark = pytest.mark.anyio


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
