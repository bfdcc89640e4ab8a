"""Requests into models, models and refusals into responses. Alone in knowing HTTP's numbers."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.domain import rules
from emulator.domain.behaviours import Behaviours, RefusalOverride
from emulator.domain.refusals import InvalidRequest, MethodNotAllowed, Refusal, Violation
from emulator.domain.violations import violations_of

HTTP_STATUS: Mapping[str, int] = {
    "INVALID_ARGUMENT": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "ALREADY_EXISTS": 409,
    "PAYLOAD_TOO_LARGE": 413,
    "FAILED_PRECONDITION": 428,
    "RESOURCE_EXHAUSTED": 429,
}
SYSTEM_ERROR_STATUS = 500
SYSTEM_ERROR_BODY = b'{"message":"","details":{}}'  # R207
JSON = "application/json"

DEPTH_MAX = 100  # half of what a JSON parser takes, because a snapshot wraps the same values in levels of its own

_NO_OVERRIDE = RefusalOverride.model_construct()
_Model = TypeVar("_Model", bound=BaseModel)


def parse(call: Call, model: type[_Model]) -> _Model:
    """The request as that model. Path parameters decide over the body, as a dotted name says where they go (R204).

    Raises InvalidRequest with all violations (R201).
    """
    fields = call.query() if call.operation.takes_query else json_object(call.body)
    for name, value in call.path_parameters.items():
        if "." in name:
            _bind(fields, name, value)
        else:
            fields[name] = value
    try:
        validated: Any = model.__pydantic_validator__.validate_python(fields, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InvalidRequest(violations_of(error, model)) from None
    return validated  # type: ignore[no-any-return]  # of the model


def json_object(body: bytes) -> dict[str, Any]:
    """The body's JSON object; an empty body is an empty object. Raises InvalidRequest (R205)."""
    if not body:
        return {}
    try:
        value = from_json(body, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        raise _malformed(f"the body is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise _malformed("the body must be a JSON object")
    if body.count(b"{") + body.count(b"[") > DEPTH_MAX and _is_deep(value):
        raise _malformed(f"the body is nested in more than {DEPTH_MAX} levels")
    return value


def render(value: Any) -> Response:
    """200 with a model as JSON, or with an object of models."""
    return respond(as_json(value))


def respond(body: bytes) -> Response:
    """200 with what is JSON already."""
    return Response(body, media_type=JSON)


def as_json(value: Any) -> bytes:
    """A model as JSON, or an object of models: their unset optionals are absent (R131, R203)."""
    return to_json(value, exclude_none=True)


def render_json(value: Any, status: int = 200) -> Response:
    """Any JSON value; a number that JSON cannot hold is null, as in a rendered model."""
    return Response(to_json(value, inf_nan_mode="null"), status, media_type=JSON)


def render_refusal(refusal: Refusal, behaviours: Behaviours) -> Response:
    """The refusal in Wix's error envelope, with the status and code that the settings give it (R201, R202)."""
    headers = {"x-emulator-rule": refusal.rule.id}
    if isinstance(refusal, MethodNotAllowed):
        headers["allow"] = ", ".join(refusal.allowed)
    if isinstance(refusal, InvalidRequest):
        message = _violation_tree(refusal.violations)
        details = {"validationError": {"fieldViolations": [_rendered(violation) for violation in refusal.violations]}}
    else:
        message = refusal.message
        details = {"applicationError": application_error(refusal, behaviours)}
    status = _override(refusal, behaviours).status or HTTP_STATUS[refusal.status_name]
    return Response(to_json({"message": message, "details": details}), status, headers, media_type=JSON)


def application_error(refusal: Refusal, behaviours: Behaviours) -> dict[str, Any]:
    """The refusal as `{code, description, data}`, the form that an entry of a bulk answer has too."""
    if isinstance(refusal, InvalidRequest):
        violations = [_rendered(violation) for violation in refusal.violations]
        return {
            "code": refusal.status_name,
            "description": refusal.message,
            "data": {"fieldViolations": violations},
        }
    code = _override(refusal, behaviours).code or refusal.code
    return {"code": code, "description": refusal.message, "data": refusal.data}


def _bind(fields: dict[str, Any], name: str, value: str) -> None:
    *parents, leaf = name.split(".")
    for parent in parents:
        below = fields.get(parent)
        if below is None:
            below = fields[parent] = {}
        if not isinstance(below, dict):
            return  # for the model to refuse
        fields = below
    fields[leaf] = value


def _is_deep(value: Any) -> bool:
    """Whether it has more than DEPTH_MAX levels, found level by level."""
    level = [value]
    for _ in range(DEPTH_MAX + 1):
        inside = [one.values() if one.__class__ is dict else one for one in level]
        level = [one for values in inside for one in values if one.__class__ is dict or one.__class__ is list]
        if not level:
            return False
    return True


def _malformed(description: str) -> InvalidRequest:
    return InvalidRequest([Violation("", description, "FORMAT", {"type": "JSON"}, rules.BROKEN_JSON)])


def _override(refusal: Refusal, behaviours: Behaviours) -> RefusalOverride:
    return behaviours.refusals.get(refusal.code) or _NO_OVERRIDE


def _rendered(violation: Violation) -> dict[str, Any]:
    rendered: dict[str, Any] = {
        "field": violation.field,
        "description": violation.description,
        "violatedRule": violation.violated_rule,
    }
    return rendered if violation.data is None else rendered | {"data": violation.data}


def _violation_tree(violations: Iterable[Violation]) -> str:
    """The violations as the indented tree that other Wix services answer with (R201)."""
    lines: dict[str, None] = {}
    for violation in violations:
        *parents, leaf = violation.field.replace("[", " [at index ").split(".")
        for depth, parent in enumerate(parents):
            lines[f"{_branch(depth)}{parent} is invalid:"] = None
        lines[f"{_branch(len(parents))}{f'{leaf} {violation.description}'.strip()}"] = None
    return "\n".join(lines)


def _branch(depth: int) -> str:
    return "    " * (depth - 1) + "`-- " if depth else ""
