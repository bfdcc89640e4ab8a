"""How many calls a site has had in the present minute."""

from datetime import datetime

from emulator.domain.refusals import ResourceExhausted


class RateLimit:
    """Counts the calls of each minute of the site's clock. `per_minute` 0 lets all of them pass (R213)."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self.clear()

    def clear(self, minute: datetime | None = None, calls: int = 0) -> None:
        """Begin to count again, or go on from there."""
        self._minute = minute
        self._calls = calls

    def state(self) -> tuple[datetime | None, int]:
        """Which minute it is, and how many calls it has had."""
        return self._minute, self._calls

    def count(self, now: datetime) -> None:
        """One more call. Raises ResourceExhausted if it is one too many."""
        if not self._per_minute:
            return
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._calls = minute, 0
        self._calls += 1
        if self._calls > self._per_minute:
            raise ResourceExhausted(
                f"{self._calls} calls in this minute, {self._per_minute} are allowed; wait for the next one",
                {"callsPerMinute": self._per_minute},
            )
