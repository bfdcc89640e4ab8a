"""A fulfillment is changed."""

from typing import Any

import pytest

from emulator.domain import rules
from emulator.domain.refusals import FulfillmentNotFound, InvalidRequest, TrackingNumberAlreadyExists
from tests.domain.shipping import CUSTOM, FEDEX, FEDEX_LINK, OWN_LINK, UPS_LINK, amended, held, updated
from tests.factories import ITEM, NOW, OTHER_ITEM, fulfillment, guid, order, patch


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


@pytest.mark.rule("R118")
def test_with_another_change_custom_info_takes_the_order_in_which_it_is_sent() -> None:
    current = {"customInfo": {"fieldsData": {"courier": "Ada", "bike": "red"}}}
    changed = updated(current, customInfo={"fieldsData": {"bike": "red", "courier": "Ada"}}, status="Ready")
    assert list(changed["customInfo"]["fieldsData"]) == ["bike", "courier"]


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
    assert refused.value.violations[0].field == "lineItems"
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
