"""The parts of an order: their limits, on the edge and just over it, and what they leave alone."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from emulator.domain.order_parts import (
    ChannelType,
    ItemPreset,
    OpenWireModel,
    OrderStatus,
    PaymentStatus,
    Price,
    WeightUnit,
)
from emulator.domain.violations import violations_of
from tests.factories import ITEM, NOW, guid, order

MOMENT = "2026-01-01T00:00:00.000Z"


def violations(**fields: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as refused:
        order(**fields)
    return [(one.field, one.violated_rule) for one in violations_of(refused.value)]


def item(**fields: Any) -> dict[str, Any]:
    return {"lineItems": [{"id": ITEM, "quantity": 1, **fields}]}


def placed_at(path: str, value: Any) -> dict[str, Any]:
    """The fields of an order that has the value at that path; `lineItems` stands for the first one."""
    name, _, rest = path.partition(".")
    if name == "lineItems" and rest:
        return item(**placed_at(rest, value))
    return {name: placed_at(rest, value) if rest else value}


LENGTHS = [
    ("lineItems.productName.original", 1, 200),
    ("lineItems.catalogReference.catalogItemId", 1, 36),
    ("lineItems.physicalProperties.sku", 0, 40),
    ("shippingInfo.carrierId", 1, 100),
    ("shippingInfo.code", 1, 100),
    ("shippingInfo.title", 0, 250),
    ("shippingInfo.logistics.deliveryTime", 0, 500),
    ("shippingInfo.logistics.instructions", 0, 1_000),
    ("buyerNote", 0, 1_000),
    ("channelInfo.externalOrderId", 0, 100),
    ("channelInfo.externalOrderUrl", 0, 300),
]
COMPANIONS = {
    "catalogItemId": {"appId": guid(1)},
    "externalOrderId": {"type": "WEB"},
    "externalOrderUrl": {"type": "WEB"},
}


def with_length(path: str, length: int) -> dict[str, Any]:
    fields = placed_at(path, "x" * length)
    *parents, leaf = path.split(".")
    holder: Any = fields
    for parent in parents:
        holder = holder[parent][0] if isinstance(holder[parent], list) else holder[parent]
    holder |= COMPANIONS.get(leaf, {})
    return fields


@pytest.mark.rule("R402")
@pytest.mark.parametrize(("path", "shortest", "longest"), LENGTHS, ids=[path for path, *_ in LENGTHS])
def test_a_text_has_the_documented_length(path: str, shortest: int, longest: int) -> None:
    shown_path = path.replace("lineItems.", "lineItems[0].")
    order(**with_length(path, shortest))
    order(**with_length(path, longest))
    assert violations(**with_length(path, longest + 1)) == [(shown_path, "MAX_LENGTH")]
    if shortest:
        assert violations(**with_length(path, shortest - 1)) == [(shown_path, "MIN_LENGTH")]


def many(name: str, count: int) -> dict[str, Any]:
    entries: dict[str, Any] = {
        "lineItems": [{"id": guid(number), "quantity": 1} for number in range(count)],
        "activities": [{"createdDate": MOMENT, "type": "ORDER_PAID"}] * count,
        "appliedDiscounts": [{"coupon": {"id": guid(1)}}] * count,
        "additionalFees": [{"name": "Gift wrap"}] * count,
    }
    return {name: entries[name]}


@pytest.mark.rule("R402")
@pytest.mark.parametrize(
    ("name", "most"), [("lineItems", 300), ("activities", 1_000), ("appliedDiscounts", 320), ("additionalFees", 100)]
)
def test_a_list_has_no_more_entries_than_documented(name: str, most: int) -> None:
    order(**many(name, most))
    assert violations(**many(name, most + 1)) == [(name, "MAX_SIZE")]


@pytest.mark.rule("R402")
@pytest.mark.parametrize(("quantity", "rule"), [(0, "MIN"), (-1, "MIN"), (100_001, "MAX"), ("1", "FORMAT")])
def test_a_quantity_is_1_to_100000(quantity: Any, rule: str) -> None:
    order(**item(quantity=100_000))
    assert violations(**item(quantity=quantity)) == [("lineItems[0].quantity", rule)]


@pytest.mark.rule("R401")
@pytest.mark.parametrize("amount", ["0", "-0.5", "12.50", "123456789012345.123456789"])
def test_an_amount_is_a_decimal_in_a_string(amount: str) -> None:
    assert order(priceSummary={"total": {"amount": amount}}).model_dump(mode="json")["priceSummary"]["total"] == {
        "amount": amount,
        "formattedAmount": None,
    }


@pytest.mark.rule("R401")
@pytest.mark.parametrize(
    "amount", ["", "1,50", "1.", ".5", "1e3", "+1", "NaN", " 1", "1\n", "1" * 16, "٣", 12.5, 12, None, True]
)
def test_anything_else_is_no_amount(amount: Any) -> None:
    ((field, _),) = violations(priceSummary={"subtotal": {"amount": amount}})
    assert field == "priceSummary.subtotal.amount"


@pytest.mark.rule("R402")
@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("status", OrderStatus),
        ("paymentStatus", PaymentStatus),
        ("weightUnit", WeightUnit),
        ("channelInfo.type", ChannelType),
        ("lineItems.itemType.preset", ItemPreset),
    ],
)
def test_a_choice_is_one_of_the_documented_ones(path: str, type_: Any) -> None:
    for choice in get_args(type_):
        order(**placed_at(path, choice))
    assert violations(**placed_at(path, "else")) == [
        (path.replace("lineItems.", "lineItems[0]."), "INVALID_ENUM_VALUE")
    ]


@pytest.mark.rule("R401")
@pytest.mark.parametrize("weight", [0.5, 2, 0])
def test_a_weight_may_be_written_without_a_point(weight: float) -> None:
    shown = order(**item(physicalProperties={"weight": weight})).model_dump(mode="json")
    assert shown["lineItems"][0]["physicalProperties"]["weight"] == weight


@pytest.mark.rule("R401")
@pytest.mark.parametrize(
    "path",
    [
        "cartId",
        "lineItems.image",
        "lineItems.productName.html",
        "lineItems.catalogReference.variant",
        "lineItems.itemType.label",
        "lineItems.physicalProperties.hsCode",
        "lineItems.price.currency",
        "buyerInfo.userId",
        "billingInfo.paymentMethod",
        "billingInfo.address.streetAddress",
        "billingInfo.contactDetails.vatId",
        "recipientInfo.note",
        "shippingInfo.region",
        "shippingInfo.logistics.pickupDetails",
        "shippingInfo.logistics.shippingDestination.note",
        "priceSummary.totalAdditionalFees",
    ],
)
@pytest.mark.parametrize("value", ["text", 7, 0.1, True, [1, {"a": "b"}], {"deep": {"er": [None]}}], ids=str)
def test_what_nothing_models_is_kept_as_it_is(path: str, value: Any) -> None:
    companions = {"productName": {"original": "Tea"}, "price": {"amount": "1"}}
    companions["catalogReference"] = {"catalogItemId": guid(1), "appId": guid(2)}
    fields = placed_at(path, value)
    for name, needed in companions.items():
        if f".{name}." in path:
            fields["lineItems"][0][name] |= needed
    shown: Any = order(**fields).model_dump(mode="json")
    for step in path.split("."):
        shown = shown[step][0] if step == "lineItems" else shown[step]
    assert shown == value


def bookkeeping(part: OpenWireModel) -> tuple[int, int]:
    """Which objects hold the names of the fields that were set, and the unknown keys."""
    return id(part.__pydantic_fields_set__), id(part.__pydantic_extra__)


def test_parts_with_the_same_fields_share_what_pydantic_notes_about_them() -> None:
    assert bookkeeping(Price(amount="1.00")) == bookkeeping(Price(amount="2.00"))


def test_an_order_that_changes_shares_it_with_others_that_changed_so() -> None:
    one, other = (order(id=guid(number)).with_activity("ORDER_PAID", NOW) for number in (1, 2))
    assert bookkeeping(one) == bookkeeping(other)


def test_which_fields_were_set_stays_known() -> None:
    assert Price(amount="1.00").model_fields_set == {"amount"}
    assert Price(amount="1.00", formatted_amount=None).model_fields_set == {"amount", "formatted_amount"}


def test_unknown_keys_are_each_ones_own() -> None:
    plain, other = Price(amount="1.00"), Price.model_validate({"amount": "1.00", "tip": "0.10"})
    changed = plain.model_copy(update={"note": "rounded"})
    assert [one.model_extra for one in (plain, other, changed)] == [{}, {"tip": "0.10"}, {"note": "rounded"}]


def test_nothing_that_is_shared_can_be_changed_through_a_part() -> None:
    with pytest.raises(ValidationError):
        Price(amount="1.00").note = "rounded"  # type: ignore[attr-defined]  # that is the point
