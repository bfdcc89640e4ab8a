"""A consumer's contract, written and verified with Pact: the emulator brings its states about."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Client
from pact import Pact

from tests.conftest import CLEAN_ENVIRONMENT, Server, start_server, stop_server
from tests.readme import BLOCKS, DEFAULT_URL

ITEM = "00000000-0000-0000-0000-000000000001"
ORDER = "0d8f1c7e-0000-4000-8000-000000000949"
PATH = f"/ecom/v1/fulfillments/orders/{ORDER}/create-fulfillment"
THREE_LEFT = "an approved order with three of a line item left"
REFUSED = {"details": {"applicationError": {"code": "QUANTITY_EXCEEDS_REMAINING", "data": {"remaining": 3}}}}


def contract(folder: Path, quantity: int, status: int, answer: Any) -> Path:
    """What a shop's backend expects when it ships so many of an order with three left; Pact writes it down."""
    body = {"fulfillment": {"lineItems": [{"id": ITEM, "quantity": quantity}]}}
    pact = Pact("a shop's backend", "wix-emulator").with_specification("V4")
    (
        pact.upon_receiving(f"a parcel of {quantity}")
        .given(THREE_LEFT)
        .with_request("POST", PATH)
        .with_body(body, "application/json")
        .will_respond_with(status)
        .with_body(answer, "application/json")
    )
    with pact.serve() as mock, Client() as client:  # the backend's own test, against Pact's mock
        assert client.post(f"{mock.url}{PATH}", json=body).status_code == status
    pact.write_file(folder)
    return folder


(EXAMPLE,) = [one.text for one in BLOCKS if one.language == "python" and "Verifier" in one.text]


@pytest.fixture(scope="module")
def shop() -> Iterator[Server]:
    """An emulator of its own: the README's example is about the default site."""
    running = start_server()
    yield running
    assert stop_server(running) == 0


def verified(folder: Path, server: Server) -> subprocess.CompletedProcess[str]:
    """The README's example, run where the contracts are in `pacts`."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", EXAMPLE.replace(DEFAULT_URL, server.url)],
        cwd=folder.parent,
        env=CLEAN_ENVIRONMENT | {"PACT_DO_NOT_TRACK": "true"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_emulator_keeps_a_contract_that_takes_three_left_for_granted(tmp_path: Path, shop: Server) -> None:
    done = verified(contract(tmp_path / "pacts", 4, 400, REFUSED), shop)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_contract_that_expects_something_else_is_not_kept(tmp_path: Path, shop: Server) -> None:
    done = verified(contract(tmp_path / "pacts", 3, 400, REFUSED), shop)
    assert done.returncode != 0
    assert "There were 1 pact failures" in done.stdout
