"""What a bug of ours on the way leaves of a delivery, and of those behind it."""

import asyncio

import pytest

from tests.factories import NOW
from tests.webhooks.rig import MINUTE, A, B, running
from tests.webhooks.transport import REFUSED

pytestmark = pytest.mark.anyio


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
