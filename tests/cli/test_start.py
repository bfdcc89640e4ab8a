"""What a start and a first answer do not pay for: it is paid in every test run of every user."""

import json
import subprocess
import sys
from typing import Any

import httpx2
import pytest

from tests.cli.process import PATIENCE_S
from tests.conftest import CLEAN_ENVIRONMENT

SEEDED = "/ecom/v1/fulfillments/orders/265c7d98-a7c3-48c4-89cd-bbdc00921eab"
# Runs the command; when that ends, tells what was imported, how often garbage was collected, and whether the validator
# of orders was built.
SCRIPT = """
import atexit, gc, json, runpy, sys

def collections():
    return sum(generation["collections"] for generation in gc.get_stats())

def tell():
    modules, collected = sorted(sys.modules), collections() - before
    from emulator.domain.orders import Order
    print(json.dumps({"modules": modules, "collections": collected, "reads_orders": Order.__pydantic_complete__}))

before = collections()
atexit.register(tell)
runpy.run_module("emulator", run_name="__main__")
"""
HEAVY = {
    "aiohttp",
    "cryptography",
    "difflib",
    "emulator.api.bulk",
    "emulator.api.control_routes",
    "emulator.api.emulated_routes",
    "emulator.api.journal",
    "emulator.api.oauth",
    "emulator.api.openapi",
    "emulator.api.orders",
    "emulator.cli.sources",
    "emulator.cli.tls",
    "emulator.client",
    "emulator.conformance",
    "emulator.documents",
    "emulator.domain.refusal_examples",
    "emulator.domain.search",
    "emulator.durability",
    "emulator.snapshots",
    "emulator.states",
    "faker",
    "http.server",
    "importlib.metadata",
    "jsonschema_rs",
    "jwt",
    "multiprocessing",
    "sqlite3",
    "starlette.requests",
    "starlette.responses",
    "trustme",
    "urllib.request",
    "watchfiles",
    "websockets",
    "yaml",
}


@pytest.fixture(scope="module")
def end() -> dict[str, Any]:
    """What a process tells that has started, answered once, and stopped."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-c", SCRIPT, "serve", "--port", "0", "--json"],
        env=CLEAN_ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = json.loads(process.stdout.readline())["url"]
    assert httpx2.get(f"{url}{SEEDED}").status_code == 200
    process.terminate()
    told: dict[str, Any] = json.loads(process.communicate(timeout=PATIENCE_S)[0])
    return told


@pytest.mark.parametrize("module", sorted(HEAVY))
def test_it_does_not_import_what_it_does_not_need(end: dict[str, Any], module: str) -> None:
    assert module not in end["modules"]


def test_it_imports_what_it_needs(end: dict[str, Any]) -> None:
    assert {"emulator.api.fulfillments", "pydantic", "uvicorn"} <= set(end["modules"])


def test_it_does_not_validate_what_it_ships(end: dict[str, Any]) -> None:
    assert end["reads_orders"] is False


def test_it_collects_no_garbage(end: dict[str, Any]) -> None:
    assert end["collections"] == 0
