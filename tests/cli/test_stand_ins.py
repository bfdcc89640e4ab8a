"""What stands in for modules that a start has no time for: each in a process of its own, for it is there to stay."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import CLEAN_ENVIRONMENT


def told(script: str, before: str = "") -> Any:
    """What the script prints, as JSON, once the stand-ins are there."""
    install = "import json, sys; from emulator.cli import stand_ins; stand_ins.install()"
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", f"{before}\n{install}\n{script}\nprint(json.dumps(found))"],
        capture_output=True,
        text=True,
        env=CLEAN_ENVIRONMENT,
        check=True,
    )
    return json.loads(done.stdout)


def test_pydantic_looks_for_no_plugins_and_validates(tmp_path: Path) -> None:
    (tmp_path / "plugged.py").write_text("plugin = None")
    described = tmp_path / "plugged-1.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Name: plugged\nVersion: 1\n")
    (described / "entry_points.txt").write_text("[pydantic]\nplugged = plugged:plugin\n")
    script = "import pydantic; found = [pydantic.TypeAdapter(int).validate_python('7'), 'plugged' in sys.modules]"
    assert told(script, f"import sys; sys.path.insert(0, {str(tmp_path)!r})") == [7, False]


def test_what_they_stand_in_for_is_not_imported() -> None:
    script = "import pydantic, uvicorn; pydantic.TypeAdapter(int); found = sorted(sys.modules)"
    assert not {"importlib.metadata", "multiprocessing", "watchfiles"} & set(told(script))


def test_what_else_is_asked_of_them_comes_from_the_real_ones() -> None:
    assert told("from uvicorn.supervisors import BaseReload; found = BaseReload.__name__") == "BaseReload"
    assert told("from pydantic.plugin._loader import PYDANTIC_ENTRY_POINT_GROUP as found") == "pydantic"


def test_the_real_one_takes_its_place_then() -> None:
    asked = "from uvicorn.supervisors import BaseReload"
    assert told(f"{asked}\nfrom uvicorn.supervisors import Multiprocess; found = Multiprocess is not None")


def test_modules_below_them_are_found() -> None:
    assert told("from uvicorn.supervisors.statreload import StatReload as one; found = one.__name__") == "StatReload"


def test_a_name_that_the_real_one_does_not_have_is_an_error() -> None:
    asked = "import uvicorn.supervisors as asked"
    assert told(f"{asked}; found = [hasattr(asked, name) for name in ('nothing', '__nothing__')]") == [False, False]


def test_a_module_that_is_there_already_stays() -> None:
    before = "from uvicorn import supervisors"
    assert told("found = sys.modules['uvicorn.supervisors'] is supervisors", before) is True


def test_who_looks_for_one_without_importing_it_finds_it() -> None:
    script = "import importlib.util; found = importlib.util.find_spec('uvicorn.supervisors').name"
    assert told(script) == "uvicorn.supervisors"
