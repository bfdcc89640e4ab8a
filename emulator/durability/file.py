"""The state file: an SQLite database that belongs to one running emulator at a time.

It has SQLite's write-ahead log: a commit is one sequential write and at most one `fsync`, where a rollback journal has
three. A process that is killed leaves all that it has committed in FILE and FILE-wal; a clean end leaves FILE alone.
"""

import contextlib
import logging
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from emulator.durability.log import commits_behind, frames_read
from emulator.durability.rows import SITES, TABLES, TABLES_BY_NAME, Rows
from emulator.errors import UsageError

_log = logging.getLogger("emulator.state")
APPLICATION_ID: Final = 0x57495845  # "WIXE", where the utility `file` and SQLite itself look for it
FORMAT: Final = 1  # one more with each change that an older emulator would not understand

_MAGIC: Final = b"SQLite format 3\0"
_HEADER_BYTES: Final = 100
_APPLICATION_ID_AT: Final = slice(68, 72)
_SERIALIZED: Final = 3  # of `sqlite3.threadsafety`: threads may share a connection
_UNCERTAIN_COMMITS: Final = 1  # the last one may be there in parts, and nobody was told of it
_PRIVATE: Final = 0o600  # it holds what buyers have given
_MOVE_AWAY: Final = "choose another path, or move that file away"
_GO_ON: Final = "--state-sync behind goes on with what comes before it; or choose another path, or move both files away"
_BRING_BACK: Final = "bring the file back, choose another path, or move both files away"


class StateFileError(UsageError):
    """A state file that cannot be used: what was found there, and what to do about it."""

    def __init__(self, path: Path, found: str, remedy: str = _MOVE_AWAY) -> None:
        super().__init__(f"--state: {path} {found}; {remedy}")


class NotWritten(Exception):  # noqa: N818 - a state of the world
    """A change that could not be written, and why. The file has nothing of it."""


class SiteRows(NamedTuple):
    """What is to be written of a site: table, id and document, None for a row that goes. `is_whole`: all else goes."""

    site_id: str
    is_whole: bool
    rows: Iterable[tuple[str, str, str | None]]


class StateFile:
    """The open file. `syncs`: a commit has reached the disk when `write` returns, and survives even a power failure.

    Raises StateFileError for a file that is not a whole one of this format, that is in use, or that cannot be written;
    such a file stays as it is.
    """

    def __init__(self, path: Path, *, syncs: bool) -> None:
        self.path = path
        self._lock = threading.Lock()  # one connection, used by the event loop and by the thread that writes
        # SQLite itself lets one thread read between the steps of another that writes.
        self._reading = contextlib.nullcontext() if sqlite3.threadsafety == _SERIALIZED else self._lock
        _refuse_unfit_path(path)
        _refuse_foreign_file(path)
        with self._explaining():
            _refuse_unfit_log(path, syncs=syncs)
            if not path.exists():
                path.touch(mode=_PRIVATE)  # SQLite gives its log the same mode
            self._connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
            with self.closed_on_failure():
                self._claim(syncs=syncs)
                self._identity = _identity(path)

    def site_ids(self) -> list[str]:
        """All sites that it holds, in the order of their arrival."""
        with self._lock, self._explaining():
            rows = self._connection.execute(f"SELECT site FROM {SITES} ORDER BY rowid").fetchall()  # noqa: S608 - a name of ours
        return [site_id for (site_id,) in rows]

    def rows(self, site_id: str) -> Rows:
        """All that it holds of that site, which is not being written. Raises StateFileError.

        It does not wait until another site is written, which may take seconds.
        """
        with self._reading, contextlib.suppress(sqlite3.Error):  # such as a rollback in the middle of it
            return self._all_of(site_id)
        with self._lock, self._explaining():
            return self._all_of(site_id)

    def write(self, batch: Iterable[SiteRows]) -> None:
        """All of it in one transaction. Raises NotWritten, and then none of it."""
        with self._lock:
            self._miss_the_file()
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                for site in batch:
                    self._write(site)
                self._connection.execute("COMMIT")
            except BaseException as error:  # whatever it was, nothing of it may stay
                with contextlib.suppress(sqlite3.Error):  # it may have rolled back by itself
                    self._connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise NotWritten(f"{self.path} cannot be written: {error}") from error
                raise

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            self._connection.close()

    @contextlib.contextmanager
    def closed_on_failure(self) -> Iterator[None]:
        """Close it if what is done inside fails."""
        try:
            yield
        except BaseException:  # Ctrl-C included: the lock is let go of
            self.close()
            raise

    def _miss_the_file(self) -> None:
        """Raise NotWritten if it was moved, deleted or replaced: what is written then, nobody would find again."""
        if _identity(self.path) != self._identity:
            raise NotWritten(f"{self.path} is not the file any more that was opened: move it back, or start anew")

    @contextlib.contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _explained(self.path, error) from error

    def _claim(self, *, syncs: bool) -> None:
        """Lock it until it is closed, and see that it is whole."""
        execute = self._connection.execute
        execute("PRAGMA locking_mode = EXCLUSIVE")
        execute("BEGIN EXCLUSIVE")
        is_new = not self.path.stat().st_size  # what has no tables but a content is not for us to fill
        if is_new:
            self._create()
        _refuse_unfit_content(self.path, self._connection)
        execute("COMMIT")
        execute("PRAGMA journal_mode = WAL")
        execute(f"PRAGMA synchronous = {'FULL' if syncs else 'NORMAL'}")
        if not is_new:
            execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that nothing old stands behind what comes into the log

    def _create(self) -> None:
        self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._connection.execute(f"PRAGMA user_version = {FORMAT}")
        for table in TABLES:
            columns = "site TEXT NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL, UNIQUE (site, id)"
            self._connection.execute(f"CREATE TABLE {table.name} ({columns})")

    def _all_of(self, site_id: str) -> Rows:
        return {table.name: self._select(table.name, site_id) for table in TABLES}

    def _select(self, table: str, site_id: str) -> list[tuple[str, str]]:
        return self._connection.execute(
            f"SELECT id, document FROM {table} WHERE site = ? ORDER BY rowid",  # noqa: S608 - a name of ours
            (site_id,),
        ).fetchall()

    def _write(self, site: SiteRows) -> None:
        if site.is_whole:
            for table in TABLES:
                self._connection.execute(f"DELETE FROM {table.name} WHERE site = ?", (site.site_id,))  # noqa: S608 - a name of ours
        for name, row, document in site.rows:
            if document is None:
                delete = f"DELETE FROM {name} WHERE site = ? AND id = ?"  # noqa: S608 - a name of ours
                self._connection.execute(delete, (site.site_id, row))
            else:
                self._connection.execute(_INSERT[name], (site.site_id, row, document))


# A replaced row is a new one, at the end of the table; an updated one stays where it is.
_INSERT: Final = {
    name: (
        f"INSERT OR REPLACE INTO {name} VALUES (?, ?, ?)"  # noqa: S608 - names of ours
        if table.moves
        else f"INSERT INTO {name} VALUES (?, ?, ?) "  # noqa: S608 - likewise
        "ON CONFLICT (site, id) DO UPDATE SET document = excluded.document"
    )
    for name, table in TABLES_BY_NAME.items()
}


def _refuse_unfit_path(path: Path) -> None:
    if not path.parent.is_dir():
        raise StateFileError(
            path, f"cannot be made: there is no folder {path.parent}", "make it, or choose another path"
        )
    if path.exists() and not path.is_file():
        raise StateFileError(path, "is not a file", "choose another path")
    for needed in (path, path.parent):
        if needed.exists() and not os.access(needed, os.R_OK | os.W_OK):
            raise StateFileError(path, f"cannot be written: {needed} is read-only", "allow it, or choose another path")


def _refuse_foreign_file(path: Path) -> None:
    """Look without SQLite, which might mend what is not ours. An empty file is as good as none."""
    if not path.exists():
        return
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if not header:
        return
    if not header.startswith(_MAGIC):
        raise StateFileError(path, "is not a state file: it is no SQLite database")
    if len(header) < _HEADER_BYTES:
        raise StateFileError(path, f"is damaged: it ends after {len(header)} bytes")
    if (found := int.from_bytes(header[_APPLICATION_ID_AT])) != APPLICATION_ID:
        raise StateFileError(
            path, f"is not a state file: it is an SQLite database of something else (id {found:#010x})"
        )


def _refuse_unfit_log(path: Path, *, syncs: bool) -> None:
    """Look at what a kill has left without changing it: a connection that may write puts FILE-wal into FILE."""
    log, index = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    if not log.exists():
        return
    if not path.exists() or not path.stat().st_size:
        if log.stat().st_size:
            raise StateFileError(path, f"is missing or empty, but there is {log}, which belongs to it", _BRING_BACK)
        return
    had_index = index.exists()
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", timeout=0, uri=True)) as connection:
        try:
            connection.execute("BEGIN")  # so that nobody writes meanwhile
            _refuse_unfit_content(path, connection)
            if (lost := commits_behind(log, frames_read(index))) > _UNCERTAIN_COMMITS:
                _miss(path, f"is damaged: SQLite cannot read {lost} commits in {log}", is_fatal=syncs)
        finally:
            if not had_index:
                index.unlink(missing_ok=True)


def _miss(path: Path, found: str, *, is_fatal: bool) -> None:
    """Say what is missing. Without syncing it may have been an ordinary power failure, which mixes up what was written.

    Raises StateFileError if it `is_fatal`.
    """
    if is_fatal:
        raise StateFileError(path, found, _GO_ON)
    _log.warning("--state: %s %s; it goes on with what comes before them", path, found)


def _refuse_unfit_content(path: Path, connection: sqlite3.Connection) -> None:
    _refuse_other_format(path, connection.execute("PRAGMA user_version").fetchone()[0])
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise StateFileError(path, f"is damaged: {' '.join(verdict.split())}")
    found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if missing := TABLES_BY_NAME.keys() - found:
        raise StateFileError(path, f"is damaged: it has no table {min(missing)}")


def _refuse_other_format(path: Path, found: int) -> None:
    if found != FORMAT:
        age = "a newer" if found > FORMAT else "another"
        raise StateFileError(
            path,
            f"has format {found}, of {age} emulator; this one reads format {FORMAT}",
            f"use the emulator that wrote it, {_MOVE_AWAY}",
        )


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file has that path; None: there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _explained(path: Path, error: sqlite3.Error) -> StateFileError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_BUSY:
        return StateFileError(path, "is in use by another emulator", "stop that one, or choose another path")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StateFileError(path, f"is damaged: {error}")
    return StateFileError(path, f"cannot be opened: {error}", "allow it, or choose another path")
