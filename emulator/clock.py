"""A site's time: the system's, or a manual clock that moves only when it is told to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

_system_time = partial(datetime.now, UTC)


class Clock:
    """Tells the time in UTC. Manual from the moment it is set, until it follows the system again."""

    def __init__(self, start: datetime | None = None, system: Callable[[], datetime] = _system_time) -> None:
        self._system = system
        self._start = start
        self._manual = start

    @property
    def is_manual(self) -> bool:
        """Whether time stands still between calls of `set` and `advance`."""
        return self._manual is not None

    @property
    def stands_at(self) -> datetime | None:
        """Where a manual clock stands; None if it follows the system."""
        return self._manual

    def now(self) -> datetime:
        """The present moment."""
        return self._manual or self._system()

    def set(self, moment: datetime) -> None:
        """Stop the clock at that moment."""
        self._manual = moment.astimezone(UTC)

    def advance(self, step: timedelta) -> None:
        """Stop the clock, that much later than now."""
        self._manual = self.now() + step

    def follow_system(self) -> None:
        """Run with the system's clock."""
        self._manual = None

    def reset(self) -> None:
        """Run as at the start."""
        self._manual = self._start
