"""The dispatcher seals the next delivery while a receiver thinks about the last one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from emulator.webhooks.keys import SigningKey
from tests.webhooks.rig import KEY, MINUTE, SEALER, A, Rig, a_site, running
from tests.webhooks.transport import PATIENCE_S

pytestmark = pytest.mark.anyio


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


@asynccontextmanager
async def one_ahead(rig: Rig, key: CountingKey) -> AsyncIterator[None]:
    """The first of two deliveries is at its receiver, which thinks; the second is sealed. In the end all are sent."""
    with rig.transport.holding(A.url):
        rig.publish(count=2)
        await rig.transport.arrived(1)
        await key.has_sealed(2)
        yield
    await rig.settle()


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
        async with one_ahead(rig, key):
            rig.site.reset()
            rig.publish()
            await rig.transport.arrived(2)
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
        async with one_ahead(rig, key):
            rig.site.outbox.unsubscribe(A.id)
        assert rig.transport.numbers() == [1]


async def test_what_comes_in_before_what_was_sealed_ahead_goes_out_before_it() -> None:
    key = CountingKey()
    async with running_with(key) as rig:
        async with one_ahead(rig, key):
            rig.publish(after=-MINUTE)
        assert rig.transport.numbers() == [1, 3, 2]


async def test_a_bug_in_sealing_ahead_is_no_failed_attempt() -> None:
    key = CountingKey(fails_at=2)
    async with running_with(key) as rig:
        async with one_ahead(rig, key):
            pass
        assert (rig.transport.numbers(), key.sealed, rig.dispatcher.failures) == ([1, 2], 3, 0)
