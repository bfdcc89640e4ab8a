"""Short ways to the values that most tests start from."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.domain.behaviours import Behaviours
from emulator.domain.fulfillments import FulfillmentDraft, FulfillmentPatch
from emulator.domain.orders import Order
from emulator.seeds import Seed
from emulator.site import Setup, Site

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
ORDER_ID = "58c9a790-27b7-463f-a865-c7cb494f7c29"
ITEM = "00000000-0000-0000-0000-000000000001"
OTHER_ITEM = "00000000-0000-0000-0000-000000000002"
FOREIGN_ITEM = "00000000-0000-0000-0000-000000000099"


def guid(number: int) -> str:
    """A GUID that is easy to tell apart from another."""
    return f"f0000000-0000-4000-8000-{number:012d}"


def fulfillment(number: int, quantities: Mapping[str, int] | None = None, **fields: Any) -> dict[str, Any]:
    """A fulfillment that an order has already, in wire names."""
    items = [{"id": item_id, "quantity": quantity} for item_id, quantity in (quantities or {ITEM: 1}).items()]
    return {"id": guid(number), "createdDate": "2026-02-01T00:00:00.000Z", "lineItems": items, **fields}


def order(quantities: Mapping[str, int] | None = None, **fields: Any) -> Order:
    """An approved order, ready to ship: of `ITEM` ten, unless it is told otherwise."""
    items = [{"id": item_id, "quantity": quantity} for item_id, quantity in (quantities or {ITEM: 10}).items()]
    wire = {
        "id": ORDER_ID,
        "number": "10001",
        "createdDate": "2026-01-01T00:00:00.000Z",
        "updatedDate": "2026-01-01T00:00:00.000Z",
        "status": "APPROVED",
        "paymentStatus": "PAID",
        "lineItems": items,
        "shippingInfo": {"title": "Standard"},
        **fields,
    }
    made = Order.model_validate({key: value for key, value in wire.items() if value is not None})
    return made.with_fulfillments(made.fulfillments)


def draft(item_id: str = ITEM, quantity: int | None = 1, **fields: Any) -> FulfillmentDraft:
    """A fulfillment as a caller asks for it, in wire names."""
    return FulfillmentDraft.model_validate({"lineItems": [{"id": item_id, "quantity": quantity}], **fields})


def patch(**fields: Any) -> FulfillmentPatch:
    """Changes to a fulfillment, in wire names."""
    return FulfillmentPatch.model_validate(fields)


def site(*orders: Order, site_id: str = "a site", **behaviours: Any) -> Site:
    """A site with these orders and a clock that stands at `NOW`."""
    setup = Setup(seed=Seed(orders), behaviours=Behaviours(**behaviours), random_seed=1, start=NOW)
    return Site(site_id, setup)
