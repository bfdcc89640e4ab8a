"""Imports go down only: a floor knows the floors below it and nothing above."""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "emulator"

# Floor by module, or by package for all that is in it. A new module goes here, on the lowest floor that it can live on.
FLOORS = {
    "emulator": 0,
    "emulator.address": 1,
    "emulator.client": 1,
    "emulator.documents": 1,
    "emulator.domain": 1,
    "emulator.environment": 1,
    "emulator.errors": 1,
    "emulator.process": 1,
    "emulator.changes": 2,
    "emulator.clock": 2,
    "emulator.durability": 2,
    "emulator.emails": 2,
    "emulator.faults": 2,
    "emulator.ids": 2,
    "emulator.journal": 2,
    "emulator.outbox": 2,
    "emulator.rates": 2,
    "emulator.samples": 2,
    "emulator.seeds": 2,
    "emulator.site": 2,
    "emulator.snapshots": 2,
    "emulator.sites": 2,
    "emulator.states": 2,
    "emulator.store": 2,
    "emulator.walks": 2,
    "emulator.webhooks": 3,
    "emulator.operations": 4,
    "emulator.api": 5,
    "emulator.dashboard": 5,
    "emulator.app": 6,
    "emulator.settings": 6,
    "emulator.__main__": 7,
    "emulator.cli": 7,
    "emulator.conformance": 7,
    "emulator.pytest_plugin": 7,
    "emulator.receiver": 7,
    "emulator.velo": 7,
}

# Where a library may be imported. Each is kept at the edge of the house, or is what would make a start slow.
LIBRARIES: dict[str, Callable[[str], bool]] = {
    "starlette": lambda module: floor(module) >= 5,
    "faker": lambda module: module == "emulator.samples",
    "aiohttp": lambda module: module == "emulator.webhooks.transport" or floor(module) == 7,
    "sqlite3": lambda module: module == "emulator.durability.file",
    "uvicorn": lambda module: floor(module) == 7,
    "click": lambda module: floor(module) == 7,
}
DOMAIN_LIBRARIES = {"pydantic", "pydantic_core"}


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


MODULES = modules()


def floor(module: str) -> int:
    """The module's floor: its own entry, or that of the package around it."""
    top = ".".join(module.split(".")[:2])
    if top not in FLOORS:
        pytest.fail(f"{module} is on no floor: add {top!r} to FLOORS in {__file__}, as low as it can live")
    return FLOORS[top]


def imported(source: str, known: dict[str, Path]) -> Iterator[str]:
    """Every module that the source imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            package = node.module or ""
            for alias in node.names:
                name = f"{package}.{alias.name}"
                yield name if name in known else package


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_on_a_floor(module: str) -> None:
    assert floor(module) <= 7


@pytest.mark.parametrize("module", MODULES)
def test_imports_never_go_up(module: str) -> None:
    for target in imported(MODULES[module].read_text(), MODULES):
        if target.split(".")[0] == "emulator":
            assert floor(target) <= floor(module), f"{module} imports {target}, which is above it"


@pytest.mark.parametrize("module", MODULES)
def test_a_library_is_imported_only_where_it_belongs(module: str) -> None:
    for target in imported(MODULES[module].read_text(), MODULES):
        library = target.split(".")[0]
        assert library not in LIBRARIES or LIBRARIES[library](module), f"{module} imports {library}"


@pytest.mark.parametrize("module", [one for one in MODULES if one.startswith("emulator.domain")])
def test_the_domain_needs_the_standard_library_and_pydantic_only(module: str) -> None:
    needed = {target.split(".")[0] for target in imported(MODULES[module].read_text(), MODULES)}
    assert needed - sys.stdlib_module_names - DOMAIN_LIBRARIES <= {"emulator"}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import a.b as c", ["a.b"]),
        ("from emulator.api import routes", ["emulator.api.routes"]),
        ("from emulator.sites import Sites", ["emulator.sites"]),
        ("def f():\n    if x:\n        from starlette.responses import Response", ["starlette.responses"]),
    ],
)
def test_every_form_of_import_is_seen(source: str, found: list[str]) -> None:
    assert list(imported(source, MODULES)) == found
