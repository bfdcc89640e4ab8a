"""Every published example: its request as printed, answered as printed, but for what the server makes up."""

import re
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from emulator.api.routes import OPERATIONS
from emulator.app import create_app
from emulator.domain.behaviours import Behaviours
from emulator.ids import Ids
from emulator.samples import Samples
from emulator.seeds import fixtures, load
from emulator.settings import Settings

Json = dict[str, Any]

EXAMPLES: list[Json] = yaml.safe_load((fixtures() / "examples" / "order-fulfillments.yaml").read_text())["examples"]
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.mark.rule("R121", "R122", "R126", "R130", "R131", "R203", "R204")
@pytest.mark.parametrize("example", [pytest.param(example, id=example["name"]) for example in EXAMPLES])
def test_a_documented_request_gets_the_documented_answer(example: Json) -> None:
    settings = Settings(
        seed=(example["seed"],), behaviours=Behaviours(**example.get("settings", {})), check_responses=True
    )
    seed = load(settings.seed, Samples(), Ids(None))
    orders = [order for order in seed.orders if order.id in order_ids(example["response"])]
    known = {one.id for order in orders for one in order.fulfillments} | {order.id for order in orders}

    with TestClient(create_app(settings)) as client:
        request = example["request"]
        answer = client.request(request["method"], request["path"], json=request.get("body"))

    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert Masked(known).value(answer.json()) == Masked(known).value(example["response"])


def test_the_examples_show_every_emulated_call() -> None:
    shown = {example["operation"] for example in EXAMPLES}
    fulfillment_calls = {one.id for one in OPERATIONS if one.path.startswith("/ecom/v1/fulfillments")}
    assert fulfillment_calls - shown == set()


@pytest.mark.parametrize("made_up", ["0D824FC7-2621-4E97-A5C8-489EC1B43377", "1", ""])
def test_a_made_up_id_that_is_no_guid_would_be_noticed(made_up: str) -> None:
    fulfillment = {"id": made_up, "createdDate": "2023-02-22T15:55:47.021Z"}
    assert Masked(set()).value(fulfillment) != {"id": "<GUID 1>", "createdDate": "<date>"}


def order_ids(value: Any) -> set[str]:
    """The ids of all orders that an answer shows."""
    if isinstance(value, list):
        return {found for one in value for found in order_ids(one)}
    if not isinstance(value, dict):
        return set()
    own = {value[key] for key in ("orderId", "id") if key in value and ("fulfillments" in value or "number" in value)}
    return own.union(*(order_ids(one) for one in value.values()))


class Masked:
    """Replaces the ids and dates of new fulfillments, in the form that Wix gives them, by a running number."""

    def __init__(self, known: set[str]) -> None:
        self._known = known
        self._numbers: dict[str, int] = {}

    def value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.value(one) for one in value]
        if not isinstance(value, dict):
            return value
        masked = {key: self.value(one) for key, one in value.items()}
        if "createdDate" in value and "id" in value and value["id"] not in self._known:
            masked["createdDate"] = "<date>" if DATE.fullmatch(value["createdDate"]) else value["createdDate"]
            masked["id"] = self._masked_id(value["id"])
        if "fulfillmentId" in value:
            masked["fulfillmentId"] = self._masked_id(value["fulfillmentId"])
        return masked

    def _masked_id(self, made_up: str) -> str:
        if not GUID.fullmatch(made_up):
            return made_up
        return f"<GUID {self._numbers.setdefault(made_up, len(self._numbers) + 1)}>"
