"""Files that the verbs write: whole or not at all."""

import stat
from pathlib import Path

import pytest

from emulator.cli.files import check_folder, write_atomically
from emulator.errors import UsageError
from tests.cli.process import NOBODY, run


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    write_atomically(file, b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"new")]


def test_one_who_has_the_old_file_open_reads_the_old_one_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    with file.open("rb") as old:
        write_atomically(file, b"new")
        assert old.read() == b"old"


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write_atomically(tmp_path / "file", "a text")  # type: ignore[arg-type]  # any error will do
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", b"")
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def test_a_folder_that_is_missing_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^--port-file: there is no folder .*/nodir$"):
        check_folder(tmp_path / "nodir" / "file", "--port-file")


def test_a_snapshot_into_a_folder_that_is_missing_is_told_before_the_emulator_is_asked(tmp_path: Path) -> None:
    done = run("snapshot", "save", "nodir/s.json", "--url", NOBODY, folder=tmp_path)
    assert (done.status, done.err) == (2, "wix-emulator: there is no folder nodir\n")
