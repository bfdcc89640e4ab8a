"""What the state file does not have yet of one site."""

from asyncio import Future
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from emulator.changes import ChangeKind
from emulator.durability.file import SiteRows
from emulator.durability.rows import SITES, TABLES, TABLES_BY_NAME, THE_ONE, Rest, rest_of
from emulator.site import Site

Key = tuple[str, str]  # a table, and an id in it
_TABLES_BY_KIND = {"order": "orders", "delivery": "deliveries"}


@dataclass(frozen=True, slots=True)
class Page:
    """Changes of a site as of one moment: values that nobody changes, so that another thread can write them down."""

    site_id: str
    is_whole: bool
    values: dict[Key, Any]

    def rows(self) -> SiteRows:
        """The same as text."""
        return SiteRows(self.site_id, self.is_whole, self._encoded())

    def _encoded(self) -> Iterator[tuple[str, str, str | None]]:
        for (table, row), value in self.values.items():
            yield table, row, None if value is None else TABLES_BY_NAME[table].encode(value)


class Ledger:
    """Listens to a site and gathers what changes, until it is taken to be written.

    `is_kept`: the file has all of the site as it is now; else it is written as a whole after its first change. `note`
    is called with each change, and whether an answer may tell of it: that is not so of the counters that every request
    moves. `commit` is the one that has its latest change, if answers wait for it.
    """

    def __init__(self, site: Site, note: Callable[["Ledger", bool], None], *, is_kept: bool) -> None:
        self.site = site
        self._note = note
        self._epoch = site.epoch if is_kept else None
        self._rest: Rest | None = rest_of(site) if is_kept else None
        self._unsaved: dict[Key, None] = {}
        self._taken: Page | None = None
        self.commit: Future[str | None] | None = None
        self.stop = site.changes.listen(self._hear)

    @property
    def is_being_written(self) -> bool:
        """Whether a page of it is on its way into the file."""
        return self._taken is not None

    @property
    def size(self) -> int:
        """About how many rows would be written now."""
        if self._epoch == self.site.epoch:
            return len(self._unsaved)
        return self.site.store.count + len(self.site.outbox.deliveries())

    def take(self) -> Page:
        """All that the file does not have yet. To be followed by `confirm` or `put_back`."""
        is_whole = self._epoch != self.site.epoch
        keys = _all_keys(self.site) if is_whole else [*self._unsaved, (SITES, THE_ONE)]
        values = {(table, row): TABLES_BY_NAME[table].find(self.site, row) for table, row in keys}
        rest = values[SITES, THE_ONE]
        if rest == self._rest and not is_whole:
            del values[SITES, THE_ONE]
        self._unsaved, self._epoch, self._rest = {}, self.site.epoch, rest
        self._taken = Page(self.site.id, is_whole, values)
        return self._taken

    def confirm(self) -> None:
        """The file has it."""
        self._taken = None

    def put_back(self) -> None:
        """The file does not have it, so it is taken again the next time, before what has come since."""
        page, self._taken, self._rest = self._taken, None, None
        if page is None or page.is_whole:
            self._epoch = None
            return
        since, self._unsaved = self._unsaved, {}
        for key in (*page.values, *since):
            self._add(*key)
        self._unsaved.pop((SITES, THE_ONE), None)

    def _hear(self, kind: ChangeKind, subject: Any) -> None:
        if kind == "request" and self._epoch is None:
            return  # nothing but questions so far
        if kind == "detail":
            self._add(*subject)
        elif kind in _TABLES_BY_KIND:
            self._add(_TABLES_BY_KIND[kind], subject.id)
        self._note(self, kind != "request")

    def _add(self, table: str, row: str) -> None:
        if TABLES_BY_NAME[table].moves:
            self._unsaved.pop((table, row), None)
        self._unsaved[table, row] = None


def _all_keys(site: Site) -> list[Key]:
    return [(table.name, row) for table in TABLES for row in table.ids(site)]
