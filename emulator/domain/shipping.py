"""What may be shipped of an order: the rules of creating, changing and deleting its fulfillments."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from emulator.domain import rules
from emulator.domain.behaviours import Behaviours
from emulator.domain.carriers import PREDEFINED_PROVIDERS, tracking_link
from emulator.domain.fulfillments import (
    CustomInfo,
    Fulfillment,
    FulfillmentDraft,
    FulfillmentLineItem,
    FulfillmentPatch,
    TrackingInfo,
)
from emulator.domain.orders import FULFILLMENTS_MAX, Order
from emulator.domain.refusals import (
    InvalidRequest,
    LimitReached,
    LineItemNotFound,
    LineItemSplit,
    OrderNotApproved,
    QuantityExceedsRemaining,
    TrackingNumberAlreadyExists,
    TrackingNumberOfOtherOrder,
    Violation,
)

# Says whether a fulfillment outside the order at hand has that tracking number.
TakenElsewhere = Callable[[str], bool]

_NO_TRACKING = TrackingInfo.trusted()


def fulfill(
    order: Order,
    draft: FulfillmentDraft,
    *,
    fulfillment_id: str,
    now: datetime,
    behaviours: Behaviours,
    taken_elsewhere: TakenElsewhere,
) -> Order:
    """The order with one more fulfillment.

    Raises OrderNotApproved, LineItemNotFound, QuantityExceedsRemaining, TrackingNumberAlreadyExists, or
    InvalidRequest, of the draft, for a custom provider without its link (R101 to R117); LimitReached.
    """
    if order.status != "APPROVED":
        raise OrderNotApproved(order.id, order.status)
    _refuse_one_too_many(order)
    remaining = order.remaining()
    line_items = _allotted(order, draft.line_items, remaining, behaviours)
    tracking = draft.tracking_info and _with_link(draft.tracking_info)
    _refuse_missing_link(tracking, behaviours)
    _refuse_duplicate(order, tracking, behaviours, taken_elsewhere)
    fulfillment = Fulfillment.trusted(
        id=fulfillment_id,
        created_date=now,
        line_items=line_items,
        status=draft.status,
        completed=draft.completed,
        tracking_info=tracking,
        custom_info=draft.custom_info,
    )
    fulfillments = (*order.fulfillments, fulfillment)
    activity = _parcel_activity(None, tracking) or _completion_activity(order, fulfillments)
    return order.with_fulfillments(fulfillments, now=now, activity=activity, remaining=remaining)


def amend(
    order: Order,
    fulfillment_id: str,
    patch: FulfillmentPatch,
    *,
    now: datetime,
    behaviours: Behaviours,
    taken_elsewhere: TakenElsewhere,
) -> Order:
    """The order with one fulfillment changed; the very same order if the patch changes nothing.

    Raises FulfillmentNotFound, TrackingNumberAlreadyExists, or InvalidRequest, of the patch, for other line items or a
    custom provider without its link (R112 to R119).
    """
    current = order.fulfillment(fulfillment_id)
    _refuse_other_line_items(current, patch)
    sent = patch.model_fields_set
    wanted: dict[str, Any] = {name: getattr(patch, name) for name in ("status", "completed") if name in sent}
    wanted |= _amended_parcel(current, patch)
    changed = [name for name, value in wanted.items() if value != getattr(current, name)]
    if not changed:
        return order
    amended = current.replaced(**wanted)
    if "tracking_info" in changed:
        _refuse_new_missing_link(current.tracking_info, amended.tracking_info, behaviours)
        _refuse_duplicate(order, amended.tracking_info, behaviours, taken_elsewhere, current)
    kept = tuple([amended if one is current else one for one in order.fulfillments])
    return order.with_fulfillments(
        kept, now=now, activity=_parcel_activity(current.tracking_info, amended.tracking_info)
    )


def withdraw(order: Order, fulfillment_id: str, *, now: datetime) -> Order:
    """The order without that fulfillment, its quantities free again (R120). Raises FulfillmentNotFound."""
    withdrawn = order.fulfillment(fulfillment_id)
    kept = tuple(one for one in order.fulfillments if one is not withdrawn)
    return order.with_fulfillments(kept, now=now, activity=_completion_activity(order, kept))


def _refuse_one_too_many(order: Order) -> None:
    """Each event carries all of them: without an end to their number there would be none to its length."""
    if len(order.fulfillments) >= FULFILLMENTS_MAX:
        requested = len(order.fulfillments) + 1
        remedy = "delete some, or put more into each"
        raise LimitReached("fulfillments of an order", requested=requested, allowed=FULFILLMENTS_MAX, remedy=remedy)


def _parcel_activity(before: TrackingInfo | None, after: TrackingInfo | None) -> str | None:
    """What the order's history says of a change of tracking info (R406)."""
    before, after = before or _NO_TRACKING, after or _NO_TRACKING
    if after.tracking_number is not None and after.tracking_number != before.tracking_number:
        return "TRACKING_NUMBER_ADDED" if before.tracking_number is None else "TRACKING_NUMBER_EDITED"
    if after.tracking_link is not None and before.tracking_link is None:
        return "TRACKING_LINK_ADDED"
    return None


def _completion_activity(order: Order, fulfillments: tuple[Fulfillment, ...]) -> str | None:
    """What the order's history says when it becomes fulfilled, or is fulfilled no longer (R406)."""
    was, is_now = order.fulfillment_status == "FULFILLED", order.status_with(fulfillments) == "FULFILLED"
    if was == is_now:
        return None
    return "ORDER_FULFILLED" if is_now else "ORDER_NOT_FULFILLED"


def _allotted(
    order: Order, wanted: tuple[FulfillmentLineItem, ...], remaining: dict[str, int], behaviours: Behaviours
) -> tuple[FulfillmentLineItem, ...]:
    """Each wanted line item with its quantity, counted down from what remains in the order of the request (R107)."""
    allotted = []
    for item in wanted:
        left = remaining.get(item.id)
        if left is None:
            raise LineItemNotFound(item.id, order.id, remaining)
        if behaviours.line_item_split == "once" and left and _is_fulfilled_in_part(order, item.id):
            raise LineItemSplit(item.id, requested=item.quantity)
        quantity = left if item.quantity is None else item.quantity
        if quantity > left or left == 0:
            ordered = next(one.quantity for one in order.line_items if one.id == item.id)
            raise QuantityExceedsRemaining(item.id, requested=item.quantity, remaining=left, ordered=ordered)
        remaining[item.id] = left - quantity
        is_said = quantity == item.quantity
        allotted.append(item if is_said else FulfillmentLineItem.trusted(id=item.id, quantity=quantity))
    return tuple(allotted)


def _is_fulfilled_in_part(order: Order, line_item_id: str) -> bool:
    return any(item.id == line_item_id for one in order.fulfillments for item in one.line_items)


def _with_link(tracking: TrackingInfo) -> TrackingInfo:
    """The tracking info with the carrier's link, unless it brings its own (R110, R112)."""
    if tracking.tracking_link is not None:
        return tracking
    provider, number = tracking.shipping_provider, tracking.tracking_number
    link = tracking_link(provider, number)
    return TrackingInfo.trusted(tracking_number=number, shipping_provider=provider, tracking_link=link)


def _amended_parcel(current: Fulfillment, patch: FulfillmentPatch) -> dict[str, TrackingInfo | CustomInfo | None]:
    """The fields of the one-of that the patch changes: what is sent replaces the other kind (R109)."""
    sent = patch.model_fields_set
    if patch.tracking_info is not None:
        merged = _merged(current.tracking_info or _NO_TRACKING, patch.tracking_info)
        return {"tracking_info": merged, "custom_info": None}
    if patch.custom_info is not None:
        fields = {name: getattr(patch.custom_info, name) for name in patch.custom_info.model_fields_set}
        custom = (current.custom_info or CustomInfo()).replaced(**fields)
        return {"tracking_info": None, "custom_info": custom}
    return dict.fromkeys(sent & {"tracking_info", "custom_info"})


def _merged(current: TrackingInfo, patch: TrackingInfo) -> TrackingInfo:
    """The tracking info after the patch, with a new link where number or provider change and none is sent (R114)."""
    sent = patch.model_fields_set
    number = patch.tracking_number if "tracking_number" in sent else current.tracking_number
    provider = patch.shipping_provider if "shipping_provider" in sent else current.shipping_provider
    if "tracking_link" in sent:
        link = patch.tracking_link
    elif provider != current.shipping_provider or (number != current.tracking_number and _is_generated_by(provider)):
        link = tracking_link(provider, number)
    else:
        link = current.tracking_link
    return TrackingInfo.trusted(tracking_number=number, shipping_provider=provider, tracking_link=link)


def _is_generated_by(provider: str | None) -> bool:
    return provider in PREDEFINED_PROVIDERS


def _refuse_missing_link(tracking: TrackingInfo | None, behaviours: Behaviours) -> None:
    if behaviours.custom_provider_link == "optional" or tracking is None or tracking.tracking_link is not None:
        return
    provider = tracking.shipping_provider
    if provider is None or _is_generated_by(provider):
        return
    raise InvalidRequest(
        [
            Violation(
                "trackingInfo.trackingLink",
                f'must not be empty: "{provider}" is a custom provider, so send its link, '
                f"or use one of {', '.join(PREDEFINED_PROVIDERS)}",
                "REQUIRED_FIELD",
                rule=rules.CUSTOM_PROVIDER_LINK,
            )
        ]
    )


def _refuse_new_missing_link(before: TrackingInfo | None, after: TrackingInfo | None, behaviours: Behaviours) -> None:
    """As on creation, if it is this update that takes the link away or brings the provider."""
    lacked_it = (
        before is not None
        and after is not None
        and (before.tracking_link is None and before.shipping_provider == after.shipping_provider)
    )
    if not lacked_it:
        _refuse_missing_link(after, behaviours)


def _refuse_duplicate(
    order: Order,
    tracking: TrackingInfo | None,
    behaviours: Behaviours,
    taken_elsewhere: TakenElsewhere,
    current: Fulfillment | None = None,
) -> None:
    """Refuse a number that another fulfillment has; the number that `current` has already stays its own (R116)."""
    number = _tracking_number(tracking)
    if number is None or behaviours.duplicate_tracking_scope == "off":
        return
    if current is not None and number == _tracking_number(current.tracking_info):
        return
    for one in order.fulfillments:
        if _tracking_number(one.tracking_info) == number:
            raise TrackingNumberAlreadyExists(number)
    if behaviours.duplicate_tracking_scope == "site" and taken_elsewhere(number):
        raise TrackingNumberOfOtherOrder(number)


def _tracking_number(tracking: TrackingInfo | None) -> str | None:
    return None if tracking is None else tracking.tracking_number


def _refuse_other_line_items(current: Fulfillment, patch: FulfillmentPatch) -> None:
    if "line_items" not in patch.model_fields_set:
        return
    held = sorted((item.id, item.quantity) for item in current.line_items)
    quantities = dict(held)
    sent = sorted((item.id, item.quantity or quantities.get(item.id, 0)) for item in patch.line_items or ())
    if sent != held:
        raise InvalidRequest(
            [
                Violation(
                    "lineItems",
                    "can't be changed: leave lineItems out, or delete the fulfillment and create it again",
                    "FIELD_NOT_ALLOWED",
                    rule=rules.LINE_ITEMS_FIXED,
                )
            ]
        )
