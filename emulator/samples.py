"""Sample data: completes a partial order into a believable one. The only user of Faker."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails

from emulator.domain.orders import Order
from emulator.domain.unread import Unread, misspelled_fields
from emulator.domain.violations import violated
from emulator.domain.wire import format_timestamp
from emulator.ids import Ids

if TYPE_CHECKING:
    from faker import Faker

_STORES_APP_ID = "215238eb-22a5-4c36-9e7b-e7c08025e04e"
_PRODUCTS = (
    "Mug",
    "Tea Towel",
    "Notebook",
    "Candle",
    "Tote Bag",
    "Poster",
    "Scarf",
    "Coffee Beans",
    "Planter",
    "Soap",
)
_CURRENCY_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "ILS": "₪", "CAD": "CA$", "BRL": "R$"}


class Samples:
    """Makes orders: approved, paid and shippable unless the partial order says otherwise.

    A key that the partial order has is kept, even if its value is null: then the order goes without it.
    """

    def order(
        self, partial: Mapping[str, Any], *, ids: Ids, number: str, now: datetime, is_known: bool = False
    ) -> Order:
        """The partial order in wire names, completed. Raises pydantic's ValidationError if it is wrong or misspelled.

        One that is known to be right, and written as it would be printed, is not validated.
        """
        if not is_known:
            _refuse_misspelled(partial)
        moment = format_timestamp(now)
        created = partial.get("createdDate") or moment
        order: dict[str, Any] = {
            "number": number,
            "createdDate": created,
            "updatedDate": created,
            "status": "APPROVED",
            "paymentStatus": "PAID",
            "currency": "USD",
            "weightUnit": "KG",
            "taxIncludedInPrices": False,
            "archived": False,
            "seenByAHuman": False,
            "channelInfo": {"type": "WEB"},
            **partial,
        }
        if "id" not in order:
            order["id"] = ids.guid()
        order["lineItems"] = self._line_items(order, ids)
        if not {"buyerInfo", "billingInfo", "shippingInfo"} <= order.keys():
            order = self._people(ids) | order
        if "priceSummary" not in order:
            order["priceSummary"] = _price_summary(order)
        if "activities" not in order:
            order["activities"] = _activities(order)
        order["fulfillments"] = _fulfillments(order, ids)
        wire = {key: value for key, value in order.items() if value is not None}
        completed = Order.known(wire) if is_known else Order.model_validate(wire, by_alias=True, by_name=False)
        return completed.with_fulfillments(completed.fulfillments)

    def _line_items(self, order: Mapping[str, Any], ids: Ids) -> Any:
        items = order.get("lineItems", [{}])
        if not isinstance(items, list):
            return items  # for the model to refuse
        return [
            self._line_item(position, item, str(order["currency"]), ids) if isinstance(item, Mapping) else item
            for position, item in enumerate(items, start=1)
        ]

    def _line_item(self, position: int, item: Mapping[str, Any], currency: str, ids: Ids) -> dict[str, Any]:
        identity = {"id": f"00000000-0000-0000-0000-{position:012d}", "quantity": 1}
        if "productName" in item:
            return {**identity, **item}
        faker = self._seeded(ids)
        name = f"{faker.safe_color_name().title()} {faker.random_element(_PRODUCTS)}"
        description = {
            "productName": {"original": name, "translated": name},
            "catalogReference": {"catalogItemId": ids.guid(), "appId": _STORES_APP_ID},
            "itemType": {"preset": "PHYSICAL"},
            "physicalProperties": {"sku": faker.bothify("??-####").upper(), "weight": 0.5, "shippable": True},
            "price": _money(Decimal(faker.random_int(500, 9900)) / 100, currency),
        }
        return {**identity, **description, **item}

    def _people(self, ids: Ids) -> dict[str, Any]:
        faker = self._seeded(ids)
        first_name, last_name = faker.first_name(), faker.last_name()
        contact = {"firstName": first_name, "lastName": last_name, "phone": faker.numerify("+1555#######")}
        state = faker.state_abbr(include_territories=False)
        address = {
            "country": "US",
            "subdivision": f"US-{state}",
            "city": faker.city(),
            "postalCode": faker.postcode(),
            "addressLine": faker.street_address(),
        }
        destination = {"address": address, "contactDetails": contact}
        return {
            "buyerInfo": {
                "contactId": ids.guid(),
                "email": f"{first_name}.{last_name}@example.com".lower(),
                "visitorId": ids.guid(),
            },
            "billingInfo": destination,
            "shippingInfo": {
                "title": "Standard shipping",
                "logistics": {"deliveryTime": "3 - 5 business days", "shippingDestination": destination},
                "cost": {"price": {"amount": "0.00", "formattedAmount": "$0.00"}},
            },
        }

    def _seeded(self, ids: Ids) -> "Faker":
        self._faker.seed_instance(ids.number())
        return self._faker

    @cached_property
    def _faker(self) -> "Faker":
        from faker import Faker

        return Faker("en_US")


def _refuse_misspelled(partial: Mapping[str, Any]) -> None:
    """An order keeps fields that nothing models (R401), but one that is misspelled was meant to be another."""
    found = misspelled_fields(Order, partial)
    if found:
        raise ValidationError.from_exception_data(Order.__name__, [_misspelled(one) for one in found])


def _misspelled(field: Unread) -> InitErrorDetails:
    violation = violated("FIELD_NOT_ALLOWED", f"is unknown; did you mean {field.did_you_mean}?")
    return {"type": violation, "loc": (field.path,), "input": field.path}


def _money(amount: Decimal, currency: str) -> dict[str, str]:
    sign = _CURRENCY_SIGNS.get(currency, f"{currency} ")
    return {"amount": f"{amount:.2f}", "formattedAmount": f"{sign}{amount:,.2f}"}


def _price_summary(order: Mapping[str, Any]) -> dict[str, Any] | None:
    """The sums of the line items; None if their prices are not to be understood."""
    try:
        subtotal = sum(
            (Decimal(item["price"]["amount"]) * item["quantity"] for item in order["lineItems"]),
            start=Decimal(0),
        )
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None
    currency = str(order["currency"])
    nothing = _money(Decimal(0), currency)
    total = _money(subtotal, currency)
    return {"subtotal": total, "shipping": nothing, "tax": nothing, "discount": nothing, "total": total}


def _activities(order: Mapping[str, Any]) -> list[dict[str, Any]]:
    kinds = ["ORDER_PLACED"] + (["ORDER_PAID"] if order["paymentStatus"] == "PAID" else [])
    return [{"createdDate": order["createdDate"], "type": kind} for kind in kinds]


def _fulfillments(order: Mapping[str, Any], ids: Ids) -> Any:
    """Fulfillments with an id and a date each, so that a seed may be short."""
    fulfillments = order.get("fulfillments") or []
    if not isinstance(fulfillments, list):
        return fulfillments  # for the model to refuse
    return [
        {"id": one.get("id") or ids.guid(), "createdDate": order["createdDate"], **one}
        if isinstance(one, Mapping)
        else one
        for one in fulfillments
    ]
