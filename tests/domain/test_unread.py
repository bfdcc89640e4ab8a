"""What nobody reads in a request, and what was probably meant."""

from typing import Any

import pytest

from emulator.api.bulk_fulfillments import BulkCreateFulfillmentRequest
from emulator.api.fulfillments import CreateFulfillmentRequest
from emulator.domain.orders import Order
from emulator.domain.unread import (
    Unread,
    doubtful_providers,
    misspelled_fields,
    nearest,
    nearly_predefined,
    unread_fields,
)

Json = dict[str, Any]


def unread(value: Json) -> list[tuple[str, str | None]]:
    return [(one.path, one.did_you_mean) for one in unread_fields(CreateFulfillmentRequest, value)]


def test_what_is_read_is_not_mentioned() -> None:
    parcel = {"trackingNumber": "1", "shippingProvider": "dhl", "trackingLink": None}
    items = [{"id": "x", "quantity": 1}]
    assert (
        unread({"orderId": "x", "fulfillment": {"lineItems": items, "trackingInfo": parcel, "completed": True}}) == []
    )


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"fulfilment": {}}, ("fulfilment", "fulfillment")),
        ({"fulfillment": {"line_items": []}}, ("fulfillment.line_items", "fulfillment.lineItems")),
        ({"fulfillment": {"LineItems": []}}, ("fulfillment.LineItems", "fulfillment.lineItems")),
        (
            {"fulfillment": {"trackingNumber": "1"}},
            ("fulfillment.trackingNumber", "fulfillment.trackingInfo.trackingNumber"),
        ),
        ({"status": "Ready"}, ("status", "fulfillment.status")),
        ({"whatever": 1}, ("whatever", None)),
        (
            {"fulfillment": {"lineItems": [{}, {"qantity": 1}]}},
            ("fulfillment.lineItems[1].qantity", "fulfillment.lineItems[1].quantity"),
        ),
    ],
)
def test_an_unread_field_comes_with_what_was_probably_meant(value: Json, found: tuple[str, str | None]) -> None:
    assert unread(value) == [found]


def test_values_of_the_wrong_kind_are_no_concern_here() -> None:
    assert unread({"fulfillment": []}) == []
    assert unread({"fulfillment": {"lineItems": {"id": 1}, "trackingInfo": "x"}}) == []


def test_a_free_map_may_have_any_key() -> None:
    assert unread({"fulfillment": {"customInfo": {"fieldsData": {"anything": "goes"}}}}) == []


def test_arrays_in_arrays_are_searched() -> None:
    value: Json = {"ordersWithFulfillments": [{"fulfillments": [{"tracking": {}}]}]}
    (found,) = unread_fields(BulkCreateFulfillmentRequest, value)
    assert found.path == "ordersWithFulfillments[0].fulfillments[0].tracking"


@pytest.mark.parametrize(
    ("value", "path", "meant"),
    [
        ({"lineitems": []}, "lineitems", "lineItems"),
        ({"line_items": []}, "line_items", "lineItems"),
        ({"lineItem": []}, "lineItem", "lineItems"),
        ({"lineItems": [{}, {"Quantity": 1}]}, "lineItems[1].Quantity", "quantity"),
        ({"priceSummary": {"totals": {}}}, "priceSummary.totals", "total"),
    ],
)
def test_a_field_of_an_open_model_in_another_spelling_is_found(value: Json, path: str, meant: str) -> None:
    assert misspelled_fields(Order, value) == [Unread(path, meant)]


@pytest.mark.rule("R401")
@pytest.mark.parametrize(
    "value", [{"addressLine1": 1}, {"billingInfo": {"address": {"addressLine1": "a"}}}, {"qty": 3}, {"lineItems": 3}]
)
def test_a_field_that_is_merely_similar_or_unknown_is_no_misspelling(value: Json) -> None:
    assert misspelled_fields(Order, value) == []


def test_an_open_model_reads_everything() -> None:
    assert unread_fields(Order, {"anything": 1}) == []


@pytest.mark.parametrize(
    ("provider", "meant"),
    [
        ("Fedex", "fedex"),
        ("FEDEX", "fedex"),
        ("FedEx Ground", "fedex"),
        ("canada-post", "canadaPost"),
        ("Canada Post", "canadaPost"),
        ("canadapost", "canadaPost"),
        ("UPS", "ups"),
        ("fedexx", "fedex"),
    ],
)
@pytest.mark.rule("R110")
def test_a_custom_provider_that_nearly_is_a_predefined_one_is_told(provider: str, meant: str) -> None:
    assert nearly_predefined(provider) == meant


@pytest.mark.parametrize("provider", ["fedex", "canadaPost", "royalMail", "Thai Nexus", "other", "", "upsilon", "-"])
def test_predefined_and_truly_custom_providers_are_not(provider: str) -> None:
    assert nearly_predefined(provider) is None


def test_doubtful_providers_are_found_wherever_they_are() -> None:
    parcels = [{"trackingInfo": {"shippingProvider": "UPS"}}, {"shippingProvider": 5}]
    value = {"a": parcels, "shippingProvider": "dhl"}
    assert list(doubtful_providers(value)) == [Unread("a[0].trackingInfo.shippingProvider", "ups")]


def test_the_nearest_name_is_found_whatever_its_case() -> None:
    assert nearest("create_fulfilment", ["createFulfillment", "getOrder"]) == "createFulfillment"
    assert nearest("teleport", ["createFulfillment", "getOrder"]) is None
