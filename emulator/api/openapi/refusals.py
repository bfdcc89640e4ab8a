"""The refusals as answers: their schemas, and one example of each as the emulator renders it."""

from collections.abc import Iterable
from typing import Any

from pydantic_core import from_json

from emulator.api.admission import ControlTokenRequired, OriginNotAllowed
from emulator.api.openapi.schemas import ref
from emulator.api.operation import Operation
from emulator.api.responses import HTTP_STATUS, render_refusal
from emulator.domain.behaviours import Behaviours
from emulator.domain.refusal_examples import example_of
from emulator.domain.refusals import (
    InvalidRequest,
    PayloadTooLarge,
    PermissionDenied,
    Refusal,
    ResourceExhausted,
    Unauthenticated,
    find_refusal,
    refusal_codes,
)

Json = dict[str, Any]


def refusals_of(operation: Operation) -> list[type[Refusal]]:
    """Everything that the operation may be refused with: its own, and what any call may be."""
    refusals: list[type[Refusal]] = [InvalidRequest, *operation.refusals]  # any call may name a site that is refused
    if operation.scope:
        refusals += [Unauthenticated, PermissionDenied, ResourceExhausted]
    if operation.is_control:
        refusals += [ControlTokenRequired, OriginNotAllowed]
    if not operation.is_control or (operation.method != "GET" and operation.request is not None):
        refusals.append(PayloadTooLarge)
    return list(dict.fromkeys(refusals))


def refusal_response(refusals: list[type[Refusal]]) -> tuple[str, Json]:
    """Description and schema of an answer that is any of these refusals."""
    names = {"ValidationErrorResponse" if one is InvalidRequest else "ApplicationErrorResponse" for one in refusals}
    schemas = [ref(name) for name in sorted(names)]
    lines = [f"`{one.code}`: {_meaning(one)}" for one in refusals]
    return " ".join(lines), schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def refusal_examples(operations: Iterable[Operation]) -> Json:
    """The body of each refusal that one of the operations names, by its code."""
    codes = {refusal.code for operation in operations for refusal in refusals_of(operation)} & set(refusal_codes())
    return {code: {"summary": _meaning(_class_of(code)), "value": _body(code)} for code in sorted(codes)}


def refusal_catalogue() -> Json:
    """Every refusal of the emulated API by its code: status, rule, evidence and body, also those of no operation."""
    return {code: _entry(code) for code in refusal_codes()}


def error_schemas() -> Json:
    """The shapes of everything that is no success."""
    return _ERROR_SCHEMAS


def _entry(code: str) -> Json:
    refusal = _class_of(code)
    rule = example_of(code).rule
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
    return from_json(bytes(render_refusal(example_of(code), Behaviours()).body))


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
