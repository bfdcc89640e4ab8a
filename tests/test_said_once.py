"""What several modules need stands in one of them."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "emulator"
SOURCES = {str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}


@pytest.mark.parametrize(
    ("text", "home"),
    [
        (r"8949", "address.py"),
        (r'"auto_envvar_prefix"', "cli/options.py"),
        (r'"WIX_EMULATOR_?"', "cli/options.py"),
        (r"(NOT_READY|UNUSABLE|WRONG_\w+) = \d", "cli/ending.py"),
    ],
)
def test_the_others_take_it_from_there(text: str, home: str) -> None:
    assert [name for name, source in SOURCES.items() if re.search(text, source)] == [home]


@pytest.mark.parametrize("name", [name for name in SOURCES if name.startswith("cli/")])
def test_a_command_ends_with_a_status_that_has_a_name(name: str) -> None:
    calls = [one for one in ast.walk(ast.parse(SOURCES[name])) if isinstance(one, ast.Call)]
    ends = [one for one in calls if ast.unparse(one.func) in ("fail", "sys.exit", "SystemExit", "context.exit")]
    literal = [status.value for one in ends for status in one.args if isinstance(status, ast.Constant)]
    assert [status for status in literal if isinstance(status, int) and status] == []


def test_what_others_import_from_the_client_of_the_command_line_is_its_own_to_give() -> None:
    (given,) = [
        ast.literal_eval(one.value)
        for one in ast.parse(SOURCES["cli/client.py"]).body
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "__all__"
    ]
    taken = {
        alias.name
        for source in SOURCES.values()
        for one in ast.walk(ast.parse(source))
        if isinstance(one, ast.ImportFrom) and one.module == "emulator.cli.client"
        for alias in one.names
    }
    assert taken <= set(given)
