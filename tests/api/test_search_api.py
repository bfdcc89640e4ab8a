"""Search Orders over HTTP: the request's limits, pages and cursors."""

from typing import Any

import pytest
from httpx2 import Response

from emulator.domain.behaviours import Behaviours
from emulator.settings import Settings
from tests.api.shop import Shop, violations
from tests.factories import guid

LENIENT = Settings(seed=("empty",), behaviours=Behaviours(cursor_with_filter="ignore"))


def search(shop: Shop, **wanted: Any) -> Response:
    return shop.client.post("/ecom/v1/orders/search", json={"search": wanted})


def found(shop: Shop, **wanted: Any) -> list[str]:
    answer = search(shop, **wanted)
    assert answer.status_code == 200, answer.text
    return [order["id"] for order in answer.json()["orders"]]


def metadata(answer: Response) -> dict[str, Any]:
    return dict(answer.json()["metadata"])


def made(shop: Shop, count: int, **fields: Any) -> list[str]:
    """So many orders, the newest first, as a search answers with them."""
    days = [f"2026-01-{day:02d}T00:00:00.000Z" for day in range(count, 0, -1)]
    return [shop.order(createdDate=day, **fields) for day in days]


@pytest.mark.rule("R411")
@pytest.mark.parametrize("body", [{}, {"search": {}}, {"search": {"filter": {}, "sort": []}}])
def test_a_search_for_nothing_in_particular_finds_all_the_newest_first(shop: Shop, body: dict[str, Any]) -> None:
    ids = made(shop, 3)
    shop.order(status="INITIALIZED")
    answer = shop.client.post("/ecom/v1/orders/search", json=body)
    assert [order["id"] for order in answer.json()["orders"]] == ids
    assert metadata(answer) == {"count": 3, "cursors": {}, "hasNext": False}


@pytest.mark.rule("R411")
def test_a_found_order_is_the_order_that_get_order_answers_with(shop: Shop) -> None:
    order_id = shop.order(cartId=guid(9))
    assert search(shop).json()["orders"] == [shop.client.get(f"/ecom/v1/orders/{order_id}").json()["order"]]


@pytest.mark.rule("R411")
def test_a_filter_and_a_sort_are_followed(shop: Shop) -> None:
    first, second, third = made(shop, 3)
    shop.order(archived=True)
    ids = found(shop, filter={"archived": {"$ne": True}}, sort=[{"fieldName": "createdDate", "order": "ASC"}])
    assert ids == [third, second, first]


@pytest.mark.rule("R411")
def test_a_sort_without_a_direction_is_ascending(shop: Shop) -> None:
    ids = made(shop, 2)
    assert found(shop, sort=[{"fieldName": "createdDate"}]) == ids[::-1]


@pytest.mark.rule("R411")
def test_a_page_has_a_hundred_orders_unless_told_otherwise(shop: Shop) -> None:
    shop.client.post("/_emulator/orders", json={"count": 101})
    assert (metadata(search(shop))["count"], metadata(search(shop))["hasNext"]) == (100, True)
    assert metadata(search(shop, cursorPaging={"limit": 7}))["count"] == 7


@pytest.mark.rule("R411")
@pytest.mark.parametrize(("limit", "rule"), [(101, "MAX"), (-1, "MIN"), ("5", "FORMAT"), (1.5, "FORMAT")])
def test_a_limit_is_at_most_a_hundred(shop: Shop, limit: Any, rule: str) -> None:
    assert violations(search(shop, cursorPaging={"limit": limit})) == [("search.cursorPaging.limit", rule)]


@pytest.mark.rule("R411")
def test_a_limit_of_none_is_no_limit_of_the_callers(shop: Shop) -> None:
    ids = made(shop, 4)
    assert found(shop, cursorPaging={"limit": 0}) == ids
    cursor = metadata(search(shop, cursorPaging={"limit": 1}))["cursors"]["next"]
    assert found(shop, cursorPaging={"cursor": cursor, "limit": 0}) == ids[1:2]


@pytest.mark.rule("R411")
def test_a_sort_has_at_most_four_fields(shop: Shop) -> None:
    keys = [{"fieldName": name} for name in ("number", "status", "createdDate", "updatedDate", "buyerInfo.email")]
    assert search(shop, sort=keys[:4]).status_code == 200
    assert violations(search(shop, sort=keys)) == [("search.sort", "MAX_SIZE")]


@pytest.mark.rule("R411")
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ([{"fieldName": "createdDate", "order": "DOWN"}], [("search.sort[0].order", "INVALID_ENUM_VALUE")]),
        # as a live client sends it
        ([{"fieldName": "dateCreated"}, {"order": "DESC"}], [("search.sort[1].fieldName", "REQUIRED_FIELD")]),
        ([{"fieldName": "dateCreated"}], [("search.sort", "VALIDATION")]),
        ("createdDate", [("search.sort", "FORMAT")]),
    ],
    ids=str,
)
def test_a_malformed_sort_is_refused(shop: Shop, sort: Any, expected: list[tuple[str, str]]) -> None:
    assert violations(search(shop, sort=sort)) == expected


@pytest.mark.rule("R411")
@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"buyerNote": "x"}, "Field 'buyerNote' is not declared as filterable"),
        ({"status": {"$gt": "A"}}, "Field 'status' does not support $gt; it supports $eq, $in, $ne, $nin"),
        ({"createdDate": {"$gt": "soon"}}, "Field 'createdDate' cannot be compared with \"soon\" by $gt"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_with_the_reason(
    shop: Shop, wanted: dict[str, Any], message: str
) -> None:
    answer = search(shop, filter=wanted)
    assert violations(answer) == [("search.filter", "VALIDATION")]
    assert answer.json()["details"]["validationError"]["fieldViolations"][0]["description"] == message
    assert answer.headers["x-emulator-rule"] == "R411"


@pytest.mark.rule("R412")
def test_the_pages_lead_from_one_to_the_next_and_back(shop: Shop) -> None:
    ids = made(shop, 5)
    first = search(shop, cursorPaging={"limit": 2})
    assert (metadata(first)["hasNext"], set(metadata(first)["cursors"])) == (True, {"next"})
    second = search(shop, cursorPaging={"cursor": metadata(first)["cursors"]["next"]})
    assert [order["id"] for order in second.json()["orders"]] == ids[2:4]
    assert set(metadata(second)["cursors"]) == {"next", "prev"}
    last = search(shop, cursorPaging={"cursor": metadata(second)["cursors"]["next"]})
    assert metadata(last)["count"] == 1
    assert (metadata(last)["hasNext"], set(metadata(last)["cursors"])) == (False, {"prev"})
    assert found(shop, cursorPaging={"cursor": metadata(second)["cursors"]["prev"]}) == ids[:2]


@pytest.mark.rule("R412")
def test_a_cursor_may_come_with_another_limit(shop: Shop) -> None:
    ids = made(shop, 5)
    cursor = metadata(search(shop, cursorPaging={"limit": 1}))["cursors"]["next"]
    assert found(shop, cursorPaging={"cursor": cursor, "limit": 3}) == ids[1:4]


@pytest.mark.rule("R412")
@pytest.mark.parametrize("extra", [{"filter": {"status": "APPROVED"}}, {"sort": [{"fieldName": "number"}]}])
def test_a_cursor_cannot_be_combined_with_filter_or_sort(shop: Shop, extra: dict[str, Any]) -> None:
    made(shop, 3)
    cursor = metadata(search(shop, cursorPaging={"limit": 1}))["cursors"]["next"]
    answer = search(shop, cursorPaging={"cursor": cursor}, **extra)
    assert violations(answer) == [("search.cursorPaging.cursor", "VALIDATION")]
    assert "can't be combined" in answer.text
    assert answer.headers["x-emulator-rule"] == "R412"
    assert "--set cursor_with_filter=" in shop.client.get(answer.headers["x-emulator-explain"]).text


@pytest.mark.rule("R412")
@pytest.mark.parametrize("settings", [LENIENT])
def test_a_setting_makes_the_filter_beside_a_cursor_ignored(shop: Shop) -> None:
    ids = made(shop, 4)
    cursor = metadata(search(shop, cursorPaging={"limit": 1}))["cursors"]["next"]
    wanted = {"filter": {"status": "CANCELED"}, "sort": [{"fieldName": "number"}]}
    assert found(shop, cursorPaging={"cursor": cursor, "limit": 2}, **wanted) == ids[1:3]


@pytest.mark.rule("R412")
@pytest.mark.parametrize("cursor", ["forged", "e30=", "%00", "x" * 16_000])
def test_a_forged_cursor_is_refused(shop: Shop, cursor: str) -> None:
    answer = search(shop, cursorPaging={"cursor": cursor})
    assert violations(answer) == [("search.cursorPaging.cursor", "VALIDATION")]


@pytest.mark.rule("R412")
def test_a_cursor_has_at_most_16000_characters(shop: Shop) -> None:
    answer = search(shop, cursorPaging={"cursor": "x" * 16_001})
    assert violations(answer) == [("search.cursorPaging.cursor", "MAX_LENGTH")]


@pytest.mark.rule("R412")
@pytest.mark.parametrize("cursor", ["", None])
def test_an_empty_cursor_begins_at_the_beginning(shop: Shop, cursor: str | None) -> None:
    assert found(shop, cursorPaging={"cursor": cursor}, filter={"status": "APPROVED"}) == found(shop)


@pytest.mark.rule("R412")
def test_paging_goes_on_while_orders_come_and_change(shop: Shop) -> None:
    ids = made(shop, 9)
    seen, cursor = (
        found(shop, cursorPaging={"limit": 2}),
        metadata(search(shop, cursorPaging={"limit": 2}))["cursors"]["next"],
    )
    for number in range(20):
        shop.order(createdDate=f"2026-02-{number + 1:02d}T00:00:00.000Z")
        shop.created(ids[number % 9])
        answer = search(shop, cursorPaging={"cursor": cursor})
        seen += [order["id"] for order in answer.json()["orders"]]
        if not metadata(answer)["hasNext"]:
            break
        cursor = metadata(answer)["cursors"]["next"]
    assert seen == ids


@pytest.mark.rule("R413")
def test_a_stray_value_in_an_unmodelled_field_does_not_break_the_search(shop: Shop) -> None:
    slot = "shippingInfo.logistics.deliveryTimeSlot.from"
    shop.order(shippingInfo={"logistics": {"deliveryTimeSlot": {"from": [1]}}})
    assert found(shop, filter={slot: {"$gte": "2000-01-01"}}, sort=[{"fieldName": slot}]) == []
