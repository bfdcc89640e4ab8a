"""The OpenAPI 3.1 documents, made from the operation table and the models."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Literal

import yaml
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from emulator import __version__
from emulator.api.operation import Operation
from emulator.api.responses import HTTP_STATUS, SYSTEM_ERROR_STATUS
from emulator.api.routes import OPERATIONS
from emulator.domain.refusals import InvalidRequest, PayloadTooLarge, Refusal
from emulator.seeds import fixtures

_SCHEMAS = "#/components/schemas/"
_Mode = Literal["validation", "serialization"]
Json = dict[str, Any]


def emulated_document() -> Json:
    """The emulated API: what `openapi.yaml` holds."""
    emulated = [operation for operation in OPERATIONS if not operation.is_control]
    document = _document("Wix eCommerce Order Fulfillments API, as wix-emulator answers it", emulated)
    _add_examples(document)
    return document


def control_document() -> Json:
    """The control plane: what `GET /_emulator/openapi.json` answers."""
    return _document("The control plane of wix-emulator", [one for one in OPERATIONS if one.is_control])


def to_yaml(document: Json) -> str:
    """The document as YAML, keys in the order in which they were written."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)


def _document(title: str, operations: list[Operation]) -> Json:
    paths: defaultdict[str, Json] = defaultdict(dict)
    templates = _templates(operations)
    for operation in operations:
        template = templates[_hierarchy(operation.path)]
        paths[template][operation.method.lower()] = _operation(operation, _path_parameters(template))
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": __version__, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": "http://127.0.0.1:8949"}],
        "security": [{"authorization": []}, {}],
        "paths": dict(paths),
        "components": {
            "parameters": {"site": _SITE_PARAMETER},
            "schemas": _schemas(operations),
            "securitySchemes": {
                "authorization": {"type": "apiKey", "in": "header", "name": "authorization"},
            },
        },
    }


def _templates(operations: Iterable[Operation]) -> dict[str, str]:
    """One template for paths that differ in their parameters' names only, as OpenAPI demands: the one without dots."""
    templates: dict[str, str] = {}
    for operation in sorted(operations, key=lambda one: "." in one.path):
        templates.setdefault(_hierarchy(operation.path), operation.path)
    return templates


def _hierarchy(path: str) -> str:
    return re.sub(r"{.+?}", "{}", path)


def _operation(operation: Operation, path_parameters: list[str]) -> Json:
    described: Json = {"operationId": operation.id, "summary": operation.summary}
    if operation.scope:
        described["x-scope"] = operation.scope
    parameters = [_path_parameter(name) for name in path_parameters]
    described["parameters"] = [*parameters, {"$ref": "#/components/parameters/site"}]
    if operation.request is not None and _has_body(operation, operation.request):
        schema = _ref(operation.request.__name__)
        required = _is_body_required(operation, operation.request)
        described["requestBody"] = {"required": required, "content": {"application/json": {"schema": schema}}}
    described["responses"] = _responses(operation)
    return described


_SITE_PARAMETER: Json = {
    "name": "wix-site-id",
    "in": "header",
    "required": False,
    "description": "The site that the call is for; without it the default site.",
    "schema": {"type": "string", "maxLength": 100},
}


def _path_parameters(path: str) -> list[str]:
    return re.findall(r"{(.+?)}", path)


def _has_body(operation: Operation, request: type[BaseModel]) -> bool:
    """Whether the request has fields that neither path nor query gives."""
    fields = {field.alias or name for name, field in request.model_fields.items()}
    return operation.method in ("POST", "PATCH", "PUT") and not fields <= set(_path_parameters(operation.path))


def _is_body_required(operation: Operation, request: type[BaseModel]) -> bool:
    """Whether an empty body is refused: it lacks a field that the path does not give, not even in part."""
    given = {name.split(".")[0] for name in _path_parameters(operation.path)}
    required = {field.alias or name for name, field in request.model_fields.items() if field.is_required()}
    return not required <= given


def _path_parameter(name: str) -> Json:
    is_guid = name == "fulfillmentId"
    schema: Json = (
        {"type": "string", "format": "uuid"} if is_guid else {"type": "string", "minLength": 1, "maxLength": 100}
    )
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _responses(operation: Operation) -> Json:
    schema: Json = {"type": "object"}
    if operation.response is not None:
        schema = {"$ref": _SCHEMAS + operation.response.__name__}
    responses: Json = {"200": _response("The answer.", schema)}
    # Any call may name a site that is refused.
    refusals: Iterable[type[Refusal]] = dict.fromkeys((InvalidRequest, *operation.refusals))
    if operation.request is not None and operation.method != "GET":
        refusals = (*refusals, PayloadTooLarge)
    by_status: defaultdict[int, list[type[Refusal]]] = defaultdict(list)
    for refusal in refusals:
        by_status[HTTP_STATUS[refusal.status_name]].append(refusal)
    for status, ones in sorted(by_status.items()):
        responses[str(status)] = _refusal_response(ones)
    if operation.path in _OAUTH_PATHS:
        either = {"anyOf": [_ref("OAuthError"), _ref("ValidationErrorResponse")]}
        responses["400"] = _response("`invalid_request` and other errors of RFC 6749, or the form is wrong.", either)
        responses["401"] = _response("`invalid_client`: Not the app's id or secret.", _ref("OAuthError"))
    responses[str(SYSTEM_ERROR_STATUS)] = _response(
        "A fault of the emulator's own, blank as at Wix.", _ref("SystemError")
    )
    return responses


def _refusal_response(refusals: list[type[Refusal]]) -> Json:
    names = {"ValidationErrorResponse" if one is InvalidRequest else "ApplicationErrorResponse" for one in refusals}
    schemas = [_ref(name) for name in sorted(names)]
    lines = [f"`{one.code}`: {(one.__doc__ or '').split(chr(10))[0]}" for one in refusals]
    return _response(" ".join(lines), schemas[0] if len(schemas) == 1 else {"anyOf": schemas})


def _response(description: str, schema: Json) -> Json:
    headers = {"x-wix-request-id": {"schema": {"type": "string"}, "required": True}}
    return {
        "description": description,
        "headers": headers,
        "content": {"application/json": {"schema": schema}},
    }


def _ref(name: str) -> Json:
    return {"$ref": _SCHEMAS + name}


def _schemas(operations: list[Operation]) -> Json:
    models: dict[type[BaseModel], _Mode] = {}
    for operation in operations:
        if operation.request is not None and _has_body(operation, operation.request):
            models[operation.request] = "validation"
        if operation.response is not None:
            models[operation.response] = "serialization"
    _, generated = models_json_schema(list(models.items()), ref_template=_SCHEMAS + "{model}")
    schemas: Json = generated.get("$defs", {})
    for operation in operations:
        if operation.request is not None and _has_body(operation, operation.request):
            for name in _path_parameters(operation.path):
                _leave_out(schemas, operation.request.__name__, name.split("."))
    return {name: _tidied(schema) for name, schema in sorted((schemas | _ERROR_SCHEMAS).items())}


def _leave_out(schemas: Json, name: str, path: list[str]) -> None:
    """Take a field that the path gives out of the body's schema."""
    schema = schemas[name]
    if len(path) == 1:
        del schema["properties"][path[0]]
    if path[0] in schema.get("required", ()):
        schema["required"].remove(path[0])
    if len(path) > 1:
        _leave_out(schemas, schema["properties"][path[0]]["$ref"].removeprefix(_SCHEMAS), path[1:])


def _tidied(schema: Any) -> Any:
    """The schema without pydantic's titles and null defaults, and without empty lists."""
    if isinstance(schema, list):
        return [_tidied(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    dropped = {key for key, value in schema.items() if key == "title" and isinstance(value, str)}
    dropped |= {key for key in ("default", "required") if not schema.get(key, True)}
    return {key: _tidied(value) for key, value in schema.items() if key not in dropped}


def _add_examples(document: Json) -> None:
    """Put the documents' own examples beside the bodies that they are examples of."""
    path = fixtures() / "examples" / "order-fulfillments.yaml"
    examples = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)["examples"]
    described_by_id = {one["operationId"]: one for path in document["paths"].values() for one in path.values()}
    for example in examples:
        described = described_by_id[example["operation"]]
        if "body" in example["request"]:
            _add_example(described["requestBody"], example, example["request"]["body"])
        _add_example(described["responses"]["200"], example, example["response"])


def _add_example(described: Json, example: Json, value: Any) -> None:
    media = described["content"]["application/json"]
    media.setdefault("examples", {})[example["name"]] = {"summary": example["source"], "value": value}


_DETAILS: Json = {"type": "object", "additionalProperties": True}
_TEXT: Json = {"type": "string"}
_OAUTH_PATHS = ("/oauth2/token", "/oauth/access")

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
                            "fieldViolations": {
                                "type": "array",
                                "minItems": 1,
                                "items": {"$ref": f"{_SCHEMAS}FieldViolation"},
                            }
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
    "OAuthError": {
        "type": "object",
        "required": ["error", "error_description"],
        "properties": {"error": _TEXT, "error_description": _TEXT},
    },
    "SystemError": {
        "type": "object",
        "required": ["message", "details"],
        "properties": {"message": {"const": ""}, "details": {"type": "object", "maxProperties": 0}},
    },
}
