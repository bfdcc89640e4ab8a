"""What an order's history says of its fulfillments."""

from datetime import timedelta
from typing import Any

import pytest

from emulator.domain.behaviours import Behaviours
from emulator.domain.orders import Order
from emulator.domain.shipping import amend, fulfill, withdraw
from tests.factories import ITEM, NOW, draft, fulfillment, guid, order, patch

LATER = NOW + timedelta(hours=1)
FEDEX = {"trackingNumber": "12345", "shippingProvider": "fedex"}


def fulfilled(before: Order, quantity: int = 1, **fields: Any) -> Order:
    return fulfill(
        before,
        draft(ITEM, quantity, **fields),
        fulfillment_id=guid(7),
        now=NOW,
        behaviours=Behaviours(),
        taken_elsewhere=lambda _: False,
    )


def amended(before: Order, **fields: Any) -> Order:
    return amend(
        before,
        before.fulfillments[0].id,
        patch(**fields),
        now=LATER,
        behaviours=Behaviours(),
        taken_elsewhere=lambda _: False,
    )


def history(made: Order) -> list[str]:
    return [one.type for one in made.activities or ()]


@pytest.mark.rule("R406")
def test_a_tracking_number_is_noted_at_the_fulfillments_created_date() -> None:
    made = fulfilled(order(), trackingInfo=FEDEX)
    (noted,) = made.activities or ()
    assert (noted.type, noted.created_date) == ("TRACKING_NUMBER_ADDED", made.fulfillments[0].created_date)


@pytest.mark.rule("R406")
def test_a_tracking_number_that_completes_an_order_is_noted_alone() -> None:
    made = fulfilled(order({ITEM: 1}), trackingInfo=FEDEX)
    assert (made.fulfillment_status, history(made)) == ("FULFILLED", ["TRACKING_NUMBER_ADDED"])


@pytest.mark.rule("R406")
def test_a_link_without_a_number_is_noted_as_such() -> None:
    made = fulfilled(order(), trackingInfo={"shippingProvider": "Bike", "trackingLink": "https://bike.example"})
    assert history(made) == ["TRACKING_LINK_ADDED"]


@pytest.mark.rule("R406")
@pytest.mark.parametrize("fields", [{}, {"customInfo": {"fieldsData": {"a": "b"}}}, {"trackingInfo": {}}], ids=str)
def test_completing_an_order_without_a_parcel_is_noted(fields: dict[str, Any]) -> None:
    assert history(fulfilled(order({ITEM: 2}), 2, **fields)) == ["ORDER_FULFILLED"]
    assert history(fulfilled(order({ITEM: 2}), 1, **fields)) == []


@pytest.mark.rule("R406")
def test_taking_back_what_completed_an_order_is_noted() -> None:
    complete = order({ITEM: 2}, fulfillments=[fulfillment(1), fulfillment(2)])
    made = withdraw(complete, guid(2), now=LATER)
    assert [(one.type, one.created_date) for one in made.activities or ()] == [("ORDER_NOT_FULFILLED", LATER)]


@pytest.mark.rule("R406")
def test_taking_back_a_part_of_an_order_that_was_not_complete_is_not_noted() -> None:
    assert history(withdraw(order({ITEM: 2}, fulfillments=[fulfillment(1)]), guid(1), now=LATER)) == []


@pytest.mark.rule("R406")
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"trackingInfo": FEDEX}, ["TRACKING_NUMBER_ADDED"]),
        ({"trackingInfo": FEDEX}, {"trackingInfo": {"trackingNumber": "2"}}, ["TRACKING_NUMBER_EDITED"]),
        ({"trackingInfo": FEDEX}, {"trackingInfo": {"trackingNumber": "12345"}}, []),
        ({"trackingInfo": FEDEX}, {"trackingInfo": {"trackingNumber": None}}, []),
        ({"trackingInfo": FEDEX}, {"status": "Ready"}, []),
        (
            {"trackingInfo": {"trackingNumber": "1"}},
            {"trackingInfo": {"trackingLink": "https://bike.example"}},
            ["TRACKING_LINK_ADDED"],
        ),
        (
            {"trackingInfo": {"trackingNumber": "1", "trackingLink": "https://bike.example"}},
            {"trackingInfo": {"trackingLink": "https://car.example"}},
            [],
        ),
        ({"trackingInfo": FEDEX}, {"customInfo": {"fieldsData": {}}}, []),
    ],
    ids=str,
)
def test_a_change_of_a_parcel_is_noted(before: dict[str, Any], after: dict[str, Any], expected: list[str]) -> None:
    made = order(fulfillments=[fulfillment(1, **before)])
    changed = amended(made, **after)
    assert history(changed) == expected
    assert all(one.created_date == LATER for one in changed.activities or ())


@pytest.mark.rule("R406")
def test_the_history_goes_on_from_what_it_was() -> None:
    placed = {"type": "ORDER_PLACED", "createdDate": "2026-01-01T00:00:00.000Z"}
    assert history(fulfilled(order(activities=[placed]), trackingInfo=FEDEX)) == [
        "ORDER_PLACED",
        "TRACKING_NUMBER_ADDED",
    ]


@pytest.mark.rule("R406")
def test_of_more_than_a_thousand_activities_the_oldest_go() -> None:
    old = [{"type": f"OLD_{number}", "createdDate": "2026-01-01T00:00:00.000Z"} for number in range(1_000)]
    made = history(fulfilled(order(activities=old), trackingInfo=FEDEX))
    assert len(made) == 1_000
    assert (made[0], made[-1]) == ("OLD_1", "TRACKING_NUMBER_ADDED")
