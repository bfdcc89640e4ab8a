"""Checks of what can be created (R101 to R108)."""

from emulator.conformance.disagreement import expect, expect_that
from emulator.conformance.expectations import (
    expect_choice,
    expect_nothing_created,
    expect_refused,
    expect_violations,
    found,
    held,
    is_refused,
    of,
)
from emulator.conformance.subject import UNKNOWN_GUID, Subject
from emulator.domain.refusals import (
    InvalidRequest,
    LineItemNotFound,
    OrderNotApproved,
    QuantityExceedsRemaining,
)

_LINK = "https://example.com/"
STATUSES = ("Fulfilled", "In_Delivery", "Ready", "Accepted", "Pending")


def approved_orders_only(site: Subject) -> None:
    """R101: of an order that is not approved nothing can be fulfilled."""
    order = site.unpaid_order()
    expect_refused(site, site.create(order), OrderNotApproved)
    expect_nothing_created(site, order)


def split_quantities(site: Subject) -> None:
    """R102: a line item's quantity over two fulfillments, or not, as the setting says."""
    order = site.order(3)
    site.create(order).ok()
    answer = site.create(order, lineItems=of(order, 2))
    if site.behaviours.line_item_split == "once":
        expect_choice(answer, "line_item_split", "allow", refused=True)
        return
    expect_choice(answer, "line_item_split", "once", refused=False)
    expect([held(one) for one in site.fulfillments(order)], [{order.item: 1}, {order.item: 2}], "fulfillments")


def omitted_quantity(site: Subject) -> None:
    """R103: all of it at first; where splitting is allowed, then what is left."""
    whole, rest = site.order(3), site.order(3)
    created = site.create(whole, lineItems=of(whole, None)).ok()
    expect(held(created.at("orderWithFulfillments", "fulfillments", -1)), {whole.item: 3}, "a fulfillment of")
    site.shipped(rest)
    answer = site.create(rest, lineItems=of(rest, None))
    if not is_refused(answer):  # that it can be split is another rule (R102)
        expect(held(answer.at("orderWithFulfillments", "fulfillments", -1)), {rest.item: 2}, "a fulfillment of")


def quantity_limited(site: Subject) -> None:
    """R104: neither more than remains, nor anything of nothing."""
    order = site.order(2)
    expect_refused(site, site.create(order, lineItems=of(order, 3)), QuantityExceedsRemaining)
    expect_nothing_created(site, order)
    site.shipped(order, lineItems=of(order, 2))
    expect_refused(site, site.create(order, lineItems=of(order, None)), QuantityExceedsRemaining)
    expect(len(site.fulfillments(order)), 1, "fulfillments:")


def field_limits(site: Subject) -> None:
    """R105: each limit from outside, and what is just inside, other than 300 line items and 100 orders in bulk."""
    order, number = site.order(), "fulfillment.trackingInfo.trackingNumber"
    too_many = [{"id": order.item, "quantity": 1}] * 301
    expect_violations(site, site.create(order, lineItems=[]), "fulfillment.lineItems")
    expect_violations(site, site.create(order, lineItems=too_many), "fulfillment.lineItems")
    for quantity in (0, 100_001):
        answer = site.create(order, lineItems=of(order, quantity))
        expect_violations(site, answer, "fulfillment.lineItems[0].quantity")
    for length in (0, 101):
        answer = site.create(order, trackingInfo={"trackingNumber": "x" * length, "shippingProvider": "ups"})
        expect_violations(site, answer, number)
        answer = site.create(order, trackingInfo={"trackingLink": _LINK, "shippingProvider": "x" * length})
        expect_violations(site, answer, "fulfillment.trackingInfo.shippingProvider")
    for link in ("no link", _LINK + "x" * 2_048):
        answer = site.create(order, trackingInfo={"shippingProvider": "own", "trackingLink": link})
        expect_violations(site, answer, "fulfillment.trackingInfo.trackingLink")
    fields = {f"field{index}": "x" for index in range(101)}
    expect_violations(site, site.create(order, customInfo={"fieldsData": fields}), "fulfillment.customInfo.fieldsData")
    for ids in ([], [f"unknown-{index}" for index in range(101)]):
        expect_violations(site, site.list_by_ids(ids), "orderIds")
    for entries in (0, 101):
        expect_violations(
            site, site.bulk(*[(order, [{"lineItems": of(order, 1)}])] * entries), "ordersWithFulfillments"
        )
    expect_nothing_created(site, order)
    _just_inside(site)


def _just_inside(site: Subject) -> None:
    order, custom = site.order(100_000), site.order()
    number, link = site.number("x" * 89), _LINK.ljust(2_048, "x")
    parcel = {"trackingNumber": number, "shippingProvider": "x" * 100, "trackingLink": link}
    answer = site.create(order, lineItems=of(order, 100_000), trackingInfo=parcel).ok()
    shown = answer.at("orderWithFulfillments", "fulfillments", -1)
    expect((held(shown), shown.get("trackingInfo")), ({order.item: 100_000}, parcel), "line items and trackingInfo")
    fields = {f"field{index}": "x" for index in range(100)}
    answer = site.create(custom, customInfo={"fieldsData": fields}).ok()
    expect(answer.at("orderWithFulfillments", "fulfillments", -1, "customInfo"), {"fieldsData": fields}, "customInfo")
    expect(site.list_by_ids([UNKNOWN_GUID] * 100).ok().at("ordersWithFulfillments"), [], "orders")


def foreign_line_item(site: Subject) -> None:
    """R106: a line item of no order at all."""
    order = site.order()
    answer = site.create(order, lineItems=[{"id": UNKNOWN_GUID, "quantity": 1}])
    expect_refused(site, answer, LineItemNotFound)
    expect_nothing_created(site, order)


def repeated_line_item(site: Subject) -> None:
    """R107: twice is too much where there is one, and adds up where there are three; what is left comes last."""
    scarce, plenty = site.order(), site.order(3)
    answer = site.create(scarce, lineItems=of(scarce, 1) * 2)
    expect_that(is_refused(answer), "a refusal of two where one is left", answer.described())
    expect_nothing_created(site, scarce)
    answer = site.create(plenty, lineItems=[*of(plenty, None), *of(plenty, 1)])
    expect_that(is_refused(answer), "a refusal of one more after all that is left", answer.described())
    for second in (None, 2):
        created = site.create(plenty, lineItems=[*of(plenty, 1), *of(plenty, second)]).ok()
        expect(held(created.at("orderWithFulfillments", "fulfillments", -1)), {plenty.item: 3}, "a fulfillment of")
        with site.preparing():
            site.delete(plenty, str(created.at("fulfillmentId"))).ok()


def closed_status_set(site: Subject) -> None:
    """R108: the five statuses in the unusual order, and one in the wrong case."""
    order = site.order()
    fulfillment = site.shipped(order)
    for status in STATUSES:
        answer = site.update(order, fulfillment, status=status).ok()
        shown = found(answer.at("orderWithFulfillments", "fulfillments"), fulfillment)
        expect(shown.get("status"), status, "status")
    answer = site.update(order, fulfillment, status="fulfilled")
    expect_refused(site, answer, InvalidRequest)
    expect(found(site.fulfillments(order), fulfillment).get("status"), STATUSES[-1], "after the refusal, status")
