"""The bounded record of the requests to a site, and of what each of them changed and caused.

It keeps references only; what a reader sees of an entry is worked out when it is read (`api/journal.py`).
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from emulator.changes import Changes
from emulator.domain.events import Event
from emulator.domain.orders import Order
from emulator.domain.refusals import Refusal
from emulator.faults import Fault

JOURNAL_ENTRIES_MAX = 1_000
ENTRY_BODY_BYTES_MAX = 1_048_576
BYTES_MAX = 8 * 1_048_576
_ERROR_STATUS_MIN = 400

Headers = tuple[tuple[bytes, bytes], ...]
# How a request went that got no answer: a fault dropped the connection, or the client went away first.
Ending = Literal["answered", "connectionDropped", "clientGone"]


class Change(NamedTuple):
    """An order before and after; `before` is None for one that was not there."""

    before: Order | None
    after: Order


@dataclass(slots=True)
class Entry:
    """One request: what was asked, of which operation, what was answered, and what came of it.

    `duration_ms` is None on a manual clock: there no time passes, and it would differ from run to run. `failure` is the
    traceback of a fault of ours. `outcome` is what it changed, which events it caused, and which of a bulk call's
    entries were refused. `bytes_kept`, while the journal has it, are those of the request and the answer, once there is
    one.
    """

    request_id: str
    at: datetime
    method: str
    path: str
    operation: str | None = None
    status: int | None = None
    refusal: Refusal | None = None
    query: bytes = b""
    headers: Headers = ()
    headers_bytes: int = 0
    body: bytes = b""
    answer: bytes = b""
    ending: Ending | None = None
    duration_ms: int | None = None
    fault: Fault | None = None
    failure: str | None = None
    outcome: list[Change | Event | Refusal] = field(default_factory=list)
    bytes_kept: int | None = None

    @property
    def changes(self) -> list[Change]:
        """What it changed, in the order in which it did."""
        return [one for one in self.outcome if isinstance(one, Change)]

    @property
    def events(self) -> list[Event]:
        """The events that it caused, in the order in which they were published."""
        return [one for one in self.outcome if isinstance(one, Event)]

    @property
    def item_refusals(self) -> list[Refusal]:
        """Why entries of a bulk call were refused, in their order."""
        return [one for one in self.outcome if isinstance(one, Refusal)]

    @property
    def went_wrong(self) -> bool:
        """Whether it got an error for an answer, or none at all."""
        return self.status is None or self.status >= _ERROR_STATUS_MIN


class Journal:
    """Keeps the newest `entries_max` entries, and fewer where their bodies come to more than BYTES_MAX."""

    def __init__(self, entries_max: int, changes: Changes | None = None) -> None:
        """`changes` is told of each entry that is complete."""
        self._entries_max = entries_max
        self._changes = changes or Changes()
        self._followed: Entry | None = None
        self._entries: deque[Entry] = deque()
        self._bytes = 0

    def record(self, entry: Entry) -> None:
        """Keep the entry from now on, answered or not; the oldest one goes if there are too many."""
        entry.bytes_kept = 0
        self._entries.append(entry)
        if len(self._entries) > self._entries_max:
            self._forget_oldest()

    def close(self, entry: Entry) -> None:
        """Count what a finished entry keeps; it is complete before its answer leaves."""
        if entry.bytes_kept is None:
            return  # forgotten meanwhile
        size = len(entry.body) + len(entry.answer)
        if size > ENTRY_BODY_BYTES_MAX:
            entry.body, entry.answer = entry.body[:ENTRY_BODY_BYTES_MAX], entry.answer[:ENTRY_BODY_BYTES_MAX]
            size = len(entry.body) + len(entry.answer)
        entry.bytes_kept = size + entry.headers_bytes + len(entry.path) + len(entry.query)
        self._bytes += entry.bytes_kept
        while self._bytes > BYTES_MAX:
            self._forget_oldest()
        self._changes.tell("request", entry)

    def follow(self, entry: Entry) -> None:
        """Note down on the entry what happens from now on.

        An operation of the emulated API that awaits lets go of it first, so what happens in between is its own.
        """
        self._followed = entry

    def let_go(self, entry: Entry | None = None) -> None:
        """Note down no more on that entry, or on any."""
        if entry is None or self._followed is entry:
            self._followed = None

    def note(self, outcome: Change | Event | Refusal) -> None:
        """An order was put, an event was published, or an entry of a bulk call was refused; that refusal at rest."""
        if self._followed is not None:
            self._followed.outcome.append(outcome)

    def entries(self) -> tuple[Entry, ...]:
        """All entries, oldest first."""
        return tuple(self._entries)

    def find(self, request_id: str) -> Entry | None:
        """The entry of that request, if it is still kept."""
        return next((entry for entry in self._entries if entry.request_id == request_id), None)

    def clear(self) -> None:
        """Forget all entries."""
        for entry in self._entries:
            entry.bytes_kept = None
        self._entries.clear()
        self._bytes = 0

    def _forget_oldest(self) -> None:
        entry = self._entries.popleft()
        self._bytes -= entry.bytes_kept or 0
        entry.bytes_kept = None
