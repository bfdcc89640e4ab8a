"""`--check-responses`: an answer that is not as openapi.yaml says is a loud fault of ours."""

import logging
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from emulator.api.contract import Contract
from emulator.api.control_routes import CONTROL
from emulator.api.emulated_routes import EMULATED
from emulator.api.gateway import Gateway
from emulator.api.paths import PathTable
from emulator.app import create_app
from emulator.domain.behaviours import Behaviours, RefusalOverride
from emulator.settings import Settings

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text())
PATH = "/ecom/v1/fulfillments/orders/265c7d98-a7c3-48c4-89cd-bbdc00921eab"
LIST = "/ecom/v1/fulfillments/orders/{orderId}"


def held_to(document: Any, settings: Settings | None = None) -> TestClient:
    """The emulator, its answers held to that document."""
    app = create_app(settings or Settings(seed=("docs",)))
    contract = Contract(document)
    return TestClient(
        Gateway(PathTable(EMULATED), lambda: CONTROL, app.emulator, body_bytes_max=1_000_000, contract=contract)
    )


def contract_with(**answers: Any) -> Any:
    """openapi.yaml, but that a list of fulfillments answers so."""
    document = deepcopy(DOCUMENT)
    responses = document["paths"][LIST]["get"]["responses"]
    for status, schema in answers.items():
        responses[status.strip("_")]["content"]["application/json"]["schema"] = schema
    return document


def test_an_answer_as_the_document_says_stays_as_it_is() -> None:
    answer = held_to(DOCUMENT).get(PATH)
    assert answer.status_code == 200
    assert answer.json()["orderWithFulfillments"]["fulfillments"]


def test_an_answer_that_does_not_fit_is_a_blank_500_and_the_log_says_what_does_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = held_to(contract_with(_200={"required": ["total"], "properties": {"orderWithFulfillments": False}}))
    with caplog.at_level(logging.ERROR):
        answer = client.get(PATH)
    assert (answer.status_code, answer.json()) == (500, {"message": "", "details": {}})
    assert answer.headers["x-wix-request-id"]
    assert '"total" is a required property' in caplog.text
    assert "orderWithFulfillments: " in caplog.text


def test_the_journal_says_so_too() -> None:
    client = held_to(contract_with(_200={"type": "array"}))
    client.get(PATH)
    (entry,) = client.get("/_emulator/requests").json()["requests"]
    assert entry["status"] == 500


def test_a_status_that_the_document_does_not_name_does_not_fit(caplog: pytest.LogCaptureFixture) -> None:
    document = deepcopy(DOCUMENT)
    del document["paths"][LIST]["get"]["responses"]["404"]
    with caplog.at_level(logging.ERROR):
        assert held_to(document).get(f"{PATH}-not").status_code == 500
    assert "listFulfillmentsForSingleOrder answers 404, which openapi.yaml does not name" in caplog.text


def test_a_refusal_is_held_to_its_shape() -> None:
    assert held_to(contract_with(_404={"required": ["reason"]})).get(f"{PATH}-not").status_code == 500


def test_formats_count() -> None:
    date_of_order = {"properties": {"orderWithFulfillments": {"properties": {"orderId": {"format": "date-time"}}}}}
    assert held_to(contract_with(_200=date_of_order)).get(PATH).status_code == 500


def test_a_status_that_a_setting_gives_is_no_fault() -> None:
    behaviours = Behaviours(refusals={"ORDER_NOT_FOUND": RefusalOverride(status=410)})
    client = held_to(DOCUMENT, Settings(seed=("docs",), behaviours=behaviours))
    assert client.get(f"{PATH}-not").status_code == 410


def test_a_status_that_a_fault_plans_is_no_fault_of_ours() -> None:
    client = held_to(DOCUMENT)
    effect = {"operation": "listFulfillmentsForSingleOrder", "effect": {"status": 503}}
    assert client.post("/_emulator/faults", json=effect).status_code == 200
    assert client.get(PATH).status_code == 503


@pytest.mark.parametrize("path", ["/ecom/v1/nothing", "/ecom/v1/fulfillments/list-by-ids"])
def test_an_unknown_path_or_method_is_held_to_the_shape_of_refusals(path: str) -> None:
    assert held_to(DOCUMENT).get(path).status_code in (404, 405)


def test_preflights_pass() -> None:
    assert held_to(DOCUMENT).options(PATH).status_code < 300


def test_without_the_flag_nothing_is_checked() -> None:
    assert Settings().check_responses is False
    assert create_app(Settings())._contract is None
    assert create_app(Settings(check_responses=True))._contract is not None
