"""The six functions of document 003, called as its samples call them: with their arguments, to what they resolve to."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from emulator.cli.client import Control
from emulator.seeds import fixtures
from emulator.velo import VeloError, VeloSite
from tests.api.test_documented_examples import EXAMPLES, Masked, order_ids
from tests.conftest import Server, start_server, stop_server
from tests.velo.conftest import SAMPLES, Code, Start

FEDEX = {"trackingNumber": "1", "shippingProvider": "fedex"}
COFFEE = "00000000-0000-0000-0000-000000000001"
ORDER = "e613320a-8e8f-4f8f-9d87-b5edc9f99788"
PARCEL = {"orderId": "a6c3a817-579d-4cb5-8521-2fe53b2c4bf1", "fulfillmentId": "a838877d-3f13-49f3-ab29-1cde478e0949"}

# The sample arguments as document 003 prints them: createFulfillment with `id`, bulkCreateFulfillments with `_id`, and
# in an object.
SAMPLE_ARGUMENTS: dict[str, tuple[str, list[Any]]] = {
    "velo-create-fulfillment": (
        "myCreateFulfillmentFunction",
        [
            ORDER,
            {
                "lineItems": [{"id": COFFEE, "quantity": 1}],
                "trackingInfo": {"trackingNumber": "12345", "shippingProvider": "dhl"},
            },
        ],
    ),
    "velo-update-fulfillment": (
        "myUpdateFulfillmentFunction",
        [PARCEL, {"fulfillment": {"trackingInfo": {"trackingNumber": "45677"}}}],
    ),
    "velo-list-fulfillments-for-single-order": (
        "myListFulfillmentsForSingleOrderFunction",
        ["7001d34b-11a6-4a34-8746-dc8ababeca42"],
    ),
    "velo-list-fulfillments-for-multiple-orders": (
        "myListFulfillmentsForMultipleOrdersFunction",
        [["ed4595fc-4e3d-4ba6-8583-e9e92b97ec8a", "7001d34b-11a6-4a34-8746-dc8ababeca42"]],
    ),
    "velo-bulk-create-fulfillments": (
        "myBulkCreateFulfillmentsFunction",
        [
            {
                "ordersWithFulfillments": [
                    {
                        "orderId": ORDER,
                        "fulfillments": [
                            {
                                "lineItems": [{"_id": "00000000-0000-0000-0000-000000000003", "quantity": 1}],
                                "trackingInfo": {"trackingNumber": "93645", "shippingProvider": "canadaPost"},
                            }
                        ],
                    },
                    {
                        "orderId": PARCEL["orderId"],
                        "fulfillments": [
                            {
                                "lineItems": [{"_id": COFFEE, "quantity": 1}],
                                "trackingInfo": {"trackingNumber": "28674", "shippingProvider": "usps"},
                            }
                        ],
                    },
                ]
            }
        ],
    ),
}
VELO_EXAMPLES = {one["name"]: one for one in EXAMPLES if one["name"].startswith("velo-")}


@pytest.fixture(scope="module")
def lenient_server() -> Iterator[Server]:
    """An emulator that takes a tracking number twice in bulk: the sample of bulkCreateFulfillments has one thrice."""
    running = start_server("--set", "duplicate_tracking_in_bulk=allow")
    yield running
    assert stop_server(running) == 0


@pytest.fixture
def own_functions(code: Code) -> Code:
    """Code that hands out the emulated module's own functions."""
    code.write(
        "backend/own.js",
        """
        import { orderFulfillments, orders } from "wix-ecom-backend";
        export const list = orderFulfillments.listFulfillmentsForSingleOrder;
        export const create = orderFulfillments.createFulfillment;
        export const update = orderFulfillments.updateFulfillment;
        export const remove = orderFulfillments.deleteFulfillment;
        export const bulk = orderFulfillments.bulkCreateFulfillments;
        export const { getOrder, searchOrders, updateOrder } = orders;
        export const names = () => Object.keys(orderFulfillments);
        export async function rejected(...given) {
          const error = await create(...given).then(() => null, (error) => error);
          return { isError: error instanceof Error, message: error.message, ...error };
        }
        export async function typeOfDate(orderId) {
          return typeof (await list(orderId)).orderWithFulfillments.fulfillments[0]._createdDate;
        }
        """,
    )
    return code


@pytest.mark.rule("R501", "R502", "R503", "R504")
@pytest.mark.parametrize("name", SAMPLE_ARGUMENTS)
def test_a_function_resolves_to_what_its_sample_shows(
    node: str,  # noqa: ARG001 - needs Node
    lenient_server: Server,
    site_id: str,
    name: str,
) -> None:
    function, arguments = SAMPLE_ARGUMENTS[name]
    seed_site(lenient_server, site_id, VELO_EXAMPLES[name]["seed"])

    with VeloSite.start(SAMPLES, lenient_server.url, site_id, events=False) as site:
        answer = site.call(f"backend/fulfillments.js:{function}", *arguments)

    assert_documented(answer, VELO_EXAMPLES[name])


@pytest.mark.rule("R504")
def test_the_sample_of_delete_fulfillment_returns_the_order_with_its_remaining_fulfillments(
    start: Start, server: Server, site_id: str
) -> None:
    seed_site(server, site_id, "docs-delete")
    identifiers = {"orderId": ORDER, "fulfillmentId": "91357295-a95c-4973-b210-281640f3e795"}

    answer = start(SAMPLES, events=False).call("backend/fulfillments.js:myDeleteFulfillmentFunction", identifiers)

    documented = VELO_EXAMPLES["velo-delete-fulfillment"]["response"]
    assert {"orderWithFulfillments": answer} == documented


def test_delete_fulfillment_resolves_to_the_wrapped_order(start: Start, own_functions: Code) -> None:
    answer = start(own_functions.folder).call("backend/own.js:remove", PARCEL)
    assert answer == {"orderWithFulfillments": {"orderId": PARCEL["orderId"], "fulfillments": []}}


def test_there_are_exactly_the_documented_functions(start: Start, own_functions: Code) -> None:
    assert sorted(start(own_functions.folder).call("backend/own.js:names")) == [
        "bulkCreateFulfillments",
        "createFulfillment",
        "deleteFulfillment",
        "listFulfillmentsForMultipleOrders",
        "listFulfillmentsForSingleOrder",
        "updateFulfillment",
    ]


@pytest.mark.rule("R502")
def test_bulk_create_takes_the_array_as_declared(start: Start, own_functions: Code) -> None:
    orders = [{"orderId": ORDER, "fulfillments": [{"lineItems": [{"_id": COFFEE}]}]}]
    answer = start(own_functions.folder).call("backend/own.js:bulk", orders)
    assert answer["bulkActionMetadata"] == {"totalSuccesses": 1, "totalFailures": 0, "undetailedFailures": 0}
    assert answer["results"][0]["itemMetadata"] == {"_id": ORDER, "originalIndex": 0, "success": True}


@pytest.mark.rule("R505")
def test_dates_are_text(start: Start, own_functions: Code) -> None:
    assert start(own_functions.folder).call("backend/own.js:typeOfDate", PARCEL["orderId"]) == "string"


@pytest.mark.rule("R506")
def test_a_refusal_rejects_with_its_application_error(start: Start, own_functions: Code) -> None:
    site = start(own_functions.folder)
    parcel = {"lineItems": [{"_id": COFFEE, "quantity": 1}], "trackingInfo": FEDEX}
    site.call("backend/own.js:create", ORDER, parcel)

    rejected = site.call("backend/own.js:rejected", ORDER, parcel)

    message = "fulfillment with tracking number already exist"
    assert rejected.pop("requestId")
    assert rejected == {
        "isError": True,
        "message": message,
        "status": 409,
        "details": {
            "applicationError": {
                "code": "TRACKING_NUMBER_ALREADY_EXISTS",
                "description": message,
                "data": {"trackingNumber": "1"},
            }
        },
    }


@pytest.mark.rule("R506")
@pytest.mark.parametrize(
    ("function", "arguments", "fields"),
    [
        ("create", [ORDER, {"lineItems": [{"_id": "1"}]}], ["fulfillment.lineItems[0]._id"]),
        ("update", [PARCEL, {"fulfillment": {"status": "Gone"}}], ["options.fulfillment.status"]),
        ("update", [PARCEL | {"fulfillmentId": "1"}, {"fulfillment": {}}], ["identifiers.fulfillmentId"]),
        ("remove", [PARCEL | {"fulfillmentId": "1"}], ["identifiers.fulfillmentId"]),
        ("remove", [{"orderId": "1"}], ["identifiers.fulfillmentId"]),
        ("remove", [], ["identifiers.orderId"]),
        ("list", [None], ["orderId"]),
        ("bulk", [[]], ["ordersWithFulfillments"]),
    ],
)
def test_violations_name_the_function_s_own_arguments(
    start: Start, own_functions: Code, function: str, arguments: list[Any], fields: list[str]
) -> None:
    with pytest.raises(VeloError) as refused:
        start(own_functions.folder).call(f"backend/own.js:{function}", *arguments)
    assert refused.value.details is not None
    violations = refused.value.details["validationError"]["fieldViolations"]
    assert [violation["field"] for violation in violations] == fields
    assert fields[0] in str(refused.value)


@pytest.mark.rule("R506")
def test_an_answer_without_a_code_has_its_status_as_one(start: Start, own_functions: Code, control: Control) -> None:
    site = start(own_functions.folder)
    control.call("POST", "faults", {"operation": "createFulfillment", "effect": {"status": 503}})
    rejected = site.call("backend/own.js:rejected", ORDER, {"lineItems": [{"_id": COFFEE}]})
    assert rejected["details"]["applicationError"] == {"code": 503, "description": "", "data": {}}
    assert rejected["message"] == "HTTP 503"


def test_get_order_resolves_to_the_order(start: Start, own_functions: Code) -> None:
    order = start(own_functions.folder).call("backend/own.js:getOrder", "265c7d98-a7c3-48c4-89cd-bbdc00921eab")
    assert order["_id"] == "265c7d98-a7c3-48c4-89cd-bbdc00921eab"
    assert order["_createdDate"] == "2021-05-25T13:51:01.718Z"
    assert order["fulfillmentStatus"] == "FULFILLED"


def test_an_unknown_order_rejects(start: Start, own_functions: Code) -> None:
    with pytest.raises(VeloError) as refused:
        start(own_functions.folder).call("backend/own.js:getOrder", "nobody's")
    assert refused.value.details is not None
    assert refused.value.details["applicationError"]["code"] == "ORDER_NOT_FOUND"


def test_search_orders_resolves_to_orders_and_metadata(start: Start, own_functions: Code) -> None:
    answer = start(own_functions.folder).call("backend/own.js:searchOrders", {"filter": {"number": "10108"}})
    assert [order["_id"] for order in answer["orders"]] == ["265c7d98-a7c3-48c4-89cd-bbdc00921eab"]
    assert answer["metadata"]["hasNext"] is False


def test_update_order_resolves_to_the_changed_order(start: Start, own_functions: Code) -> None:
    order = start(own_functions.folder).call("backend/own.js:updateOrder", ORDER, {"archived": True})
    assert (order["_id"], order["archived"]) == (ORDER, True)


def seed_site(server: Server, site_id: str, seed: str) -> None:
    document = yaml.safe_load((fixtures() / f"{seed}.yaml").read_text(encoding="utf-8"))
    Control(server.url, site_id).call("POST", "seed", json.loads(json.dumps(document, default=str)))


def assert_documented(answer: Any, example: dict[str, Any]) -> None:
    """The answer is the documented one, in Velo's names, but for what the emulator makes up."""
    text = json.dumps(answer)
    assert '"id"' not in text
    assert '"createdDate"' not in text
    on_the_wire = json.loads(text.replace('"_id"', '"id"').replace('"_createdDate"', '"createdDate"'))
    seed = yaml.safe_load((fixtures() / f"{example['seed']}.yaml").read_text(encoding="utf-8"))
    orders = [order for order in seed["orders"] if order["id"] in order_ids(example["response"])]
    known = {one["id"] for order in orders for one in order["fulfillments"]} | {order["id"] for order in orders}
    assert Masked(known).value(on_the_wire) == Masked(known).value(example["response"])
