"""Checks of the life of an order (R401 to R410, R415)."""

from typing import Any

from emulator.conformance.checks.tracking import OWN_LINK, tracked
from emulator.conformance.disagreement import Disagreement, expect, expect_that
from emulator.conformance.exchange import Answer
from emulator.conformance.expectations import expect_refused, found
from emulator.conformance.orders import Json, draft
from emulator.conformance.subject import Subject
from emulator.domain.refusals import (
    InvalidRequest,
    OrderAlreadyPaid,
    OrderHasAuthorizedTransaction,
    OrderIsPending,
    OrderIsRejected,
    PurchasedDateInFuture,
    StatusAlreadySet,
    StatusNotSupported,
    UnsupportedTransition,
)

_FAR_FUTURE = "2999-01-01T00:00:00.000Z"  # for any clock that an emulator may have
_NEEDED_OF_ORDER = ("channelInfo", "priceSummary", "lineItems")
_NEEDED_OF_ITEM = ("productName", "catalogReference", "quantity", "price", "itemType")


def kept_fields(site: Subject) -> None:
    """R401: a note, fields of the shop's own, a region, and money as text."""
    kept = {
        "buyerNote": "conformance",
        "customFields": [{"title": "Colour", "value": "red"}],
        "shippingInfo": {"title": "Conformance", "region": {"name": "Region 3"}},
    }
    order = site.order(**kept)
    shown = site.get_order(order.id).ok().at("order")
    expect(shown.get("buyerNote"), kept["buyerNote"], "buyerNote")
    field = {key: shown["customFields"][0].get(key) for key in ("title", "value")}
    expect(field, {"title": "Colour", "value": "red"}, "customFields[0]")
    expect(shown["shippingInfo"].get("region"), {"name": "Region 3"}, "shippingInfo.region")
    amount = shown["lineItems"][0]["price"]["amount"]
    expect_that(isinstance(amount, str) and float(amount) == 0, "an amount as a decimal in a string", repr(amount))


def order_creation(site: Subject) -> None:
    """R402: without each of the fields that are needed, without the file of a digital item, and from the future."""
    for name in _NEEDED_OF_ORDER:
        expect_refused(site, site.create_order(_draft_without(name)), InvalidRequest)
    for name in _NEEDED_OF_ITEM:
        item = {key: value for key, value in _line_item().items() if key != name}
        expect_refused(site, site.create_order(draft(lineItems=[item])), InvalidRequest)
    digital = _line_item() | {"itemType": {"preset": "DIGITAL"}}
    expect_refused(site, site.create_order(draft(lineItems=[digital])), InvalidRequest)
    expect_refused(site, site.create_order(draft(1, purchasedDate=_FAR_FUTURE)), PurchasedDateInFuture)
    answer = site.create_order(draft(lineItems=[_line_item() | {"id": ""}])).ok()
    expect_that(len(answer.at("order", "lineItems", 0, "id")) == 36, "a GUID", answer.at("order", "lineItems", 0, "id"))


def order_approval(site: Subject) -> None:
    """R403: for nothing at once, else with the payment."""
    free = site.create_order(draft(1)).ok()
    expect(free.at("order", "status"), "APPROVED", "an order of total 0 that is")
    unpaid = site.create_order(draft(1, price="10.00")).ok()
    expect(unpaid.at("order", "status"), "INITIALIZED", "an unpaid order that is")
    expect(site.mark_as_paid(unpaid.at("order", "id")).ok().at("order", "status"), "APPROVED", "a paid order that is")


def order_update(site: Subject) -> None:
    """R404: one of the fields that change, removed again; one that does not; and what null cannot remove."""
    order = site.order(buyerNote="as it was")
    answer = site.update_order(order.id, {"buyerLanguage": "de", "buyerNote": "changed"}).ok()
    expect(answer.at("order", "buyerLanguage"), "de", "buyerLanguage")
    expect(answer.at("order", "buyerNote"), "as it was", "buyerNote")
    removed = site.update_order(order.id, {"buyerLanguage": None}).ok().at("order")
    expect(removed.get("buyerLanguage"), None, "after null, buyerLanguage")
    expect_refused(site, site.update_order(order.id, {"buyerInfo": None}), InvalidRequest)


def pending_or_rejected(site: Subject) -> None:
    """R405: neither changed nor canceled."""
    for status, refusal in (("PENDING", OrderIsPending), ("REJECTED", OrderIsRejected)):
        order = site.unpaid_order()
        with site.preparing():
            site.set_status(order.id, status).ok()
        expect_refused(site, site.update_order(order.id, {"buyerLanguage": "de"}), refusal)
        expect_refused(site, site.cancel(order.id), refusal)
        expect(site.get_order(order.id).ok().at("order", "status"), status, "status")


def order_activities(site: Subject) -> None:
    """R406: with tracking numbers, with a link alone, and with nothing."""
    order, linked, plain = site.order(), site.order(), site.order()
    fulfillment = site.shipped(order, trackingInfo=tracked(site, "1"))
    created = found(site.fulfillments(order), fulfillment).get("createdDate")
    added = [one.get("createdDate") for one in _activities(site, order.id) if one["type"] == "TRACKING_NUMBER_ADDED"]
    expect(added, [created], "TRACKING_NUMBER_ADDED at")
    with site.preparing():
        site.update(order, fulfillment, trackingInfo={"trackingNumber": site.number("2")}).ok()
        site.cancel(order.id).ok()
        site.shipped(linked, trackingInfo={"shippingProvider": "own", "trackingLink": OWN_LINK})
        site.delete(plain, site.shipped(plain)).ok()
    _expect_activities(site, order.id, "ORDER_PLACED", "TRACKING_NUMBER_EDITED", "ORDER_CANCELED")
    _expect_activities(site, linked.id, "TRACKING_LINK_ADDED")
    _expect_activities(site, plain.id, "ORDER_FULFILLED", "ORDER_NOT_FULFILLED")


def order_status_change(site: Subject) -> None:
    """R407: what may follow, and each of the three refusals."""
    order = site.unpaid_order()
    expect_refused(site, site.set_status(order.id, "INITIALIZED"), StatusNotSupported)
    expect(site.set_status(order.id, "APPROVED").ok().at("order", "status"), "APPROVED", "status")
    expect_refused(site, site.set_status(order.id, "APPROVED"), StatusAlreadySet)
    expect_refused(site, site.set_status(order.id, "PENDING"), UnsupportedTransition)
    expect(site.set_status(order.id, "CANCELED").ok().at("order", "status"), "CANCELED", "status")


def cancel_order(site: Subject) -> None:
    """R408: payment, fulfillments and their status stay; twice makes no difference."""
    order = site.order()
    fulfillment = site.shipped(order)
    before = site.get_order(order.id).ok().at("order")
    kept = ("paymentStatus", "fulfillmentStatus")
    for answer in (site.cancel(order.id).ok(), site.cancel(order.id).ok(), site.get_order(order.id).ok()):
        state = [answer.at("order", name) for name in ("status", *kept)]
        expect(state, ["CANCELED", *map(before.get, kept)], "status, paymentStatus and fulfillmentStatus")
    found(site.fulfillments(order), fulfillment)


def mark_as_paid(site: Subject) -> None:
    """R409: once."""
    order = site.unpaid_order()
    paid = site.mark_as_paid(order.id).ok()
    state = (paid.at("order", "paymentStatus"), paid.at("order", "status"))
    expect(state, ("PAID", "APPROVED"), "paymentStatus and status")
    expect_refused(site, site.mark_as_paid(order.id), OrderAlreadyPaid)


def transactions(site: Subject) -> None:
    """R410: none before the payment, and then one of the total."""
    order = site.unpaid_order()
    expect(_payments(site, order.id), [], "payments")
    with site.preparing():
        site.mark_as_paid(order.id).ok()
    payments = _payments(site, order.id)
    expect(len(payments), 1, "payments:")
    expect(float(payments[0]["amount"]["amount"]), 10.0, "an amount of")
    details = payments[0].get("regularPaymentDetails", {})
    expect((details.get("offlinePayment"), details.get("status")), (True, "APPROVED"), "offlinePayment and status")


def authorized_transaction(site: Subject) -> None:
    """R415: of an emulator, which believes the balance that it is told."""
    order = site.order(balanceSummary={"authorized": {"amount": "5.00"}})
    expect_refused(site, site.cancel(order.id), OrderHasAuthorizedTransaction)
    expect(site.get_order(order.id).ok().at("order", "status"), "APPROVED", "status")


def _line_item() -> Json:
    item: Json = draft(1)["order"]["lineItems"][0]
    return item


def _draft_without(name: str) -> Json:
    body = draft(1)
    del body["order"][name]
    return body


def _payments(site: Subject, order_id: str) -> list[Json]:
    answer: Answer = site.ask("GET", f"/ecom/v1/payments/orders/{order_id}").ok()
    payments: list[Json] = answer.at("orderTransactions", "payments")
    return payments


def _activities(site: Subject, order_id: str) -> list[Any]:
    activities: list[Any] = site.get_order(order_id).ok().at("order", "activities")
    return activities


def _expect_activities(site: Subject, order_id: str, *wanted: str) -> None:
    kinds = [one.get("type") for one in _activities(site, order_id)]
    missing = [kind for kind in wanted if kind not in kinds]
    if missing:
        raise Disagreement(f"activities {', '.join(missing)}", ", ".join(map(str, kinds)))
