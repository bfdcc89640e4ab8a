"""The bounded record of the requests that a site has answered."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from emulator.domain.refusals import Refusal


@dataclass(slots=True)
class Entry:
    """One request: what was asked, of which operation, and what was answered."""

    request_id: str
    at: datetime
    method: str
    path: str
    operation: str | None = None
    status: int | None = None
    refusal: Refusal | None = None


class Journal:
    """Keeps the newest `entries_max` entries."""

    def __init__(self, entries_max: int) -> None:
        self._entries_max = entries_max
        self._entries: OrderedDict[str, Entry] = OrderedDict()

    def record(self, entry: Entry) -> None:
        """Keep the entry; the oldest one goes if there are too many."""
        self._entries[entry.request_id] = entry
        if len(self._entries) > self._entries_max:
            self._entries.popitem(last=False)

    def entries(self) -> tuple[Entry, ...]:
        """All entries, oldest first."""
        return tuple(self._entries.values())

    def find(self, request_id: str) -> Entry | None:
        """The entry of that request, if it is still kept."""
        return self._entries.get(request_id)

    def clear(self) -> None:
        """Forget all entries."""
        self._entries.clear()
