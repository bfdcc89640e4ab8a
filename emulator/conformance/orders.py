"""Orders that a check makes for itself: they cost nothing, name nobody, and can be told from all others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# With this begins channelInfo.externalOrderId of every order that a check makes.
MARK = "wix-emulator-conformance"
_STORES_APP_ID = "215238eb-22a5-4c36-9e7b-e7c08025e04e"
_NOBODY_IS_TOLD = {"sendNotificationToBuyer": False, "sendNotificationsToBusiness": False}

Json = dict[str, Any]


@dataclass(frozen=True)
class Order:
    """An order of the check's own, and the ids of its line items."""

    id: str
    items: tuple[str, ...]

    @property
    def item(self) -> str:
        """Its first line item."""
        return self.items[0]


def draft(*quantities: int, price: str = "0.00", **fields: Any) -> Json:
    """The body of Create Order without the fields that are None. What costs nothing is approved at once (R403)."""
    total = {"amount": price}
    order: Json = {
        "channelInfo": {"type": "OTHER_PLATFORM", "externalOrderId": MARK},
        "currency": "USD",
        "lineItems": [_line_item(position, quantity, price) for position, quantity in enumerate(quantities, start=1)],
        "priceSummary": {"subtotal": total, "total": total},
        "shippingInfo": {
            "title": "Conformance",
            "logistics": {"shippingDestination": {"address": {"country": "US"}}},
        },
        **fields,
    }
    kept = {name: value for name, value in order.items() if value is not None}
    return {"order": kept, "settings": {"notifications": _NOBODY_IS_TOLD}}


def marked(body: Json, mark: str) -> Json:
    """The body of Create Order with that mark, if its order has a channel."""
    channel = body["order"].get("channelInfo")
    return (
        body
        if channel is None
        else body | {"order": body["order"] | {"channelInfo": channel | {"externalOrderId": mark}}}
    )


def is_of(order: Any, mark: str = MARK) -> bool:
    """Whether the order that a server has answered with begins its mark with that one."""
    channel = order.get("channelInfo") if isinstance(order, dict) else None
    return isinstance(channel, dict) and str(channel.get("externalOrderId", "")).startswith(mark)


def read_order(order: Mapping[str, Any]) -> Order:
    """The order that a server has answered with."""
    return Order(str(order["id"]), tuple(str(item["id"]) for item in order["lineItems"]))


def _line_item(position: int, quantity: int, price: str) -> Json:
    return {
        "id": f"c0ffee00-0000-4000-8000-{position:012d}",
        "productName": {"original": f"Conformance item {position}"},
        "catalogReference": {"appId": _STORES_APP_ID, "catalogItemId": f"c0ffee00-0000-4000-9000-{position:012d}"},
        "quantity": quantity,
        "price": {"amount": price},
        "itemType": {"preset": "PHYSICAL"},
        "physicalProperties": {"shippable": True},
    }
