"""The wheel, as `pip` builds it: everything that the emulator needs is in it."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from emulator import __version__

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--quiet", "--wheel-dir", str(folder)]
    online = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # pip fetches what builds it
    built = subprocess.run(command, capture_output=True, text=True, check=False, env=online)  # noqa: S603 - our own
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    assert path.name == f"wix_emulator-{__version__}-py3-none-any.whl"
    return ZipFile(path)


def packed(folder: str) -> list[str]:
    """What a folder of the repository holds, as the wheel should name it."""
    return sorted(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def test_every_file_of_the_package_is_in_the_wheel(wheel: ZipFile) -> None:
    assert set(packed("emulator")) <= set(wheel.namelist())


def test_the_fixtures_are_in_the_package(wheel: ZipFile) -> None:
    names = set(wheel.namelist())
    assert {f"emulator/{name}" for name in packed("fixtures")} <= names
    assert "emulator/fixtures/docs.yaml" in names


def test_the_openapi_document_is_in_the_package(wheel: ZipFile) -> None:
    assert wheel.read("emulator/openapi.yaml") == (ROOT / "openapi.yaml").read_bytes()


def test_the_license_is_in_the_wheel(wheel: ZipFile) -> None:
    assert b"MIT License" in wheel.read(f"wix_emulator-{__version__}.dist-info/licenses/LICENSE")


def test_the_command_is_declared(wheel: ZipFile) -> None:
    declared = wheel.read(f"wix_emulator-{__version__}.dist-info/entry_points.txt").decode()
    assert "wix-emulator = emulator.cli:main" in declared


def test_the_tests_are_not_in_the_wheel(wheel: ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"emulator", f"wix_emulator-{__version__}.dist-info"}
