"""The state file: what is refused, and that a refused file stays as it is."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from emulator.durability.file import APPLICATION_ID, FORMAT, NotWritten, SiteRows, StateFile, StateFileError

NOBODY = 65_534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@contextmanager
def opened(path: Path, *, syncs: bool = False) -> Iterator[StateFile]:
    with closing(StateFile(path, syncs=syncs)) as file:
        yield file


def written(path: Path, *rows: tuple[str, str, str | None], site_id: str = "a", is_whole: bool = False) -> None:
    with opened(path) as file:
        file.write([SiteRows(site_id, is_whole, rows)])


def rows(path: Path, table: str, site_id: str = "a") -> list[tuple[str, str]]:
    with opened(path) as file:
        return list(file.rows(site_id)[table])


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


# What it keeps


@pytest.mark.parametrize("syncs", [True, False])
def test_what_was_written_is_read_again_by_the_next_one(path: Path, syncs: bool) -> None:
    with opened(path, syncs=syncs) as file:
        file.write([SiteRows("a", True, [("orders", "1", "{}"), ("sites", "", "{}")])])
    with opened(path) as file:
        assert file.site_ids() == ["a"]
        assert file.rows("a")["orders"] == [("1", "{}")]
        assert file.rows("b")["orders"] == []


def test_after_a_clean_end_there_is_one_file(path: Path) -> None:
    written(path, ("orders", "1", "{}"))
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_row_that_changes_keeps_its_place(path: Path) -> None:
    written(path, ("orders", "1", "old"), ("orders", "2", "old"))
    written(path, ("orders", "1", "new"), ("orders", "3", "new"))
    assert rows(path, "orders") == [("1", "new"), ("2", "old"), ("3", "new")]


def test_a_place_that_is_taken_again_moves_to_the_end(path: Path) -> None:
    written(path, ("places", "1", "true"), ("places", "2", "true"))
    written(path, ("places", "1", "true"))
    assert [row for row, _ in rows(path, "places")] == ["2", "1"]


def test_a_row_that_goes_is_gone_for_its_site_only(path: Path) -> None:
    written(path, ("orders", "1", "{}"))
    written(path, ("orders", "1", "{}"), site_id="b")
    written(path, ("orders", "1", None))
    assert (rows(path, "orders"), rows(path, "orders", "b")) == ([], [("1", "{}")])


def test_a_site_that_is_written_whole_has_nothing_else(path: Path) -> None:
    written(path, ("orders", "1", "{}"), ("walks", "1", "{}"))
    written(path, ("orders", "1", "{}"), site_id="b")
    written(path, ("orders", "2", "{}"), is_whole=True)
    assert rows(path, "orders") == [("2", "{}")]
    assert rows(path, "walks") == []
    assert rows(path, "orders", "b") == [("1", "{}")]


def test_a_batch_is_written_whole_or_not_at_all(path: Path) -> None:
    written(path, ("orders", "1", "old"))
    with opened(path) as file:
        with pytest.raises(ZeroDivisionError):
            file.write([SiteRows("a", False, [("orders", "1", "new")]), SiteRows("b", False, failing())])
        with pytest.raises(NotWritten, match=r"state\.db cannot be written: NOT NULL constraint failed"):
            file.write([SiteRows("a", False, [("orders", "1", "new"), ("orders", None, "new")])])  # type: ignore[list-item]  # that is the point
    assert rows(path, "orders") == [("1", "old")]


def failing() -> Iterator[tuple[str, str, str]]:
    yield "orders", "1", "new"
    raise ZeroDivisionError


def test_a_site_can_be_read_while_another_is_written(path: Path) -> None:
    written(path, ("orders", "1", "{}"), site_id="b")
    with opened(path) as file, ThreadPoolExecutor() as threads:
        found = []

        def slow() -> Iterator[tuple[str, str, str]]:
            yield "orders", "1", "old"
            found.append(threads.submit(file.rows, "b").result(timeout=10)["orders"])
            yield "orders", "1", "new"

        file.write([SiteRows("a", True, slow())])
        assert found == [[("1", "{}")]]
        assert file.rows("a")["orders"] == [("1", "new")]


@pytest.mark.parametrize("text", ["é", "\u2028", "a\0b", "'; DROP TABLE orders; --", "😀"])
def test_any_text_is_an_id(path: Path, text: str) -> None:
    written(path, ("orders", text, text), site_id=text)
    assert rows(path, "orders", text) == [(text, text)]


def test_an_empty_file_is_as_good_as_none(path: Path) -> None:
    path.touch()
    written(path, ("orders", "1", "{}"))
    assert rows(path, "orders") == [("1", "{}")]


def test_it_says_what_it_is_and_of_which_format(path: Path) -> None:
    written(path)
    with closing(sqlite3.connect(path)) as found:
        assert found.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert found.execute("PRAGMA user_version").fetchone() == (FORMAT,)


# What is refused


def no_database(path: Path) -> None:
    path.write_text("orders:\n- quantity: 1\n" * 10)


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:6_000])


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE orders (mine)")


def newer(path: Path) -> None:
    change(path, f"PRAGMA user_version = {FORMAT + 1}")


def without_format(path: Path) -> None:
    change(path, "PRAGMA user_version = 0")


def overwritten_in_the_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4_096:8_192] = b"\xff" * 4_096
    path.write_bytes(content)


def without_cells(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[103:105] = bytes(2)  # of the first page: so many tables there are
    path.write_bytes(content)


def empty(path: Path, found: int = FORMAT) -> None:
    path.unlink()
    change(path, f"PRAGMA application_id = {APPLICATION_ID}")
    change(path, f"PRAGMA user_version = {found}")


def newer_and_empty(path: Path) -> None:
    empty(path, FORMAT + 1)


def without_a_table(path: Path) -> None:
    change(path, "DROP TABLE walks")


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as found:
        found.execute(statement)


REFUSED = pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (no_database, "is not a state file: it is no SQLite database; choose another path, or move that file away"),
        (cut_off, "is damaged: it ends after 50 bytes; choose another path, or move that file away"),
        (half, "is damaged: "),
        (foreign, "is not a state file: it is an SQLite database of something else (id 0x00000000); choose another"),
        (newer, "has format 2, of a newer emulator; this one reads format 1; use the emulator that wrote it, choose"),
        (without_format, "has format 0, of another emulator; this one reads format 1"),
        (overwritten_in_the_middle, "is damaged: "),
        (without_cells, "is damaged: "),
        (empty, "is damaged: "),
        (newer_and_empty, "has format 2, of a newer emulator; this one reads format 1; use the emulator that wrote it"),
        (without_a_table, "is damaged: "),
    ],
)


@REFUSED
def test_a_file_that_is_no_whole_state_file_is_refused_and_stays_as_it_is(
    path: Path, spoil: Callable[[Path], None], message: str
) -> None:
    written(path, ("orders", "1", "{}" * 5_000))
    spoil(path)
    before = contents(path.parent)
    with pytest.raises(StateFileError) as refused:
        StateFile(path, syncs=False)
    assert str(refused.value).startswith(f"--state: {path} {message}")
    assert contents(path.parent) == before


@REFUSED
def test_a_refused_file_that_a_kill_has_left_keeps_its_log(
    path: Path, spoil: Callable[[Path], None], message: str
) -> None:
    written(path, ("orders", "1", "{}" * 5_000))
    spoil(path)
    with_log(path, spoilt=path.read_bytes())
    before = contents(path.parent)
    assert before.keys() == {"state.db", "state.db-wal"}
    with pytest.raises(StateFileError) as refused:
        StateFile(path, syncs=False)
    assert str(refused.value).startswith(f"--state: {path} {message}")
    assert contents(path.parent) == before


def with_log(path: Path, spoilt: bytes = b"") -> None:
    """Have the path as a kill leaves it, with the log of a change to another row; the file itself has that content."""
    path.unlink()
    path.with_name("state.db-wal").unlink(missing_ok=True)
    written(path, ("orders", "1", "{}" * 5_000))
    script = """if True:
        import os, sys
        from emulator.durability.file import *
        file = StateFile(Path(sys.argv[1]), syncs=False)
        file.write([SiteRows("a", False, [("walks", "2", "{}")])])
        os._exit(0)
    """
    subprocess.run([sys.executable, "-c", script, path], check=True)  # noqa: S603 - our own
    if spoilt:
        path.write_bytes(spoilt)


def test_what_a_kill_has_left_in_the_log_is_there_again(path: Path) -> None:
    path.touch()
    with_log(path)
    assert rows(path, "walks") == [("2", "{}")]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("lose", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_log_without_its_file_is_refused_and_stays(path: Path, lose: Callable[[Path], None]) -> None:
    path.touch()
    with_log(path)
    lose(path)
    before = contents(path.parent)
    with pytest.raises(StateFileError) as refused:
        StateFile(path, syncs=False)
    assert str(refused.value) == (
        f"--state: {path} is missing or empty, but there is {path}-wal, which belongs to it; "
        "bring the file back, choose another path, or move both files away"
    )
    assert contents(path.parent) == before


def test_an_empty_log_without_a_file_is_as_good_as_none(path: Path) -> None:
    path.with_name("state.db-wal").touch()
    written(path, ("orders", "1", "{}"))
    assert rows(path, "orders") == [("1", "{}")]


def test_nobody_else_may_read_it(path: Path) -> None:
    with opened(path) as file:
        file.write([SiteRows("a", True, [("orders", "1", "{}")])])
        assert {one.name: one.stat().st_mode & 0o777 for one in path.parent.iterdir()} == {
            "state.db": 0o600,
            "state.db-wal": 0o600,
        }


@pytest.mark.parametrize(("syncs", "level"), [(True, 2), (False, 1)])
def test_only_who_asks_for_it_waits_for_the_disk(path: Path, syncs: bool, level: int) -> None:
    with opened(path, syncs=syncs) as file:
        assert file._connection.execute("PRAGMA synchronous").fetchone() == (level,)  # 2: FULL, 1: NORMAL


@pytest.mark.parametrize("replaced", [True, False])
def test_a_file_that_is_not_there_any_more_is_not_written(path: Path, replaced: bool) -> None:
    kept = path.with_name("kept.db")
    with opened(path) as file:
        file.write([SiteRows("a", True, [("orders", "1", "{}")])])
        path.rename(kept)
        if replaced:
            path.touch()
        with pytest.raises(NotWritten, match="is not the file any more that was opened: move it back, or start anew"):
            file.write([SiteRows("a", False, [("orders", "2", "{}")])])
        kept.rename(path)
        file.write([SiteRows("a", False, [("orders", "3", "{}")])])
    assert [row for row, _ in rows(path, "orders")] == ["1", "3"]


def test_a_file_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StateFileError, match=r"cannot be made: there is no folder .*nowhere; make it, or"):
        StateFile(tmp_path / "nowhere" / "state.db", syncs=False)
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StateFileError, match="is not a file; choose another path"):
        StateFile(tmp_path, syncs=False)


@pytest.mark.parametrize("what", ["the file", "its folder"])
def test_what_is_read_only_is_refused_and_stays_as_it_is(what: str) -> None:
    with tempfile.TemporaryDirectory() as folder:  # not in pytest's own, which only its user may enter
        path = Path(folder) / "state.db"
        written(path, ("orders", "1", "{}"))
        path.chmod(0o444 if what == "the file" else 0o666)
        path.parent.chmod(0o777 if what == "the file" else 0o555)
        before = contents(path.parent)
        with unprivileged(), pytest.raises(StateFileError, match=r"cannot be written: \S+ is read-only; allow it, or"):
            StateFile(path, syncs=False)
        assert contents(path.parent) == before


@contextmanager
def unprivileged() -> Iterator[None]:
    """As a user for whom permissions count: for root they do not."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def test_a_file_is_one_emulators_at_a_time(path: Path) -> None:
    script = "import sys; from emulator.durability.file import *; StateFile(Path(sys.argv[1]), syncs=False)"
    with opened(path) as file:
        file.write([SiteRows("a", True, [("sites", "", "{}")])])
        other = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=False)  # noqa: S603 - our own
        with pytest.raises(StateFileError, match="is in use by another emulator; stop that one, or choose another"):
            StateFile(path, syncs=False)
    assert "is in use by another emulator" in other.stderr
    assert subprocess.run([sys.executable, "-c", script, path], check=False).returncode == 0  # noqa: S603 - our own
    with opened(path) as file:
        assert file.site_ids() == ["a"]
