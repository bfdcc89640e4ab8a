"""Keeps the state file up to date, off the way of the answers, or before each of them if it is asked to."""

import asyncio
import contextlib
import logging

from emulator.durability.file import NotWritten, StateFile, StateFileError
from emulator.durability.ledger import Ledger
from emulator.durability.rows import RowError, state_from
from emulator.site import Site
from emulator.snapshots import fill

_log = logging.getLogger("emulator.state")
WRITE_BEHIND_S = 0.05  # half of the 100 ms that are promised; the other half is for the commit
_RETRY_S = 1.0


class Keeper:
    """All sites' ledgers, and the one task that writes them down, many changes in one commit.

    With `waits` an answer leaves only when what it may tell is committed (`kept`). A change that cannot be written
    stays in memory and is tried again; meanwhile `trouble` says why. A site is kept from its first change on.
    """

    def __init__(self, file: StateFile, *, waits: bool) -> None:
        self.file = file
        self._waits = waits
        self._in_file = set(file.site_ids())
        self._ledgers: dict[str, Ledger] = {}
        self._noted: dict[str, Ledger] = {}
        self._commit: asyncio.Future[str | None] | None = None  # the next one; its result is why it failed
        self._writing: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._is_started = self._is_closing = False
        self.trouble: str | None = None

    def start(self) -> None:
        """Have the sites go on with what they were about to deliver."""
        self._is_started = True
        for ledger in self._ledgers.values():
            ledger.site.wake()

    def adopt(self, site: Site) -> None:
        """Make of a fresh site what the file has of it, if anything, and keep it. Raises StateFileError."""
        is_kept = site.id in self._in_file
        if is_kept:
            self._fill(site)
        self._ledgers[site.id] = Ledger(site, self._note, is_kept=is_kept)
        if is_kept:
            _subscribe_missing(site)
            if self._is_started:
                site.wake()

    def has_all_of(self, site: Site) -> bool:
        """Whether nothing would be lost if the site were forgotten now."""
        return site.id not in self._noted and not self._ledgers[site.id].is_being_written

    def release(self, site: Site) -> None:
        """Forget the site; the file has it for the next time that it is named."""
        self._ledgers.pop(site.id).stop()

    async def kept(self, site: Site) -> str | None:
        """Return, with `waits`, when all that an answer may tell of the site is committed, or why it is not."""
        commit = self._ledgers[site.id].commit
        if commit is None or commit.done():
            return None
        if commit is self._commit:
            self._hurry.set()
        return await asyncio.shield(commit)  # others wait for it too

    async def close(self) -> None:
        """Write what is left, also the counters that nobody was told of, and let go of the file."""
        self._is_closing = True
        for site_id, ledger in self._ledgers.items():
            ledger.stop()
            if site_id in self._in_file:
                self._noted[site_id] = ledger
        if self._writing is not None:
            self._hurry.set()
            await self._writing
        if self._noted:
            await self._write()
        if self.trouble is not None:
            _log.error("the latest changes of %d sites are lost: %s", len(self._noted), self.trouble)
        self.file.close()

    def _fill(self, site: Site) -> None:
        try:
            fill(site, state_from(self.file.rows(site.id)))
        except RowError as error:
            raise StateFileError(self.file.path, f"is damaged: site {site.id}: {error}") from error

    def _note(self, ledger: Ledger, is_told: bool) -> None:
        self._noted[ledger.site.id] = ledger
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_behind())
        if is_told and self._waits:
            ledger.commit = self._next_commit()

    def _next_commit(self) -> "asyncio.Future[str | None]":
        self._commit = self._commit or asyncio.get_running_loop().create_future()
        return self._commit

    async def _write_behind(self) -> None:
        while self._noted and not self._is_closing:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), _RETRY_S if self.trouble else WRITE_BEHIND_S)
            self._hurry.clear()
            await self._write()
        self._writing = None

    async def _write(self) -> None:
        """One commit of all that has changed. The loop only gathers it; another thread makes text of it and writes."""
        commit, self._commit = self._commit, None
        ledgers, self._noted = tuple(self._noted.values()), {}
        trouble = await self._attempt(ledgers)
        self._tell(trouble)
        for ledger in ledgers:
            if trouble is None:
                ledger.confirm()
                self._in_file.add(ledger.site.id)
                continue
            ledger.put_back()
            self._noted[ledger.site.id] = ledger
            if ledger.commit is commit and commit is not None:
                ledger.commit = self._next_commit()
        if commit is not None:
            commit.set_result(trouble)

    async def _attempt(self, ledgers: tuple[Ledger, ...]) -> str | None:
        """Why it could not be written, if so."""
        try:
            pages = [page for page in [ledger.take() for ledger in ledgers] if page.is_whole or page.values]
            if pages:
                await asyncio.to_thread(self.file.write, (page.rows() for page in pages))
        except NotWritten as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - a fault of ours, which must not end the writing: health tells of it
            _log.exception("the state file could not be written")
            return f"{type(error).__name__}: {error}"
        return None

    def _tell(self, trouble: str | None) -> None:
        if trouble is not None and self.trouble is None:
            _log.error("%s; what changes is in memory only, and tried again every %.0f s", trouble, _RETRY_S)
        elif trouble is None and self.trouble is not None:
            _log.warning("%s is written again, nothing is missing", self.file.path)
        self.trouble = trouble


def _subscribe_missing(site: Site) -> None:
    """Whom the flags subscribe is subscribed on a kept site too; what else it has stays."""
    known = {(one.url, one.format) for one in site.outbox.subscriptions.values()}
    for subscription in site.setup.subscriptions:
        if (subscription.url, subscription.format) not in known:
            site.outbox.subscribe(subscription)
