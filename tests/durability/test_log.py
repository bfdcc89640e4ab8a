"""The write-ahead log: damage in it is told from what an ordinary crash leaves."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from emulator.durability.file import SiteRows, StateFile, StateFileError
from emulator.durability.log import commits_behind

COMMITS = 20
PAGES_OF_A_LOG = 1_000  # after so many SQLite begins another one in its place


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "left" / "state.db"


def leave(path: Path, commits: int = COMMITS, *, pages: int = 1) -> Path:
    """Have the path as a kill leaves it after that many commits of an order of so many pages; its log."""
    kept = path.parent.with_name("kept.db")
    with closing(StateFile(kept, syncs=True)) as file:
        for number in range(commits):
            file.write([SiteRows("a", False, [("orders", str(number), "x" * 4_096 * pages)])])
        return copied(kept, path)


def copied(kept: Path, path: Path) -> Path:
    path.parent.mkdir()
    for suffix in ("", "-wal"):
        path.with_name(path.name + suffix).write_bytes(kept.with_name(kept.name + suffix).read_bytes())
    return path.with_name(f"{path.name}-wal")


def flip(log: Path, place: int) -> None:
    content = bytearray(log.read_bytes())
    content[place] ^= 1
    log.write_bytes(content)


def orders(path: Path, *, syncs: bool = True) -> int:
    with closing(StateFile(path, syncs=syncs)) as file:
        return len(file.rows("a")["orders"])


@pytest.mark.parametrize("place", [0, 13, 100])  # of its header, and of its first page
def test_a_log_with_damage_before_other_commits_is_refused_and_stays_as_it_is(path: Path, place: int) -> None:
    log = leave(path)
    flip(log, place)
    before = {one.name: one.read_bytes() for one in path.parent.iterdir()}
    with pytest.raises(StateFileError) as refused:
        StateFile(path, syncs=True)
    assert str(refused.value) == (
        f"--state: {path} is damaged: SQLite cannot read {COMMITS} commits in {log}; --state-sync behind goes on with "
        "what comes before it; or choose another path, or move both files away"
    )
    assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == before


def test_without_syncing_it_may_have_been_a_power_failure_and_is_told(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = leave(path)
    flip(log, log.stat().st_size // 2)
    assert 0 < orders(path, syncs=False) < COMMITS - 1
    (told,) = caplog.messages
    assert f"{path} is damaged: SQLite cannot read " in told


def test_once_it_has_gone_on_after_damage_nothing_is_left_of_that(
    tmp_path: Path, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = leave(path, 30)
    flip(log, log.stat().st_size // 2)
    again = tmp_path / "again" / "state.db"
    with closing(StateFile(path, syncs=False)) as file:
        file.write([SiteRows("a", False, [("orders", "new", "{}")])])
        copied(path, again)
    caplog.clear()
    assert orders(again) > 1
    assert caplog.messages == []


def torn(log: Path) -> None:
    log.write_bytes(log.read_bytes()[:-1])


def without_a_page_of_the_last_commit(log: Path) -> None:
    flip(log, log.stat().st_size - 1)


@pytest.mark.parametrize("crash", [torn, without_a_page_of_the_last_commit])
def test_a_last_commit_that_is_there_in_parts_is_an_ordinary_crash(
    path: Path, crash: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    crash(leave(path))
    assert orders(path) == COMMITS - 1
    assert caplog.messages == []


def test_a_log_that_ends_anywhere_is_an_ordinary_crash(path: Path) -> None:
    log = leave(path)
    content, file = log.read_bytes(), path.read_bytes()
    for end in range(0, len(content), 5_001):
        log.write_bytes(content[:end])
        path.write_bytes(file)
        assert orders(path) < COMMITS


def test_frames_of_an_older_log_are_what_sqlite_leaves(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    log = leave(path, 3, pages=PAGES_OF_A_LOG)
    assert log.stat().st_size > 4_096 * PAGES_OF_A_LOG
    assert commits_behind(log, 0) == 1
    assert orders(path) == 3
    assert caplog.messages == []


def test_what_was_never_committed_is_what_a_kill_leaves(tmp_path: Path, path: Path) -> None:
    kept = tmp_path / "kept.db"
    with closing(StateFile(kept, syncs=True)) as file:
        file.write([SiteRows("a", False, [("orders", "1", "{}")])])
        file._connection.execute("PRAGMA cache_size = 10")  # pages; beyond them it writes before the commit
        file._connection.execute("BEGIN IMMEDIATE")
        file._connection.execute("INSERT INTO orders VALUES ('a', '2', ?)", ("x" * 4_096 * 100,))
        log = copied(kept, path)
        file._connection.execute("ROLLBACK")
    assert log.stat().st_size > 4_096 * 50
    assert orders(path) == 1
