"""Checks of Search Orders, which looks for orders of the check's own only (R411 to R413)."""

from collections.abc import Sequence

from emulator.conformance.disagreement import expect
from emulator.conformance.exchange import Answer
from emulator.conformance.expectations import expect_choice, expect_refused
from emulator.conformance.orders import Json, Order
from emulator.conformance.subject import ORDERS, Subject
from emulator.domain.refusals import InvalidRequest

_DELIVERY_TIME = "shippingInfo.logistics.deliveryTime"


def search(site: Subject) -> None:
    """R411: newest first, never one that is INITIALIZED, at most 100, and by declared fields only."""
    order, other, unpaid = site.order(), site.order(), site.unpaid_order()
    answer = _found(site, (order, other), {"filter": _these(order, other, unpaid)})
    dates = [one.get("createdDate") for one in answer.at("orders")]
    expect(dates, sorted(dates, reverse=True), "dates of creation")
    expect_refused(site, _search(site, {"filter": _these(order), "cursorPaging": {"limit": 101}}), InvalidRequest)
    expect_refused(site, _search(site, {"filter": {**_these(order), "buyerNote": "conformance"}}), InvalidRequest)
    sort = [{"fieldName": "buyerNote", "order": "ASC"}]
    expect_refused(site, _search(site, {"filter": _these(order), "sort": sort}), InvalidRequest)


def search_cursor(site: Subject) -> None:
    """R412: the second page, and what a cursor cannot be combined with, as the setting says."""
    order, other = site.order(), site.order()
    _found(site, (order, other), {"filter": _these(order, other)})
    first = _search(site, {"filter": _these(order, other), "cursorPaging": {"limit": 1}}).ok()
    cursor = first.at("metadata", "cursors", "next")
    second = _search(site, {"cursorPaging": {"cursor": cursor}}).ok()
    pages = [[one.get("id") for one in page.at("orders")] for page in (first, second)]
    expect(sorted(pages), sorted([[order.id], [other.id]]), "pages of")
    both = _search(site, {"filter": _these(order, other), "cursorPaging": {"cursor": cursor}})
    if site.behaviours.cursor_with_filter == "ignore":
        expect_choice(both, "cursor_with_filter", "refuse", refused=False)
        return
    expect_choice(both, "cursor_with_filter", "ignore", refused=True)
    expect_refused(site, both, InvalidRequest)


def missing_fields(site: Subject) -> None:
    """R413: of two orders the one without a delivery time."""
    destination = {"shippingDestination": {"address": {"country": "US"}}}
    with_it, without = (
        site.order(shippingInfo={"title": "Conformance", "logistics": {**destination, **extra}})
        for extra in ({"deliveryTime": "1 day"}, {})
    )
    mine = _these(with_it, without)
    for condition in (None, {"$eq": None}, {"$isEmpty": True}, {"$exists": False}):
        _found(site, (without,), {"filter": {**mine, _DELIVERY_TIME: condition}})
    sort = [{"fieldName": _DELIVERY_TIME, "order": "ASC"}]
    answer = _found(site, (with_it, without), {"filter": mine, "sort": sort})
    expect([one.get("id") for one in answer.at("orders")], [without.id, with_it.id], "orders")


def _search(site: Subject, search: Json) -> Answer:
    return site.ask("POST", f"{ORDERS}/search", {"search": search})


def _found(site: Subject, wanted: Sequence[Order], search: Json) -> Answer:
    """The answer that has just these orders; a server may take its time to know of them. Raises Disagreement."""
    ids = sorted(order.id for order in wanted)
    answer = _search(site, search)
    for wait_s in site.target.waits_s:
        if answer.status == 200 and sorted(one.get("id") for one in answer.at("orders")) == ids:
            break
        site.target.sleep(wait_s)
        answer = _search(site, search)
    expect(sorted(one.get("id") for one in answer.ok().at("orders")), ids, "orders")
    return answer


def _these(*orders: Order) -> Json:
    return {"id": {"$in": [order.id for order in orders]}}
