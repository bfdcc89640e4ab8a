"""Fulfillments as a test creates and changes them."""

from typing import Any

from emulator.domain.behaviours import Behaviours
from emulator.domain.fulfillments import Fulfillment, FulfillmentDraft, FulfillmentPatch
from emulator.domain.orders import Order
from emulator.domain.shipping import amend, fulfill
from tests.factories import NOW, draft, fulfillment, guid, order, patch

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
