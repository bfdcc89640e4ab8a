from collections.abc import Iterable
from http import HTTPMethod

import pytest

from emulator.api.fulfillment_routes import FULFILLMENTS
from emulator.api.operation import Operation
from emulator.api.paths import PathTable
from emulator.api.routes import OPERATIONS
from emulator.domain.refusals import InvalidRequest, MethodNotAllowed, PathNotFound
from tests.api.shop import BASE, Shop, code
from tests.factories import guid

TABLE = PathTable(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: str(one.id))
def test_every_operation_is_found_by_its_method_and_path(operation: Operation) -> None:
    found, parameters = TABLE.find(operation.method, operation.path)
    assert found is operation
    assert {f"{{{name}}}" for name in parameters} == set(parameters.values())


def test_no_two_operations_share_method_and_path() -> None:
    rows = [(one.method, one.path) for one in OPERATIONS]
    assert len(rows) == len(set(rows))
    assert len({one.id for one in OPERATIONS}) == len(OPERATIONS)


def test_path_parameters_are_decoded() -> None:
    _, parameters = TABLE.find("GET", f"{BASE}/orders/a%2Fb%20%C3%BC+")
    assert parameters == {"orderId": "a/b ü+"}


def test_a_dotted_parameter_keeps_its_name() -> None:
    _, parameters = TABLE.find("PATCH", f"{BASE}/{guid(1)}/orders/mine")
    assert parameters == {"fulfillment.id": guid(1), "orderId": "mine"}


def test_a_literal_segment_wins_over_a_parameter() -> None:
    assert TABLE.find("POST", f"{BASE}/orders/bulk/create-fulfillments")[0].id == "bulkCreateFulfillments"


def test_after_a_literal_that_leads_nowhere_the_parameter_is_tried() -> None:
    operation, parameters = TABLE.find("POST", f"{BASE}/orders/bulk/create-fulfillment")
    assert (operation.id, parameters) == ("createFulfillment", {"orderId": "bulk"})
    operation, parameters = TABLE.find("DELETE", f"{BASE}/orders/orders/mine")
    assert (operation.id, parameters) == ("deleteFulfillment", {"fulfillmentId": "orders", "orderId": "mine"})


@pytest.mark.rule("R208")
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "//",
        "/ecom",
        f"x{BASE}/orders/a",
        f"{BASE}/orders/a"[1:],
        BASE,
        f"{BASE}/",
        f"{BASE}/orders/",
        f"{BASE}/orders//create-fulfillment",
        f"{BASE}/orders/a/create-fulfillment//",
        f"{BASE}/Orders/a",
        f"{BASE}/orders/a/create-fulfillments",
        f"{BASE}%2Forders/a",
        "/ecom/v2/orders/a",
        "/" + "a/" * 5_000,
    ],
)
def test_any_other_path_is_not_found(path: str) -> None:
    with pytest.raises(PathNotFound):
        TABLE.find("POST", path)


def test_a_slash_at_the_end_does_not_matter() -> None:
    operation, parameters = TABLE.find("GET", f"{BASE}/orders/mine/")
    assert (operation.id, parameters) == ("listFulfillmentsForSingleOrder", {"orderId": "mine"})


def test_head_is_answered_as_get_is() -> None:
    assert TABLE.find("HEAD", f"{BASE}/orders/mine")[0].id == "listFulfillmentsForSingleOrder"


@pytest.mark.rule("R208")
def test_a_known_path_with_another_method_names_the_methods_that_it_has() -> None:
    with pytest.raises(MethodNotAllowed) as refused:
        TABLE.find("POST", f"{BASE}/{guid(1)}/orders/mine")
    assert refused.value.allowed == ("DELETE", "PATCH")


@pytest.mark.parametrize("segment", ["%FF", "%C3", "%ED%A0%80", "a%80b"])
def test_a_parameter_that_is_no_utf_8_is_a_violation_of_its_field(segment: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        TABLE.find("GET", f"{BASE}/orders/{segment}")
    assert [(one.field, one.violated_rule) for one in refused.value.violations] == [("orderId", "FORMAT")]


@pytest.mark.parametrize(
    ("segment", "decoded"), [("%", "%"), ("%zz", "%zz"), ("%4", "%4"), ("%00", "\x00"), ("%25", "%")]
)
def test_an_incomplete_percent_sign_stands_for_itself(segment: str, decoded: str) -> None:
    assert TABLE.find("GET", f"{BASE}/orders/{segment}")[1] == {"orderId": decoded}


@pytest.mark.rule("R208")
@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/ecom/v1/fulfillment/orders/a", f"did you mean GET {BASE}/orders/{{orderId}}?"),
        ("/ecom/v1/order/a", "did you mean GET /ecom/v1/orders/{id}?"),
        ("/zzz", "GET /_emulator/manifest lists what is emulated"),
    ],
)
def test_an_unknown_path_answers_404_with_a_hint(shop: Shop, path: str, hint: str) -> None:
    answer = shop.client.get(path)
    assert code(answer) == (404, "NOT_FOUND")
    assert hint in answer.json()["message"]
    assert answer.headers["x-emulator-rule"] == "R208"


@pytest.mark.rule("R208")
@pytest.mark.parametrize(
    ("method", "path", "meant"),
    [
        (
            "DELETE",
            f"{BASE}/orders/{guid(1)}/fulfillments/{guid(2)}",
            f"DELETE {BASE}/{{fulfillmentId}}/orders/{{orderId}}",
        ),
        ("PATCH", f"{BASE}/orders/{guid(1)}/fulfillments/7", f"PATCH {BASE}/{{fulfillment.id}}/orders/{{orderId}}"),
        ("POST", f"{BASE}/orders/{guid(1)}/fulfillments", f"POST {BASE}/orders/{{orderId}}/create-fulfillment"),
        ("POST", f"{BASE}/bulk/create-fulfillments", f"POST {BASE}/orders/bulk/create-fulfillments"),
        ("PUT", f"{BASE}/{guid(1)}/order/{guid(2)}", f"PATCH {BASE}/{{fulfillment.id}}/orders/{{orderId}}"),
    ],
)
def test_the_hint_has_the_method_that_was_asked_for_if_it_can(shop: Shop, method: str, path: str, meant: str) -> None:
    assert f"did you mean {meant}?" in shop.client.request(method, path).json()["message"]


@pytest.mark.rule("R208")
def test_an_id_that_was_not_set_is_told(shop: Shop) -> None:
    message = shop.client.post(f"{BASE}/orders//create-fulfillment").json()["message"]
    assert "a part of the path is empty, such as an id that is not set; did you mean" in message
    assert message.endswith("/orders/{orderId}/create-fulfillment?")


@pytest.mark.rule("R208")
@pytest.mark.parametrize("method", sorted({*HTTPMethod} - {"POST", "OPTIONS", "CONNECT", "HEAD"}))
def test_an_unknown_method_answers_405_with_the_allowed_ones(shop: Shop, method: str) -> None:
    answer = shop.client.request(method, "/ecom/v1/fulfillments/list-by-ids")
    assert code(answer) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "POST"


@pytest.mark.rule("R208")
def test_an_unknown_path_of_the_control_plane_answers_in_the_same_shape(shop: Shop) -> None:
    answer = shop.client.get("/_emulator/helth")
    assert code(answer) == (404, "NOT_FOUND")
    assert "did you mean GET /_emulator/health?" in answer.json()["message"]


def test_a_path_that_the_first_operations_lack_is_looked_for_among_all_which_are_asked_for_once() -> None:
    asked = []

    def everything() -> Iterable[Operation]:
        asked.append(1)
        return OPERATIONS

    table = PathTable(FULFILLMENTS, everything)
    for operation in FULFILLMENTS:
        assert table.find(operation.method, operation.path)[0] is operation
    assert not asked
    for operation in OPERATIONS:
        assert table.find(operation.method, operation.path)[0] is operation
    with pytest.raises(PathNotFound, match="did you mean"):
        table.find("GET", "/ecom/v1/order")
    assert asked == [1]
