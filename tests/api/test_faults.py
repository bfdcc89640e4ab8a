"""Planned misbehaviour over HTTP, and what a client meets then."""

from collections.abc import Iterator
from http.client import HTTPConnection, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from httpx2 import Response
from pydantic_core import from_json
from starlette.testclient import TestClient

from emulator.api.responses import HTTP_STATUS, render_refusal
from emulator.api.routes import OPERATIONS
from emulator.domain.behaviours import Behaviours
from emulator.domain.refusal_examples import example_of
from emulator.domain.refusals import find_refusal, refusal_codes
from emulator.settings import Settings
from tests.api.shop import Shop, code, violations
from tests.conftest import Server
from tests.factories import ITEM

Json = dict[str, Any]
EMULATED = [one.id for one in OPERATIONS if not one.is_control]


def arm(api: TestClient, effect: Json, operation: str = "createFulfillment", **fields: Any) -> Json:
    answer = api.post("/_emulator/faults", json={"operation": operation, "effect": effect, **fields})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refused(api: TestClient, **body: Any) -> list[str]:
    wanted = {"operation": "createFulfillment", "effect": {"status": 503}, **body}
    return [field for field, _ in violations(api.post("/_emulator/faults", json=wanted))]


def faults(api: TestClient, **headers: str) -> list[Json]:
    return list(api.get("/_emulator/faults", headers=headers).json()["faults"])


def statuses(shop: Shop, order_id: str, calls: int) -> list[int]:
    return [shop.create(order_id).status_code for _ in range(calls)]


# Effects


@pytest.mark.rule("R214")
@pytest.mark.parametrize("planned", refusal_codes())
def test_any_refusal_can_be_asked_for_and_has_its_own_status(api: TestClient, shop: Shop, planned: str) -> None:
    original = find_refusal(planned)
    assert original is not None
    order_id = shop.order()
    arm(api, {"error": planned})

    answer = shop.create(order_id)

    assert answer.status_code == HTTP_STATUS[original.status_name]
    assert answer.headers["x-emulator-rule"] == "R214"
    assert answer.json() == from_json(bytes(render_refusal(example_of(planned), Behaviours()).body))


@pytest.mark.rule("R212", "R213")
@pytest.mark.parametrize(
    ("planned", "status"), [("UNAUTHENTICATED", 401), ("PERMISSION_DENIED", 403), ("RESOURCE_EXHAUSTED", 429)]
)
def test_credentials_and_rate_limit_are_refused_as_wix_does(
    api: TestClient, shop: Shop, planned: str, status: int
) -> None:
    arm(api, {"error": planned}, "listFulfillmentsForSingleOrder")
    assert code(api.get(f"/ecom/v1/fulfillments/orders/{shop.order()}")) == (status, planned)


def test_a_planned_refusal_has_wixs_documented_message_where_there_is_one(api: TestClient, shop: Shop) -> None:
    arm(api, {"error": "TRACKING_NUMBER_ALREADY_EXISTS"})
    assert shop.create(shop.order()).json()["message"] == "fulfillment with tracking number already exist"


def test_a_planned_refusal_obeys_the_setting_of_that_refusal() -> None:
    from emulator.app import create_app
    from emulator.settings import parse_behaviours

    behaviours = parse_behaviours(["refusals.ORDER_NOT_APPROVED.status=409", "refusals.ORDER_NOT_APPROVED.code=NOPE"])
    with TestClient(create_app(Settings(seed=("empty",), behaviours=behaviours, check_responses=True))) as api:
        shop = Shop(api)
        arm(api, {"error": "ORDER_NOT_APPROVED"})
        assert code(shop.create(shop.order())) == (409, "NOPE")


@pytest.mark.rule("R207", "R214")
@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_a_server_error_is_blank(api: TestClient, shop: Shop, status: int) -> None:
    arm(api, {"status": status})
    answer = shop.create(shop.order())
    assert (answer.status_code, answer.json()) == (status, {"message": "", "details": {}})


@pytest.mark.parametrize("effect", [{"error": "RESOURCE_EXHAUSTED"}, {"status": 503}])
def test_a_call_that_fails_leaves_nothing_behind(api: TestClient, shop: Shop, effect: Json) -> None:
    order_id = shop.order()
    before = shop.state()
    arm(api, effect)
    shop.create(order_id)
    assert shop.state() == before


def test_a_late_call_is_done_and_answered_as_ever(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    arm(api, {"delayMs": 1})
    assert shop.created(order_id) == shop.fulfillments(order_id)[0]["id"]
    assert faults(api)[0]["used"] == 1


def test_a_call_with_a_fault_is_in_the_journal(api: TestClient, shop: Shop) -> None:
    arm(api, {"status": 503})
    shop.create(shop.order())
    entry = api.get("/_emulator/requests").json()["requests"][-1]
    assert (entry["operation"], entry["status"]) == ("createFulfillment", 503)


@pytest.mark.parametrize("operation", EMULATED)
def test_a_fault_can_be_planned_for_every_emulated_operation(api: TestClient, operation: str) -> None:
    assert arm(api, {"status": 503}, operation)["operation"] == operation


def test_a_planned_refusal_has_the_data_of_the_real_one(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    real = shop.create(order_id, {"id": ITEM, "quantity": 99}).json()["details"]["applicationError"]
    arm(api, {"error": real["code"]})
    planned = shop.create(order_id).json()["details"]["applicationError"]
    assert planned.keys() == real.keys()
    assert planned["data"].keys() == real["data"].keys() == {"lineItemId", "requested", "remaining"}


def test_a_planned_validation_error_has_field_violations(api: TestClient, shop: Shop) -> None:
    arm(api, {"error": "INVALID_ARGUMENT"})
    assert violations(shop.create(shop.order()))


@pytest.mark.parametrize(
    "planned",
    ["FILE_NOT_FOUND", "FAULT_NOT_FOUND", "DELIVERY_NOT_FOUND", "SUBSCRIPTION_NOT_FOUND", "REQUEST_NOT_FOUND"],
)
def test_what_the_control_plane_alone_refuses_cannot_be_asked_for(api: TestClient, planned: str) -> None:
    assert refused(api, effect={"error": planned}) == ["effect.error"]
    assert planned not in api.get("/_emulator/manifest").json()["refusals"]


# How often


def test_a_fault_happens_once_unless_told_otherwise(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    arm(api, {"status": 503})
    assert statuses(shop, order_id, 3) == [503, 200, 200]


def test_a_fault_happens_so_often_after_so_many_good_calls(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    arm(api, {"status": 503}, times=2, skip=1)
    assert statuses(shop, order_id, 4) == [200, 503, 503, 200]


def test_a_fault_concerns_its_own_operation_alone(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    arm(api, {"status": 503}, "deleteFulfillment")
    fulfillment_id = shop.created(order_id)
    assert shop.fulfillments(order_id)
    assert shop.delete(order_id, fulfillment_id).status_code == 503


def test_a_call_of_no_operation_meets_no_fault(api: TestClient) -> None:
    arm(api, {"status": 503})
    assert api.get("/ecom/v1/nothing").status_code == 404


def test_a_fault_concerns_its_own_site_alone(api: TestClient, shop: Shop) -> None:
    elsewhere = {"wix-site-id": "elsewhere"}
    api.post("/_emulator/faults", json={"operation": "createFulfillment", "effect": {"status": 503}}, headers=elsewhere)
    assert statuses(shop, shop.order(), 1) == [200]
    assert (len(faults(api)), len(faults(api, **elsewhere))) == (0, 1)


# Arming, listing, taking back


def test_a_fault_is_answered_and_listed_as_it_was_armed(api: TestClient) -> None:
    armed = arm(api, {"delayMs": 800}, times=2, skip=3)
    assert (
        armed.items()
        >= {
            "operation": "createFulfillment",
            "effect": {"delayMs": 800},
            "times": 2,
            "skip": 3,
            "used": 0,
        }.items()
    )
    assert faults(api) == [armed]


@pytest.mark.parametrize(
    "effect",
    [
        {"error": "ORDER_NOT_FOUND"},
        {"status": 503},
        {"delayMs": 800},
        {"drop": "afterCommit"},
        {"chaos": "duplicate"},
        {"chaos": {"name": "delay", "seconds": 600}},
        {"chaos": {"name": "reorder", "seconds": 0}},
    ],
    ids=str,
)
def test_an_effect_is_listed_as_it_was_armed_and_can_be_armed_again(api: TestClient, effect: Json) -> None:
    listed = arm(api, effect)["effect"]
    assert listed == arm(api, listed)["effect"] == effect


def test_chaos_with_the_seconds_that_it_has_anyway_is_listed_by_its_name(api: TestClient) -> None:
    assert arm(api, {"chaos": {"name": "delay", "seconds": 60}})["effect"] == {"chaos": "delay"}


def test_a_fault_that_has_happened_is_still_listed(api: TestClient, shop: Shop) -> None:
    arm(api, {"status": 503}, times=2)
    shop.create(shop.order())
    assert [one["used"] for one in faults(api)] == [1]


def test_a_fault_that_is_taken_back_does_not_happen(api: TestClient, shop: Shop) -> None:
    taken_back, kept = arm(api, {"status": 502}), arm(api, {"status": 503})
    assert api.delete(f"/_emulator/faults/{taken_back['id']}").status_code == 200
    assert faults(api) == [kept]
    assert statuses(shop, shop.order(), 1) == [503]


def test_to_take_an_unknown_fault_back_is_refused(api: TestClient) -> None:
    assert code(api.delete("/_emulator/faults/none")) == (404, "FAULT_NOT_FOUND")


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/_emulator/faults"), ("POST", "/_emulator/reset")])
def test_all_faults_can_be_taken_back_at_once(api: TestClient, shop: Shop, method: str, path: str) -> None:
    arm(api, {"status": 503})
    arm(api, {"status": 503}, "getOrder")
    assert api.request(method, path).status_code == 200
    assert faults(api) == []
    assert statuses(shop, shop.order(), 1) == [200]


@pytest.mark.parametrize("operation", ["explode", "", "CreateFulfillment", "reset", "health", "fireEvent", "armFault"])
def test_an_unknown_operation_and_one_of_the_control_plane_is_refused(api: TestClient, operation: str) -> None:
    assert refused(api, operation=operation) == ["operation"]
    assert faults(api) == []


@pytest.mark.parametrize(
    "effect",
    [
        {},
        {"explode": True},
        {"status": 503, "delayMs": 1},
        {"status": 503, "explode": True},
        {"status": None},
        {"error": None},
        {"drop": None},
        {"chaos": None},
        {"error": "EXPLODED"},
        {"error": ""},
        {"status": 200},
        {"status": 404},
        {"status": 600},
        {"status": "503"},
        {"delayMs": -1},
        {"delayMs": 60_001},
        {"drop": "later"},
        {"chaos": "explode"},
        "503",
        None,
    ],
    ids=str,
)
def test_an_unknown_effect_is_refused(api: TestClient, effect: Any) -> None:
    (field,) = refused(api, effect=effect)
    assert field.startswith("effect")
    assert faults(api) == []


@pytest.mark.parametrize("often", [{"times": 0}, {"times": -1}, {"skip": -1}, {"times": "2"}, {"times": 1.5}], ids=str)
def test_how_often_must_be_a_count(api: TestClient, often: Json) -> None:
    assert refused(api, **often) == list(often)


def test_a_fault_without_operation_or_effect_is_refused(api: TestClient) -> None:
    assert violations(api.post("/_emulator/faults", json={})) == [
        ("operation", "REQUIRED_FIELD"),
        ("effect", "REQUIRED_FIELD"),
    ]


# A lost reply needs a connection that can be lost


@pytest.fixture
def line(server: Server) -> Iterator["Line"]:
    line = Line(server, str(uuid4()))
    yield line
    line.connection.close()


class Line:
    """A connection to a real server, to a site of its own that has one order."""

    def __init__(self, server: Server, site_id: str) -> None:
        self.connection = HTTPConnection(urlsplit(server.url).netloc, timeout=20)
        self._site_id = site_id
        answer = self.call("POST", "/_emulator/orders", b'{"order": {"lineItems": [{"quantity": 3}]}}')
        order = answer.json()["orders"][0]
        self.path = f"/ecom/v1/fulfillments/orders/{order['id']}"
        self.item_id = order["lineItems"][0]["id"]

    def call(self, method: str, path: str, body: bytes | None = None) -> Response:
        self.connection.request(method, path, body, {"wix-site-id": self._site_id})
        answer = self.connection.getresponse()
        return Response(answer.status, content=answer.read())

    def create(self) -> Response:
        body = f'{{"fulfillment": {{"lineItems": [{{"id": "{self.item_id}", "quantity": 1}}]}}}}'
        return self.call("POST", f"{self.path}/create-fulfillment", body.encode())

    def fulfillments(self) -> int:
        return len(self.call("GET", self.path).json()["orderWithFulfillments"]["fulfillments"])


@pytest.mark.rule("R214")
@pytest.mark.parametrize(("drop", "done"), [("beforeCommit", 0), ("afterCommit", 1)])
def test_a_dropped_call_has_no_reply_and_was_done_or_not(line: Line, drop: str, done: int) -> None:
    fault = f'{{"operation": "createFulfillment", "effect": {{"drop": "{drop}"}}}}'
    assert line.call("POST", "/_emulator/faults", fault.encode()).status_code == 200

    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        line.create()

    line.connection.close()
    assert line.fulfillments() == done


def test_after_a_dropped_call_the_next_one_is_answered(line: Line) -> None:
    line.call("POST", "/_emulator/faults", b'{"operation": "createFulfillment", "effect": {"drop": "beforeCommit"}}')
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        line.create()
    line.connection.close()
    assert line.create().status_code == 200
    assert line.call("GET", "/_emulator/health").json()["status"] == "ok"


def test_an_unused_fault_can_be_asked_for(api: TestClient, shop: Shop) -> None:
    arm(api, {"status": 503}, times=2)
    unused = arm(api, {"status": 503}, "getOrder")
    shop.create(shop.order())
    listed = api.get("/_emulator/faults", params={"unused": "true"}).json()["faults"]
    assert [one["id"] for one in listed] == [unused["id"]]
    (used,) = api.get("/_emulator/faults", params={"unused": "false"}).json()["faults"]
    assert (used["used"], used["remaining"]) == (1, 1)


@pytest.mark.parametrize(
    ("body", "field", "hint"),
    [
        ({"effect": {"status": 503}, "time": 2}, "time", "did you mean times?"),
        ({"effect": {"status": 503, "delayms": 5}}, "effect.delayms", "did you mean effect.delayMs?"),
        ({"effect": {"status": 503, "colour": "red"}}, "effect.colour", "known: error, status, delayMs, drop, chaos"),
        ({"effect": {"chaos": {"name": "delay", "secs": 1}}}, "effect.chaos.secs", "is unknown"),
    ],
)
def test_a_key_that_nobody_reads_is_refused_with_what_was_probably_meant(
    api: TestClient, body: Json, field: str, hint: str
) -> None:
    answer = api.post("/_emulator/faults", json={"operation": "getOrder", **body})
    assert violations(answer) == [(field, "FIELD_NOT_ALLOWED")]
    assert hint in answer.json()["details"]["validationError"]["fieldViolations"][0]["description"]
    assert api.get("/_emulator/faults").json()["faults"] == []


def test_an_operation_that_nearly_exists_is_refused_with_its_name(api: TestClient) -> None:
    answer = api.post("/_emulator/faults", json={"operation": "create_fulfilment", "effect": {"status": 503}})
    assert "did you mean createFulfillment?" in answer.text
