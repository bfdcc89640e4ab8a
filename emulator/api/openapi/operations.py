"""An operation as OpenAPI describes it: what it takes, answers and refuses, and by which rules."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from emulator.api.openapi.evidence import operation_evidence
from emulator.api.openapi.refusals import refusal_response, refusals_of
from emulator.api.openapi.schemas import has_body, is_body_required, ref
from emulator.api.openapi.security import granting_scopes, requirements
from emulator.api.openapi.sign_in import REQUESTS, sign_in_body, sign_in_responses
from emulator.api.operation import Operation
from emulator.api.responses import HTTP_STATUS, SYSTEM_ERROR_STATUS
from emulator.domain.refusals import Refusal, find_refusal

Json = dict[str, Any]

SITE_PARAMETER: Json = {
    "name": "wix-site-id",
    "in": "header",
    "required": False,
    "description": "The site that the call is for; without it the default site (R211).",
    "schema": {"type": "string", "maxLength": 100},
}


def described(operation: Operation, names: list[str]) -> Json:
    """The operation, under a path template with these parameters."""
    described: Json = {"operationId": operation.id, "summary": operation.summary}
    if not operation.is_control:
        described["tags"] = [_tag(operation)]
    if operation.scope:
        described["security"] = requirements(operation.scope)
        described["x-granted-by"] = granting_scopes(operation.scope)
    if evidence := operation_evidence(operation):
        described["x-evidence"] = evidence
    described["parameters"] = [*map(_path_parameter, names), {"$ref": "#/components/parameters/site"}]
    if operation.id in REQUESTS:
        described["requestBody"] = sign_in_body(operation.id)
    elif operation.request is not None and has_body(operation):
        media = {"application/json": {"schema": ref(operation.request.__name__)}}
        described["requestBody"] = {"required": is_body_required(operation, operation.request), "content": media}
    described["responses"] = _responses(operation)
    return described


def response(description: str, schema: Json) -> Json:
    """An answer in JSON, with the request's id in a header."""
    return {
        "description": description,
        "headers": {"x-wix-request-id": {"$ref": "#/components/headers/request-id"}},
        "content": {"application/json": {"schema": schema}},
    }


def _responses(operation: Operation) -> Json:
    schema: Json = {"type": "object"} if operation.response is None else ref(operation.response.__name__)
    responses: Json = {"200": response("The answer.", schema)}
    for status, refusals in sorted(_by_status(refusals_of(operation)).items()):
        responses[str(status)] = response(*refusal_response(refusals))
        if examples := {
            one.code: {"$ref": f"#/components/examples/{one.code}"}
            for one in refusals
            if find_refusal(one.code) is not None
        }:
            responses[str(status)]["content"]["application/json"]["examples"] = examples
    if operation.id in REQUESTS:
        responses |= {status: response(*answer) for status, answer in sign_in_responses(operation.id).items()}
    responses[str(SYSTEM_ERROR_STATUS)] = response(
        "A fault of the emulator's own, blank as at Wix (R207).", ref("SystemError")
    )
    return responses


def _by_status(refusals: Iterable[type[Refusal]]) -> dict[int, list[type[Refusal]]]:
    by_status: defaultdict[int, list[type[Refusal]]] = defaultdict(list)
    for refusal in refusals:
        by_status[HTTP_STATUS[refusal.status_name]].append(refusal)
    return by_status


def _path_parameter(name: str) -> Json:
    is_guid = name == "fulfillmentId"
    schema: Json = (
        {"type": "string", "format": "uuid"} if is_guid else {"type": "string", "minLength": 1, "maxLength": 100}
    )
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _tag(operation: Operation) -> str:
    if operation.path.startswith("/oauth"):
        return "Sign-in"
    return "Order Fulfillments" if "/fulfillments" in operation.path else "Orders"
