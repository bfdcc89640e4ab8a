from typing import Any

import pytest

from emulator.domain import rules
from emulator.domain.behaviours import Behaviours
from emulator.domain.carriers import PREDEFINED_PROVIDERS
from emulator.domain.fulfillments import Fulfillment, FulfillmentDraft, FulfillmentPatch
from emulator.domain.orders import Order
from emulator.domain.refusals import (
    FulfillmentNotFound,
    InvalidRequest,
    LineItemNotFound,
    OrderNotApproved,
    QuantityExceedsRemaining,
    TrackingNumberAlreadyExists,
)
from emulator.domain.shipping import amend, fulfill, withdraw
from tests.factories import FOREIGN_ITEM, ITEM, NOW, ORDER_ID, OTHER_ITEM, draft, fulfillment, guid, order, patch

FEDEX = {"trackingNumber": "12345", "shippingProvider": "fedex"}
FEDEX_LINK = "https://www.fedex.com/apps/fedextrack/?action=track&trackingnumber="
UPS_LINK = "https://wwwapps.ups.com/WebTracking/track?track=yes&trackNums="
OWN_LINK = "https://parcels.example/12345"
CUSTOM = {"trackingNumber": "12345", "shippingProvider": "Mondial Relay", "trackingLink": OWN_LINK}


def fulfilled(
    before: Order, wanted: FulfillmentDraft, *, number: int = 1, elsewhere: bool = False, **behaviours: Any
) -> Order:
    return fulfill(
        before,
        wanted,
        fulfillment_id=guid(number),
        now=NOW,
        behaviours=Behaviours(**behaviours),
        taken_elsewhere=lambda _: elsewhere,
    )


def amended(
    before: Order, changes: FulfillmentPatch, *, number: int = 1, elsewhere: bool = False, **behaviours: Any
) -> Order:
    return amend(
        before,
        guid(number),
        changes,
        now=NOW,
        behaviours=Behaviours(**behaviours),
        taken_elsewhere=lambda _: elsewhere,
    )


def created(**fields: Any) -> Fulfillment:
    return fulfilled(order(), draft(**fields)).fulfillments[-1]


def updated(current: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The wire form of a fulfillment after an update, without what no update changes."""
    after = amended(order(fulfillments=[fulfillment(1, **current)]), patch(**changes))
    return after.fulfillments[0].model_dump(
        mode="json", exclude_none=True, exclude={"id", "created_date", "line_items"}
    )


def held(one: Fulfillment) -> dict[str, int | None]:
    return {item.id: item.quantity for item in one.line_items}


# Creating


def test_a_fulfillment_gets_the_given_id_and_date() -> None:
    assert (created().id, created().created_date) == (guid(1), NOW)


@pytest.mark.rule("R121", "R130")
def test_a_new_fulfillment_comes_after_the_earlier_ones() -> None:
    before = order(fulfillments=[fulfillment(1)])
    assert [one.id for one in fulfilled(before, draft(), number=2).fulfillments] == [guid(1), guid(2)]


def test_the_given_order_is_left_as_it_was() -> None:
    before = order()
    fulfilled(before, draft())
    assert before == order()


def test_creating_moves_the_updated_date_of_the_order() -> None:
    assert fulfilled(order(), draft()).updated_date == NOW


@pytest.mark.rule("R131")
def test_what_was_not_sent_is_not_stored() -> None:
    stored = created().model_dump(mode="json", exclude_none=True)
    assert set(stored) == {"id", "createdDate", "lineItems"}


@pytest.mark.rule("R108")
@pytest.mark.parametrize("status", ["Pending", "Accepted", "Ready", "In_Delivery", "Fulfilled"])
def test_status_and_completed_are_stored_as_sent(status: str) -> None:
    one = created(status=status, completed=True)
    assert (one.status, one.completed) == (status, True)


def test_custom_info_is_stored_as_sent() -> None:
    one = created(customInfo={"fieldsData": {"courier": "Ada", "": "empty key"}})
    assert one.custom_info is not None
    assert one.custom_info.fields_data == {"courier": "Ada", "": "empty key"}


@pytest.mark.rule("R101")
@pytest.mark.parametrize("status", ["INITIALIZED", "CANCELED", "PENDING", "REJECTED"])
def test_an_order_that_is_not_approved_is_refused(status: str) -> None:
    with pytest.raises(OrderNotApproved) as refused:
        fulfilled(order(status=status), draft())
    assert refused.value.data == {"orderId": ORDER_ID, "status": status}


@pytest.mark.rule("R101")
@pytest.mark.parametrize("payment_status", ["NOT_PAID", "PENDING", "FULLY_REFUNDED"])
def test_an_approved_order_may_be_shipped_whatever_its_payment_status(payment_status: str) -> None:
    assert fulfilled(order(paymentStatus=payment_status), draft()).fulfillments


# Quantities


@pytest.mark.rule("R102")
def test_a_line_item_may_be_split_over_fulfillments_up_to_its_quantity() -> None:
    once = fulfilled(order({ITEM: 3}), draft(quantity=1))
    twice = fulfilled(once, draft(quantity=2), number=2)
    assert [held(one) for one in twice.fulfillments] == [{ITEM: 1}, {ITEM: 2}]


@pytest.mark.rule("R102")
def test_with_line_item_split_once_a_line_item_goes_into_one_fulfillment_only() -> None:
    once = fulfilled(order({ITEM: 3}), draft(quantity=1), line_item_split="once")
    with pytest.raises(QuantityExceedsRemaining) as refused:
        fulfilled(once, draft(quantity=1), number=2, line_item_split="once")
    assert refused.value.data == {"lineItemId": ITEM, "requested": 1, "remaining": 0}


def test_with_line_item_split_once_another_line_item_is_still_free() -> None:
    once = fulfilled(order({ITEM: 3, OTHER_ITEM: 3}), draft(), line_item_split="once")
    assert len(fulfilled(once, draft(OTHER_ITEM), number=2, line_item_split="once").fulfillments) == 2


@pytest.mark.rule("R103")
def test_an_omitted_quantity_takes_all_that_remains() -> None:
    before = order({ITEM: 10}, fulfillments=[fulfillment(1, {ITEM: 4})])
    assert held(fulfilled(before, draft(quantity=None), number=2).fulfillments[-1]) == {ITEM: 6}


@pytest.mark.rule("R104")
@pytest.mark.parametrize("quantity", [4, 100_000])
def test_over_fulfilling_a_line_item_is_refused(quantity: int) -> None:
    before = order({ITEM: 5}, fulfillments=[fulfillment(1, {ITEM: 2})])
    with pytest.raises(QuantityExceedsRemaining) as refused:
        fulfilled(before, draft(quantity=quantity), number=2)
    assert refused.value.data == {"lineItemId": ITEM, "requested": quantity, "remaining": 3}
    assert refused.value.message == (f"line item {ITEM}: {quantity} were requested, 3 of 5 can still be fulfilled")


@pytest.mark.rule("R104")
def test_exactly_what_remains_may_be_fulfilled() -> None:
    before = order({ITEM: 5}, fulfillments=[fulfillment(1, {ITEM: 2})])
    assert held(fulfilled(before, draft(quantity=3), number=2).fulfillments[-1]) == {ITEM: 3}


@pytest.mark.rule("R104")
@pytest.mark.parametrize("quantity", [None, 1])
def test_a_line_item_with_nothing_left_is_refused(quantity: int | None) -> None:
    before = order({ITEM: 2}, fulfillments=[fulfillment(1, {ITEM: 2})])
    with pytest.raises(QuantityExceedsRemaining) as refused:
        fulfilled(before, draft(quantity=quantity), number=2)
    assert refused.value.data == {"lineItemId": ITEM, "requested": quantity, "remaining": 0}


@pytest.mark.rule("R106")
def test_a_line_item_that_the_order_does_not_have_is_refused() -> None:
    with pytest.raises(LineItemNotFound) as refused:
        fulfilled(order(), draft(FOREIGN_ITEM))
    assert refused.value.data == {"lineItemId": FOREIGN_ITEM}
    assert ITEM in refused.value.message


def test_one_bad_line_item_refuses_the_whole_fulfillment() -> None:
    wanted = FulfillmentDraft.model_validate({"lineItems": [{"id": ITEM}, {"id": FOREIGN_ITEM}]})
    with pytest.raises(LineItemNotFound):
        fulfilled(order(), wanted)


@pytest.mark.rule("R107")
def test_a_line_item_named_twice_counts_twice() -> None:
    wanted = FulfillmentDraft.model_validate({"lineItems": [{"id": ITEM, "quantity": 2}, {"id": ITEM, "quantity": 2}]})
    with pytest.raises(QuantityExceedsRemaining) as refused:
        fulfilled(order({ITEM: 3}), wanted)
    assert refused.value.data == {"lineItemId": ITEM, "requested": 2, "remaining": 1}


@pytest.mark.rule("R107")
def test_a_line_item_named_again_without_a_quantity_takes_the_rest() -> None:
    wanted = FulfillmentDraft.model_validate({"lineItems": [{"id": ITEM, "quantity": 2}, {"id": ITEM}]})
    one = fulfilled(order({ITEM: 5}), wanted).fulfillments[0]
    assert [(item.id, item.quantity) for item in one.line_items] == [(ITEM, 2), (ITEM, 3)]


# The order's fulfillment status


@pytest.mark.rule("R128")
@pytest.mark.parametrize(
    ("quantities", "status"),
    [
        ({ITEM: 1}, "PARTIALLY_FULFILLED"),
        ({ITEM: 2}, "PARTIALLY_FULFILLED"),
        ({ITEM: 2, OTHER_ITEM: 1}, "FULFILLED"),
    ],
)
def test_the_fulfillment_status_follows_the_quantities(quantities: dict[str, int], status: str) -> None:
    items = [{"id": item_id, "quantity": quantity} for item_id, quantity in quantities.items()]
    after = fulfilled(order({ITEM: 2, OTHER_ITEM: 1}), FulfillmentDraft.model_validate({"lineItems": items}))
    assert after.fulfillment_status == status


@pytest.mark.rule("R128")
def test_the_status_of_a_fulfillment_does_not_change_the_order() -> None:
    assert fulfilled(order({ITEM: 2}), draft(status="Fulfilled", completed=True)).fulfillment_status == (
        "PARTIALLY_FULFILLED"
    )


# Tracking links


@pytest.mark.rule("R110")
@pytest.mark.parametrize("provider", PREDEFINED_PROVIDERS)
def test_a_predefined_provider_brings_its_link(provider: str) -> None:
    one = created(trackingInfo={"trackingNumber": "12345", "shippingProvider": provider})
    assert one.tracking_info is not None
    assert one.tracking_info.tracking_link is not None
    assert one.tracking_info.tracking_link.endswith("=12345")


@pytest.mark.rule("R112")
def test_an_explicit_link_wins_over_the_generated_one() -> None:
    one = created(trackingInfo=FEDEX | {"trackingLink": OWN_LINK})
    assert one.tracking_info is not None
    assert one.tracking_info.tracking_link == OWN_LINK


@pytest.mark.parametrize("missing", ["trackingNumber", "shippingProvider"])
def test_without_number_or_provider_no_link_is_made(missing: str) -> None:
    one = created(trackingInfo={key: value for key, value in FEDEX.items() if key != missing})
    assert one.tracking_info is not None
    assert one.tracking_info.tracking_link is None


@pytest.mark.rule("R113")
@pytest.mark.parametrize("provider", ["Mondial Relay", "FedEx", "UPS", "other"])
def test_a_custom_provider_without_its_link_is_refused(provider: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        fulfilled(order(), draft(trackingInfo={"trackingNumber": "12345", "shippingProvider": provider}))
    violation = refused.value.violations[0]
    assert (violation.field, violation.violated_rule, violation.rule) == (
        "fulfillment.trackingInfo.trackingLink",
        "REQUIRED_FIELD",
        rules.CUSTOM_PROVIDER_LINK,
    )
    assert "canadaPost" in violation.description


@pytest.mark.rule("R113")
def test_a_custom_provider_with_its_link_is_stored_as_sent() -> None:
    one = created(trackingInfo=CUSTOM)
    assert one.tracking_info is not None
    assert one.tracking_info.model_dump() == CUSTOM


@pytest.mark.rule("R113")
def test_with_custom_provider_link_optional_a_custom_provider_may_lack_its_link() -> None:
    wanted = draft(trackingInfo={"trackingNumber": "12345", "shippingProvider": "other"})
    one = fulfilled(order(), wanted, custom_provider_link="optional").fulfillments[0]
    assert one.tracking_info is not None
    assert one.tracking_info.tracking_link is None


# Tracking numbers


@pytest.mark.rule("R115", "R116")
@pytest.mark.parametrize("provider", ["fedex", "ups"])
def test_a_number_that_another_fulfillment_of_the_order_has_is_refused(provider: str) -> None:
    before = order(fulfillments=[fulfillment(1, trackingInfo=FEDEX)])
    wanted = draft(trackingInfo={"trackingNumber": "12345", "shippingProvider": provider})
    with pytest.raises(TrackingNumberAlreadyExists) as refused:
        fulfilled(before, wanted, number=2)
    assert refused.value.message == "fulfillment with tracking number already exist"


@pytest.mark.rule("R116")
@pytest.mark.parametrize("number", ["12345 ", "12345a", "012345", "1234"])
def test_numbers_are_compared_exactly(number: str) -> None:
    before = order(fulfillments=[fulfillment(1, trackingInfo=FEDEX)])
    wanted = draft(trackingInfo={"trackingNumber": number, "shippingProvider": "fedex"})
    assert len(fulfilled(before, wanted, number=2).fulfillments) == 2


@pytest.mark.rule("R116")
@pytest.mark.parametrize(("scope", "is_refused"), [("order", False), ("site", True), ("off", False)])
def test_a_number_of_another_order_counts_only_with_scope_site(scope: str, is_refused: bool) -> None:
    wanted = draft(trackingInfo=FEDEX)
    if is_refused:
        with pytest.raises(TrackingNumberAlreadyExists):
            fulfilled(order(), wanted, elsewhere=True, duplicate_tracking_scope=scope)
    else:
        assert fulfilled(order(), wanted, elsewhere=True, duplicate_tracking_scope=scope).fulfillments


@pytest.mark.rule("R116")
def test_with_scope_off_any_number_may_repeat() -> None:
    before = order(fulfillments=[fulfillment(1, trackingInfo=FEDEX)])
    after = fulfilled(before, draft(trackingInfo=FEDEX), number=2, duplicate_tracking_scope="off")
    assert len(after.fulfillments) == 2


@pytest.mark.parametrize("elsewhere", [True, False])
def test_fulfillments_without_a_number_never_conflict(elsewhere: bool) -> None:
    before = order(fulfillments=[fulfillment(1), fulfillment(2, trackingInfo={"shippingProvider": "fedex"})])
    wanted = draft(trackingInfo={"shippingProvider": "fedex"})
    after = fulfilled(before, wanted, number=3, elsewhere=elsewhere, duplicate_tracking_scope="site")
    assert len(after.fulfillments) == 3


# Changing


@pytest.mark.rule("R118")
def test_a_value_sets_a_field() -> None:
    assert updated({}, status="Ready", completed=False) == {"status": "Ready", "completed": False}


@pytest.mark.rule("R118")
def test_null_removes_a_field() -> None:
    assert updated({"status": "Ready", "completed": True}, status=None, completed=None) == {}


@pytest.mark.rule("R118")
def test_an_absent_field_stays() -> None:
    current = {"status": "Ready", "completed": True}
    assert updated(current, status="Fulfilled") == {"status": "Fulfilled", "completed": True}


@pytest.mark.rule("R108")
@pytest.mark.parametrize("status", ["Pending", "Accepted", "Ready", "In_Delivery"])
def test_any_status_may_follow_any_other(status: str) -> None:
    assert updated({"status": "Fulfilled"}, status=status) == {"status": status}


@pytest.mark.rule("R114", "R118")
def test_a_new_number_gets_a_new_link_and_keeps_the_provider() -> None:
    current = {"trackingInfo": FEDEX | {"trackingLink": f"{FEDEX_LINK}12345"}}
    assert updated(current, trackingInfo={"trackingNumber": "45782"}) == {
        "trackingInfo": {"trackingNumber": "45782", "shippingProvider": "fedex", "trackingLink": f"{FEDEX_LINK}45782"}
    }


@pytest.mark.rule("R114")
def test_a_new_provider_gets_a_new_link_and_keeps_the_number() -> None:
    current = {"trackingInfo": FEDEX | {"trackingLink": f"{FEDEX_LINK}12345"}}
    assert updated(current, trackingInfo={"shippingProvider": "ups"}) == {
        "trackingInfo": {"trackingNumber": "12345", "shippingProvider": "ups", "trackingLink": f"{UPS_LINK}12345"}
    }


@pytest.mark.rule("R112", "R114")
def test_an_update_that_sends_a_link_keeps_that_link() -> None:
    current = {"trackingInfo": FEDEX | {"trackingLink": f"{FEDEX_LINK}12345"}}
    changed = updated(current, trackingInfo={"trackingNumber": "45782", "trackingLink": OWN_LINK})
    assert changed["trackingInfo"]["trackingLink"] == OWN_LINK


@pytest.mark.rule("R114", "R118")
def test_null_removes_a_link_and_none_is_made_for_it() -> None:
    current = {"trackingInfo": FEDEX | {"trackingLink": f"{FEDEX_LINK}12345"}}
    assert updated(current, trackingInfo={"trackingNumber": "45782", "trackingLink": None}) == {
        "trackingInfo": {"trackingNumber": "45782", "shippingProvider": "fedex"}
    }


@pytest.mark.rule("R114")
def test_an_update_of_neither_number_nor_provider_keeps_an_own_link() -> None:
    current = {"trackingInfo": FEDEX | {"trackingLink": OWN_LINK}}
    changed = updated(current, status="Ready", trackingInfo=FEDEX)
    assert changed["trackingInfo"]["trackingLink"] == OWN_LINK


@pytest.mark.rule("R114")
def test_a_custom_provider_keeps_its_link_when_the_number_changes() -> None:
    changed = updated({"trackingInfo": CUSTOM}, trackingInfo={"trackingNumber": "45782"})
    assert changed["trackingInfo"] == CUSTOM | {"trackingNumber": "45782"}


@pytest.mark.rule("R113", "R114")
def test_a_change_to_a_custom_provider_without_a_link_is_refused() -> None:
    before = order(fulfillments=[fulfillment(1, trackingInfo=FEDEX | {"trackingLink": f"{FEDEX_LINK}12345"})])
    with pytest.raises(InvalidRequest) as refused:
        amended(before, patch(trackingInfo={"shippingProvider": "other"}))
    assert refused.value.rule is rules.CUSTOM_PROVIDER_LINK


@pytest.mark.rule("R114")
def test_a_change_to_a_custom_provider_drops_the_old_link_where_the_link_is_optional() -> None:
    before = order(fulfillments=[fulfillment(1, trackingInfo=FEDEX | {"trackingLink": f"{FEDEX_LINK}12345"})])
    after = amended(before, patch(trackingInfo={"shippingProvider": "other"}), custom_provider_link="optional")
    tracking = after.fulfillments[0].tracking_info
    assert tracking is not None
    assert tracking.tracking_link is None


@pytest.mark.rule("R113")
def test_taking_the_link_of_a_custom_provider_away_is_refused() -> None:
    before = order(fulfillments=[fulfillment(1, trackingInfo=CUSTOM)])
    with pytest.raises(InvalidRequest):
        amended(before, patch(trackingInfo={"trackingLink": None}))


@pytest.mark.rule("R113")
def test_a_custom_provider_that_lacks_its_link_already_may_be_updated() -> None:
    lacking = {"trackingNumber": "1", "shippingProvider": "other"}
    assert updated({"trackingInfo": lacking}, trackingInfo={"trackingNumber": "2"}) == {
        "trackingInfo": {"trackingNumber": "2", "shippingProvider": "other"}
    }


@pytest.mark.rule("R118")
def test_removing_the_number_removes_the_generated_link() -> None:
    current = {"trackingInfo": FEDEX | {"trackingLink": f"{FEDEX_LINK}12345"}}
    assert updated(current, trackingInfo={"trackingNumber": None}) == {"trackingInfo": {"shippingProvider": "fedex"}}


@pytest.mark.rule("R118")
def test_null_removes_tracking_info_as_a_whole() -> None:
    assert updated({"trackingInfo": CUSTOM}, trackingInfo=None) == {}


@pytest.mark.rule("R109")
def test_custom_info_replaces_tracking_info() -> None:
    custom = {"customInfo": {"fieldsData": {"courier": "Ada"}}}
    assert updated({"trackingInfo": CUSTOM}, **custom) == custom


@pytest.mark.rule("R109")
def test_tracking_info_replaces_custom_info() -> None:
    current = {"customInfo": {"fieldsData": {"courier": "Ada"}}}
    assert updated(current, trackingInfo=CUSTOM) == {"trackingInfo": CUSTOM}


@pytest.mark.rule("R118")
def test_fields_data_is_replaced_whole() -> None:
    current = {"customInfo": {"fieldsData": {"courier": "Ada", "bike": "red"}}}
    changed = updated(current, customInfo={"fieldsData": {"courier": "Bo"}})
    assert changed == {"customInfo": {"fieldsData": {"courier": "Bo"}}}


def test_null_for_the_kind_that_is_not_there_changes_nothing() -> None:
    assert updated({"trackingInfo": CUSTOM}, customInfo=None) == {"trackingInfo": CUSTOM}


def test_an_update_that_changes_nothing_returns_the_very_order() -> None:
    before = order(fulfillments=[fulfillment(1, status="Ready", trackingInfo=CUSTOM)])
    assert amended(before, patch(status="Ready", trackingInfo=CUSTOM)) is before


def test_an_update_moves_the_updated_date_of_the_order() -> None:
    assert amended(order(fulfillments=[fulfillment(1)]), patch(status="Ready")).updated_date == NOW


@pytest.mark.rule("R121")
def test_an_update_leaves_the_other_fulfillments_in_their_places() -> None:
    before = order(fulfillments=[fulfillment(1), fulfillment(2), fulfillment(3)])
    after = amended(before, patch(status="Ready"), number=2)
    assert [(one.id, one.status) for one in after.fulfillments] == [
        (guid(1), None),
        (guid(2), "Ready"),
        (guid(3), None),
    ]


@pytest.mark.rule("R124")
def test_updating_an_unknown_fulfillment_is_refused() -> None:
    with pytest.raises(FulfillmentNotFound):
        amended(order(fulfillments=[fulfillment(1)]), patch(status="Ready"), number=2)


@pytest.mark.rule("R101")
def test_a_fulfillment_of_an_order_that_was_canceled_since_may_be_updated() -> None:
    before = order(status="CANCELED", fulfillments=[fulfillment(1)])
    assert amended(before, patch(status="Ready")).fulfillments[0].status == "Ready"


@pytest.mark.rule("R119")
@pytest.mark.parametrize(
    "line_items",
    [
        [{"id": ITEM, "quantity": 3}],
        [{"id": OTHER_ITEM, "quantity": 2}],
        [{"id": ITEM, "quantity": 2}, {"id": OTHER_ITEM, "quantity": 1}],
        [{"id": ITEM, "quantity": 1}, {"id": ITEM, "quantity": 1}],
        [],
        None,
    ],
)
def test_line_items_that_differ_are_refused(line_items: list[dict[str, Any]] | None) -> None:
    before = order({ITEM: 9, OTHER_ITEM: 9}, fulfillments=[fulfillment(1, {ITEM: 2})])
    with pytest.raises(InvalidRequest) as refused:
        amended(before, patch(lineItems=line_items, status="Ready"))
    assert refused.value.violations[0].field == "fulfillment.lineItems"
    assert refused.value.rule is rules.LINE_ITEMS_FIXED


@pytest.mark.rule("R119")
@pytest.mark.parametrize(
    "line_items",
    [
        [{"id": ITEM, "quantity": 2}, {"id": OTHER_ITEM, "quantity": 1}],
        [{"id": OTHER_ITEM, "quantity": 1}, {"id": ITEM, "quantity": 2}],
        [{"id": ITEM}, {"id": OTHER_ITEM}],
    ],
)
def test_line_items_equal_to_the_present_ones_are_ignored(line_items: list[dict[str, Any]]) -> None:
    before = order({ITEM: 9, OTHER_ITEM: 9}, fulfillments=[fulfillment(1, {ITEM: 2, OTHER_ITEM: 1})])
    after = amended(before, patch(lineItems=line_items, status="Ready"))
    assert (held(after.fulfillments[0]), after.fulfillments[0].status) == ({ITEM: 2, OTHER_ITEM: 1}, "Ready")


@pytest.mark.rule("R115")
def test_updating_to_a_number_that_another_fulfillment_has_is_refused() -> None:
    before = order(fulfillments=[fulfillment(1), fulfillment(2, trackingInfo=FEDEX)])
    with pytest.raises(TrackingNumberAlreadyExists):
        amended(before, patch(trackingInfo=FEDEX))


@pytest.mark.rule("R116")
@pytest.mark.parametrize("scope", ["order", "site"])
def test_a_fulfillment_may_keep_its_own_number(scope: str) -> None:
    before = order(fulfillments=[fulfillment(1, trackingInfo=CUSTOM), fulfillment(2, trackingInfo=CUSTOM)])
    changes = patch(trackingInfo={"trackingNumber": "12345", "shippingProvider": "ups"})
    after = amended(before, changes, elsewhere=True, duplicate_tracking_scope=scope)
    tracking = after.fulfillments[0].tracking_info
    assert tracking is not None
    assert tracking.shipping_provider == "ups"


@pytest.mark.rule("R116")
def test_updating_to_a_number_of_another_order_is_refused_with_scope_site() -> None:
    before = order(fulfillments=[fulfillment(1)])
    with pytest.raises(TrackingNumberAlreadyExists):
        amended(before, patch(trackingInfo=FEDEX), elsewhere=True, duplicate_tracking_scope="site")


# Deleting


@pytest.mark.rule("R120")
def test_deleting_gives_the_quantity_back() -> None:
    before = order({ITEM: 2}, fulfillments=[fulfillment(1, {ITEM: 2})])
    after = withdraw(before, guid(1), now=NOW)
    assert dict(after.remaining()) == {ITEM: 2}
    assert after.fulfillment_status == "NOT_FULFILLED"


@pytest.mark.rule("R120")
def test_deleting_leaves_the_other_fulfillments() -> None:
    before = order(fulfillments=[fulfillment(1), fulfillment(2), fulfillment(3)])
    assert [one.id for one in withdraw(before, guid(2), now=NOW).fulfillments] == [guid(1), guid(3)]


@pytest.mark.rule("R116", "R120")
def test_the_number_of_a_deleted_fulfillment_is_free_again() -> None:
    before = order(fulfillments=[fulfillment(1, trackingInfo=FEDEX)])
    after = fulfilled(withdraw(before, guid(1), now=NOW), draft(trackingInfo=FEDEX), number=2)
    assert [one.id for one in after.fulfillments] == [guid(2)]


def test_deleting_moves_the_updated_date_of_the_order() -> None:
    assert withdraw(order(fulfillments=[fulfillment(1)]), guid(1), now=NOW).updated_date == NOW


@pytest.mark.rule("R124")
def test_deleting_an_unknown_fulfillment_is_refused() -> None:
    with pytest.raises(FulfillmentNotFound) as refused:
        withdraw(order(fulfillments=[fulfillment(1)]), guid(2), now=NOW)
    assert refused.value.data == {"fulfillmentId": guid(2), "orderId": ORDER_ID}
