"""Provider states: named data for a contract test, in the form that Pact asks in."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from emulator.operations.provider_states import STATES
from tests.api.shop import Shop

PATH = "/_emulator/provider-states"
THREE_LEFT = "an approved order with three of a line item left"


def asked(api: TestClient, method: str = "PUT", **body: Any) -> Any:
    answer = api.request(method, PATH, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_state_is_there_afterwards_and_its_ids_are_answered(api: TestClient, shop: Shop, method: str) -> None:
    values = asked(api, method, consumer="a shop", state=THREE_LEFT, params={}, action="setup")
    item = {"id": values["lineItemId"], "quantity": 4}
    refused = shop.create(values["orderId"], item).json()["details"]["applicationError"]
    assert refused["data"]["remaining"] == 3
    assert shop.create(values["orderId"], item | {"quantity": 3}).status_code == 200


def test_params_say_which_and_how_many(api: TestClient, shop: Shop) -> None:
    params = {"orderId": "mine", "remaining": 1, "trackingNumber": "T1"}
    values = asked(api, state=THREE_LEFT, params=params)
    assert (values["orderId"], values["trackingNumber"]) == ("mine", "T1")
    assert shop.create("mine", {"id": values["lineItemId"], "quantity": 2}).status_code == 400


@pytest.mark.parametrize("name", STATES)
def test_every_state_makes_an_order_that_can_be_read(api: TestClient, name: str) -> None:
    values = asked(api, state=name)
    assert api.get(f"/ecom/v1/orders/{values['orderId']}").status_code == 200


def test_each_state_is_what_its_name_says(api: TestClient, shop: Shop) -> None:
    statuses = {}
    for name in STATES:
        values = asked(api, state=name, params={"orderId": name})
        order = api.get(f"/ecom/v1/orders/{name}").json()["order"]
        created = shop.create(name, {"id": values["lineItemId"], "quantity": 1}).status_code
        statuses[name] = (order["status"], order["fulfillmentStatus"], created)
    assert statuses == {
        "an approved order": ("APPROVED", "NOT_FULFILLED", 200),
        THREE_LEFT: ("APPROVED", "PARTIALLY_FULFILLED", 200),
        "a fulfilled order": ("APPROVED", "FULFILLED", 400),
        "an order that is not approved": ("INITIALIZED", "NOT_FULFILLED", 428),
        "a canceled order": ("CANCELED", "NOT_FULFILLED", 428),
    }


def test_a_state_again_is_the_same_again(api: TestClient, shop: Shop) -> None:
    values = asked(api, state="an approved order")
    shop.created(values["orderId"], {"id": values["lineItemId"], "quantity": 1})
    asked(api, state="an approved order")
    listed = api.get(f"/ecom/v1/fulfillments/orders/{values['orderId']}").json()
    assert listed["orderWithFulfillments"]["fulfillments"] == []


def test_several_states_add_up(api: TestClient) -> None:
    asked(api, state="an approved order", params={"orderId": "one"})
    asked(api, state="a canceled order", params={"orderId": "two"})
    orders = api.get("/_emulator/orders").json()["orders"]
    assert [(order["id"], order["number"]) for order in orders] == [("one", "10001"), ("two", "10002")]


@pytest.mark.parametrize("name", ["docs", "seed docs"])
def test_a_seed_is_a_state(api: TestClient, name: str) -> None:
    assert "58c9a790-27b7-463f-a865-c7cb494f7c29" in asked(api, state=name)["orderIds"]


def test_no_orders_is_a_state(api: TestClient) -> None:
    asked(api, state="docs")
    assert asked(api, state="no orders") == {}
    assert api.get("/_emulator/orders").json()["orders"] == []


def test_teardown_leaves_a_fresh_site(api: TestClient) -> None:
    asked(api, state="an approved order")
    assert asked(api, state="an approved order", action="teardown") == {}
    assert api.get("/_emulator/orders").json()["orders"] == []


def test_the_older_form_with_several_states_will_do(api: TestClient) -> None:
    asked(api, consumer="a shop", states=["an approved order", "docs"])
    assert len(api.get("/_emulator/orders").json()["orders"]) > 1


def test_no_state_in_particular_changes_nothing(api: TestClient) -> None:
    assert asked(api, state="") == {}


def test_an_unknown_state_is_refused_with_the_known_ones(api: TestClient) -> None:
    answer = api.put(PATH, json={"state": "a shop on fire"})
    assert answer.status_code == 400
    (violation,) = answer.json()["details"]["validationError"]["fieldViolations"]
    assert (violation["field"], violation["violatedRule"]) == ("state", "INVALID_ENUM_VALUE")
    assert set(STATES) < set(violation["data"]["values"])
    assert violation["data"]["values"] == api.get(PATH).json()["providerStates"]


def test_of_several_states_none_is_there_if_one_is_unknown(api: TestClient) -> None:
    asked(api, state="docs")
    before = api.get("/_emulator/state").json()
    assert api.put(PATH, json={"states": ["no orders", "an approved order", "nope"]}).status_code == 400
    assert api.get("/_emulator/state").json() == before


def test_params_that_make_no_order_are_refused(api: TestClient) -> None:
    answer = api.put(PATH, json={"state": "an approved order", "params": {"quantity": "many"}})
    assert answer.status_code == 400
    assert answer.json()["details"]["validationError"]["fieldViolations"][0]["field"] == "params"
