"""The refusals as answers: their schemas, and one example of each as the emulator renders it."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import from_json

from emulator.api.openapi.schemas import ref
from emulator.api.operation import Operation
from emulator.api.responses import HTTP_STATUS, render_refusal
from emulator.domain import refusals
from emulator.domain.behaviours import Behaviours
from emulator.domain.credentials import READ_ORDERS
from emulator.domain.refusals import InvalidRequest, Refusal, Violation, find_refusal

Json = dict[str, Any]

_ORDER = "58c9a790-27b7-463f-a865-c7cb494f7c29"
_ITEM = "00000000-0000-0000-0000-000000000001"
_FULFILLMENT = "0d824fc7-2621-4e97-a5c8-489ec1b43377"
_SIZE = Violation("fulfillment.lineItems", "has size 0, expected 1 or more", "MIN_SIZE", {"threshold": 1})

SAMPLES: Mapping[str, Refusal] = {
    one.code: one
    for one in (
        InvalidRequest([_SIZE]),
        refusals.QuantityExceedsRemaining(_ITEM, requested=5, remaining=2, ordered=3),
        refusals.LineItemNotFound("00000000-0000-0000-0000-000000000099", _ORDER, [_ITEM]),
        refusals.PurchasedDateInFuture("2027-01-01T00:00:00.000Z", "2026-03-01T12:00:00.000Z"),
        refusals.StatusNotSupported("INITIALIZED", ("APPROVED", "CANCELED", "PENDING", "REJECTED")),
        refusals.Unauthenticated("the request has no authorization header; send an API key or an access token"),
        refusals.PermissionDenied(f"the API key lacks the permission scope {READ_ORDERS}", {"scope": READ_ORDERS}),
        refusals.OrderNotFound(_ORDER),
        refusals.FulfillmentNotFound(_FULFILLMENT, _ORDER),
        refusals.PathNotFound("GET", "/ecom/v1/fulfilments", None),
        refusals.MethodNotAllowed("GET", "/ecom/v1/fulfillments/list-by-ids", ["POST"]),
        refusals.TrackingNumberAlreadyExists("12345"),
        refusals.PayloadTooLarge(8 * 1024 * 1024),
        refusals.OrderNotApproved(_ORDER, "INITIALIZED"),
        refusals.OrderIsPending(_ORDER),
        refusals.OrderIsRejected(_ORDER),
        refusals.OrderAlreadyPaid(_ORDER),
        refusals.UnsupportedTransition(_ORDER, "CANCELED", "APPROVED", ()),
        refusals.StatusAlreadySet(_ORDER, "APPROVED"),
        refusals.ResourceExhausted("more than 200 calls in a minute"),
    )
}


def refusal_response(refusals: list[type[Refusal]]) -> tuple[str, Json]:
    """Description and schema of an answer that is any of these refusals."""
    names = {"ValidationErrorResponse" if one is InvalidRequest else "ApplicationErrorResponse" for one in refusals}
    schemas = [ref(name) for name in sorted(names)]
    lines = [f"`{one.code}`: {_meaning(one)}" for one in refusals]
    return " ".join(lines), schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def refusal_examples(operations: Iterable[Operation]) -> Json:
    """The body of each refusal that one of the operations names, by its code."""
    from emulator.api.openapi.operations import refusals_of

    codes = {refusal.code for operation in operations for refusal in refusals_of(operation)} & SAMPLES.keys()
    return {code: {"summary": _meaning(_class_of(code)), "value": _body(code)} for code in sorted(codes)}


def refusal_catalogue() -> Json:
    """Every refusal of the emulated API by its code: status, rule, evidence and body, also those of no operation."""
    return {code: _entry(code) for code in sorted(SAMPLES)}


def error_schemas() -> Json:
    """The shapes of everything that is no success."""
    return _ERROR_SCHEMAS


def _entry(code: str) -> Json:
    refusal = _class_of(code)
    rule = SAMPLES[code].rule
    return {
        "status": HTTP_STATUS[refusal.status_name],
        "meaning": _meaning(refusal),
        "rule": rule.id,
        "evidence": rule.evidence,
        "body": _body(code),
    }


def _class_of(code: str) -> type[Refusal]:
    refusal = find_refusal(code)
    assert refusal is not None, code  # noqa: S101 - codes come from the refusals themselves
    return refusal


def _meaning(refusal: type[Refusal]) -> str:
    return (refusal.__doc__ or "").split("\n")[0]


def _body(code: str) -> Any:
    return from_json(bytes(render_refusal(SAMPLES[code], Behaviours()).body))


_DETAILS: Json = {"type": "object", "additionalProperties": True}
_TEXT: Json = {"type": "string"}

_ERROR_SCHEMAS: Json = {
    "ApplicationErrorResponse": {
        "type": "object",
        "required": ["message", "details"],
        "properties": {
            "message": _TEXT,
            "details": {
                "type": "object",
                "required": ["applicationError"],
                "properties": {
                    "applicationError": {
                        "type": "object",
                        "required": ["code", "description", "data"],
                        "properties": {"code": _TEXT, "description": _TEXT, "data": _DETAILS},
                    }
                },
            },
        },
    },
    "ValidationErrorResponse": {
        "type": "object",
        "required": ["message", "details"],
        "properties": {
            "message": _TEXT,
            "details": {
                "type": "object",
                "required": ["validationError"],
                "properties": {
                    "validationError": {
                        "type": "object",
                        "required": ["fieldViolations"],
                        "properties": {
                            "fieldViolations": {"type": "array", "minItems": 1, "items": ref("FieldViolation")}
                        },
                    }
                },
            },
        },
    },
    "FieldViolation": {
        "type": "object",
        "required": ["field", "description", "violatedRule"],
        "properties": {"field": _TEXT, "description": _TEXT, "violatedRule": _TEXT, "data": _DETAILS},
    },
    "SystemError": {
        "type": "object",
        "required": ["message", "details"],
        "properties": {"message": {"const": ""}, "details": {"type": "object", "maxProperties": 0}},
    },
}
