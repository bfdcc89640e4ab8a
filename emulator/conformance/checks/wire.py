"""Checks of how calls and answers look (R201 to R216)."""

import gzip
import json

from emulator.conformance.disagreement import expect, expect_that
from emulator.conformance.expectations import expect_refused, expect_shape, expect_violations, found, held, of
from emulator.conformance.subject import FULFILLMENTS, ORDERS, UNKNOWN_GUID, Subject
from emulator.domain.refusals import (
    InvalidRequest,
    MethodNotAllowed,
    OrderNotApproved,
    OrderNotFound,
    PathNotFound,
    PayloadTooLarge,
    PermissionDenied,
    Unauthenticated,
)

_BODY_BYTES_MAX = 8 * 1024 * 1024
_PAGE = "https://shop.example"


def validation_errors(site: Subject) -> None:
    """R201: two violations at once, in wire names."""
    order = site.order()
    answer = site.create(order, lineItems=of(order, 0), status="Lost")
    expect_violations(site, answer, "fulfillment.lineItems[0].quantity", "fulfillment.status")
    for index in range(2):
        violation = answer.at("details", "validationError", "fieldViolations", index)
        expect_shape(violation, ("field", "description"), "a violation")


def application_errors(site: Subject) -> None:
    """R202: message, code, description and data."""
    answer = site.get_order(UNKNOWN_GUID)
    expect_refused(site, answer, OrderNotFound)
    expect_shape(answer.at("details", "applicationError"), ("code", "description", "data"), "applicationError")
    expect_that(isinstance(answer.at("message"), str), "a message", answer.described())


def always_200(site: Subject) -> None:
    """R203: create, list, update and delete."""
    order = site.order()
    created = site.create(order)
    fulfillment = str(created.ok().at("fulfillmentId"))
    for answer in (
        created,
        site.list_fulfillments(order.id),
        site.update(order, fulfillment, status="Ready"),
        site.delete(order, fulfillment),
    ):
        expect(answer.ok().at("orderWithFulfillments", "orderId"), order.id, "orderId")
        kind = answer.headers.get("content-type", "none")
        expect_that(kind.startswith("application/json"), "content-type application/json", kind)


def unknown_fields_ignored(site: Subject) -> None:
    """R204: a field of no meaning, and another order's id in the body."""
    order = site.order()
    body = {"orderId": UNKNOWN_GUID, "colour": "red", "fulfillment": {"lineItems": of(order, 1), "colour": "red"}}
    answer = site.ask("POST", f"{FULFILLMENTS}/orders/{order.id}/create-fulfillment", body).ok()
    expect(answer.at("orderWithFulfillments", "orderId"), order.id, "orderId")
    expect("colour" in found(site.fulfillments(order), str(answer.at("fulfillmentId"))), False, "the unknown field:")


def broken_json(site: Subject) -> None:
    """R205: half a body, and a list; as text/plain JSON is JSON too."""
    order = site.order()
    path = f"{FULFILLMENTS}/orders/{order.id}/create-fulfillment"
    for body in (b'{"fulfillment": ', b"[]"):
        answer = site.ask("POST", path, body)
        expect_refused(site, answer, InvalidRequest)
        expect(dict(answer.violations), {"": "FORMAT"}, "violations")
    body = json.dumps({"fulfillment": {"lineItems": of(order, 1)}}).encode()
    site.ask("POST", path, body, {"content-type": "text/plain"}).ok().at("fulfillmentId")


def request_id(site: Subject) -> None:
    """R206: on a success and on a refusal."""
    order = site.order()
    for answer in (site.get_order(order.id), site.get_order(UNKNOWN_GUID)):
        expect_that(bool(answer.headers.get("x-wix-request-id")), "header x-wix-request-id", answer.described())


def blank_system_errors(site: Subject) -> None:
    """R207: of an emulator, which can be made to fail."""
    _plan(site, {"status": 500})
    answer = site.get_order(UNKNOWN_GUID)
    expect((answer.status, answer.json), (500, {"message": "", "details": {}}), "status and body")


def unknown_paths(site: Subject) -> None:
    """R208: a path of no operation, and a method that a path does not have."""
    expect_refused(site, site.ask("GET", "/ecom/v1/conformance-no-such-path"), PathNotFound)
    expect_refused(site, site.ask("GET", f"{FULFILLMENTS}/list-by-ids"), MethodNotAllowed)


def guid_case(site: Subject) -> None:
    """R209: the ids of line item and fulfillment in capitals."""
    order = site.order()
    created = site.create(order, lineItems=[{"id": order.item.upper(), "quantity": 1}]).ok()
    expect(held(created.at("orderWithFulfillments", "fulfillments", -1)), {order.item.lower(): 1}, "a fulfillment of")
    fulfillment = str(created.at("fulfillmentId"))
    changed = site.update(order, fulfillment.upper(), status="Ready").ok()
    expect(
        found(changed.at("orderWithFulfillments", "fulfillments"), fulfillment.lower()).get("status"), "Ready", "status"
    )


def body_limit(site: Subject) -> None:
    """R210: one byte too many for the emulator's default."""
    body = b'{"orderIds":[' + b" " * (_BODY_BYTES_MAX - 14) + b"]}"
    expect_refused(site, site.ask("POST", f"{FULFILLMENTS}/list-by-ids", body), PayloadTooLarge)


def site_header(site: Subject) -> None:
    """R211: an order of one site is none of another's."""
    order = site.order()
    expect(site.get_order(order.id).ok().at("order", "id"), order.id, "the order's id")
    elsewhere = {"wix-site-id": f"{site.target.site_id}-other"}
    answer = site.ask("GET", f"{ORDERS}/{order.id}", headers=elsewhere)
    expect_refused(site, answer, OrderNotFound)


def credentials(site: Subject) -> None:
    """R212: no credentials, and unknown ones."""
    for authorization in (None, "IST.unknown"):
        answer = site.ask("GET", f"{ORDERS}/{UNKNOWN_GUID}", headers={"authorization": authorization})
        expect_refused(site, answer, Unauthenticated)


def planned_fault(site: Subject) -> None:
    """R214: a refusal, and a blank failure, that were asked for."""
    _plan(site, {"error": OrderNotApproved.code})
    expect_refused(site, site.get_order(UNKNOWN_GUID), OrderNotApproved)
    _plan(site, {"status": 503})
    answer = site.get_order(UNKNOWN_GUID)
    expect((answer.status, answer.json), (503, {"message": "", "details": {}}), "status and body")


def admission(site: Subject) -> None:
    """R216: a foreign name, and a page of another origin."""
    answer = site.ask("GET", f"{ORDERS}/{UNKNOWN_GUID}", headers={"host": "rebound.example"})
    expect((answer.status, answer.code), (403, "HOST_NOT_ALLOWED"), "status and code")
    answer = site.ask("GET", "/_emulator/manifest", headers={"origin": "http://rebound.example"})
    expect((answer.status, answer.code), (403, "ORIGIN_NOT_ALLOWED"), "status and code")


def key_needs_site(site: Subject) -> None:
    """R705: an API key that names no site."""
    answer = site.ask("GET", f"{ORDERS}/{UNKNOWN_GUID}", headers={"wix-site-id": None})
    expect_refused(site, answer, PermissionDenied)


def consistency_header(site: Subject) -> None:
    """R706: on a success and on a refusal."""
    order = site.order()
    for answer in (site.get_order(order.id), site.get_order(UNKNOWN_GUID)):
        expect_that(bool(answer.headers.get("x-wix-consistent")), "header x-wix-consistent", answer.described())


def browsers(site: Subject) -> None:
    """R707: another origin, OPTIONS, HEAD, a slash at the end, and a packed body."""
    order = site.order()
    path = f"{ORDERS}/{order.id}"
    answer = site.ask("GET", path, headers={"origin": _PAGE})
    allowed = answer.headers.get("access-control-allow-origin")
    expect_that(allowed in (_PAGE, "*"), f"access-control-allow-origin {_PAGE}", allowed)
    preflight = {"origin": _PAGE, "access-control-request-method": "PATCH", "authorization": None}
    methods = site.ask("OPTIONS", path, headers=preflight).headers.get("access-control-allow-methods", "")
    expect_that({"GET", "PATCH"} <= set(methods.replace(" ", "").split(",")), "GET and PATCH of OPTIONS", methods)
    head = site.ask("HEAD", path)
    expect((head.status, head.content), (200, b""), "status and body of HEAD")
    expect(site.ask("GET", f"{path}/").ok().at("order", "id"), order.id, "the order's id")
    body = gzip.compress(json.dumps({"orderIds": [order.id]}).encode())
    packed = {"content-encoding": "gzip", "content-type": "application/json"}
    answer = site.ask("POST", f"{FULFILLMENTS}/list-by-ids", body, packed)
    expect(answer.ok().at("ordersWithFulfillments", 0, "orderId"), order.id, "orderId")


def _plan(site: Subject, effect: dict[str, object]) -> None:
    """Have the next Get Order go wrong in that way."""
    with site.preparing():
        site.control("POST", "faults", {"operation": "getOrder", "effect": effect})
