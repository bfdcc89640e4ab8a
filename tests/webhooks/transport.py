"""Receivers without a network."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from emulator.domain.deliveries import Sealed
from emulator.webhooks.envelope import open_token
from emulator.webhooks.transport import TransportError

PATIENCE_S = 20  # how long a test waits for what must happen, before it fails

Answer = int | Exception | Callable[[], int]


class FakeTransport:
    """Answers each URL as it was told to, 200 otherwise; remembers what it was given, in order."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, bytes]] = []
        self.answers: dict[str, Answer | list[Answer]] = {}
        self.in_flight = 0
        self.in_flight_max = 0
        self.is_prepared = False
        self.is_closed = False
        self._held: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Condition()

    def prepare(self) -> None:
        self.is_prepared = True

    async def post(self, url: str, sealed: Sealed) -> int:
        assert not self.is_closed, "nothing is sent once it is closed"
        self.posts.append((url, sealed.body))
        self.in_flight += 1
        self.in_flight_max = max(self.in_flight_max, self.in_flight)
        try:
            async with self._changed:
                self._changed.notify_all()
            if url in self._held:
                await self._held[url].wait()
            return self._answer(url)
        finally:
            self.in_flight -= 1

    async def close(self) -> None:
        self.is_closed = True

    @contextmanager
    def holding(self, *urls: str) -> Iterator[None]:
        """Receivers that do not answer until the block is over."""
        event = asyncio.Event()
        self._held |= dict.fromkeys(urls, event)
        try:
            yield
        finally:
            event.set()
            for url in urls:
                del self._held[url]

    async def arrived(self, count: int, url: str | None = None) -> None:
        """Return when that many posts have come, of that receiver or of all."""
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: len(self.numbers(url)) >= count)

    def numbers(self, url: str | None = None) -> list[int]:
        """The sequence numbers of the events that have come."""
        wanted = [body for at, body in self.posts if url in (None, at)]
        return [int(open_token(body.decode()).event["entityEventSequence"]) for body in wanted]

    def _answer(self, url: str) -> int:
        answer = self.answers.get(url, 200)
        if isinstance(answer, list):
            answer = answer.pop(0) if answer else 200
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, int) else answer()


REFUSED = TransportError("connection refused")
