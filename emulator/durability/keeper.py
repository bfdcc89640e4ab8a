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
Commit = asyncio.Future[str | None]  # its result is why it failed
WRITE_BEHIND_S = 0.05  # half of the 100 ms that are promised; the other half is for the commit
_RETRY_S = 1.0
_SMALL = 1_000  # rows, which are written in a few ms


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
        self._commits: dict[str, Commit] = {}  # the next one of each site that somebody may wait for
        self._noted_at = 0.0  # when the first of what is noted was
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
        has_all = is_kept and self._fill(site)
        self._ledgers[site.id] = Ledger(site, self._note, is_kept=has_all)
        if is_kept:
            _subscribe_missing(site)
        if self._is_started and (is_kept or site.walks.next_due() is not None):
            site.wake()

    def has_all_of(self, site: Site) -> bool:
        """Whether nothing would be lost if the site were forgotten now."""
        return site.id not in self._noted and not self._ledgers[site.id].is_being_written

    def release(self, site: Site) -> None:
        """Forget the site; the file has it for the next time that it is named."""
        self._ledgers.pop(site.id).stop()

    async def kept(self, site: Site) -> str | None:
        """Return, with `waits`, when all that an answer may tell of the site is committed, or why it is not."""
        ledger = self._ledgers.get(site.id)
        commit = None if ledger is None else ledger.commit
        if commit is None or commit.done():
            return None
        self._hurry_up(site, commit)
        return await asyncio.shield(commit)  # others wait for it too

    async def committed(self, site: Site) -> None:
        """Return, with `waits`, when all that the site tells now is committed, however long that takes."""
        ledger = self._ledgers.get(site.id)
        while ledger is not None and (commit := ledger.commit) is not None:
            if self.trouble is None:  # else it is tried again every second, not faster
                self._hurry_up(site, commit)
            if await asyncio.shield(commit) is None:
                return

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
        while self._noted:
            await self._write()
            if self.trouble is not None:
                break
        if self.trouble is not None:
            _log.error("the latest changes of %d sites are lost: %s", len(self._noted), self.trouble)
        self.file.close()

    def _fill(self, site: Site) -> bool:
        """Whether it had room for all that the file has; --deliveries-max may be another one now."""
        try:
            state = state_from(self.file.rows(site.id))
            fill(site, state)
        except RowError as error:
            raise StateFileError(self.file.path, f"is damaged: site {site.id}: {error}") from error
        return len(site.outbox.deliveries()) == len(state.outbox.deliveries)

    def _hurry_up(self, site: Site, commit: Commit) -> None:
        if commit is self._commits.get(site.id):  # else it is under way
            self._hurry.set()

    def _note(self, ledger: Ledger, is_told: bool) -> None:
        if not self._noted:
            self._noted_at = asyncio.get_running_loop().time()
        self._noted[ledger.site.id] = ledger
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_behind())
        if is_told and self._waits:
            self._expect_commit(ledger)

    def _expect_commit(self, ledger: Ledger) -> None:
        if ledger.site.id not in self._commits:
            self._commits[ledger.site.id] = asyncio.get_running_loop().create_future()
        ledger.commit = self._commits[ledger.site.id]

    async def _write_behind(self) -> None:
        while self._noted and not self._is_closing:
            due = asyncio.get_running_loop().time() + _RETRY_S if self.trouble else self._noted_at + WRITE_BEHIND_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._hurry.wait()
            self._hurry.clear()
            await self._write()
        self._writing = None

    async def _write(self) -> None:
        """One commit of all small changes that there are, and then one of a single big one, which takes its time."""
        sizes = {ledger: ledger.size for ledger in self._noted.values()}
        small = [ledger for ledger, size in sizes.items() if size <= _SMALL]
        big = [ledger for ledger, size in sizes.items() if size > _SMALL][:1]
        troubles = [await self._write_together(ledgers) for ledgers in (small, big) if ledgers]
        if not any(troubles):
            self._tell(None)

    async def _write_together(self, ledgers: list[Ledger]) -> str | None:
        commits = [self._commits.pop(ledger.site.id, None) for ledger in ledgers]
        for ledger in ledgers:
            self._noted.pop(ledger.site.id, None)
        trouble = await self._attempt(ledgers)
        if trouble is not None:
            self._tell(trouble)
        for ledger, commit in zip(ledgers, commits, strict=True):
            self._close_page(ledger, commit, trouble)
        return trouble

    def _close_page(self, ledger: Ledger, commit: Commit | None, trouble: str | None) -> None:
        if trouble is None:
            ledger.confirm()
            self._in_file.add(ledger.site.id)
        else:
            ledger.put_back()
            self._noted[ledger.site.id] = ledger
            if commit is not None and ledger.commit is commit:
                self._expect_commit(ledger)
        if commit is not None:
            commit.set_result(trouble)

    async def _attempt(self, ledgers: list[Ledger]) -> str | None:
        """Why it could not be written, if so. The loop only gathers it; another thread makes text of it and writes."""
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
    """Whom the flags subscribe is subscribed on a kept site too; what else it has stays, also what has the same id."""
    known = {(one.url, one.format) for one in site.outbox.subscriptions.values()}
    for subscription in site.setup.subscriptions:
        if subscription.id not in site.outbox.subscriptions and (subscription.url, subscription.format) not in known:
            site.outbox.subscribe(subscription)
