"""The dispatcher by a clock that jumps."""

import asyncio
from datetime import datetime

import pytest

from emulator.clock import Clock
from emulator.site import Site
from tests.factories import NOW
from tests.webhooks.rig import HOUR, MINUTE, A, a_site, running

pytestmark = pytest.mark.anyio


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
        rig.transport.answers[A.url] = lambda: rig.site.clock.set(past) or 500  # type: ignore[func-returns-value]  # so that it goes on
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
