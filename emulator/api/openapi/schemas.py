"""The models' schemas, as they travel: without what a path gives, and without pydantic's own words."""

import re
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from emulator.api.operation import Operation

SCHEMAS = "#/components/schemas/"
_Mode = Literal["validation", "serialization"]
Json = dict[str, Any]


def ref(name: str) -> Json:
    """A reference to the schema of that name."""
    return {"$ref": SCHEMAS + name}


def path_parameters(path: str) -> list[str]:
    """The names in the path's braces."""
    return re.findall(r"{(.+?)}", path)


def has_body(operation: Operation) -> bool:
    """Whether the request has fields that neither path nor query gives."""
    if operation.request is None or operation.method not in ("POST", "PATCH", "PUT"):
        return False
    fields = {field.alias or name for name, field in operation.request.model_fields.items()}
    return not fields <= set(path_parameters(operation.path))


def is_body_required(operation: Operation, request: type[BaseModel]) -> bool:
    """Whether an empty body is refused: it lacks a field that the path does not give, not even in part."""
    given = {name.split(".")[0] for name in path_parameters(operation.path)}
    required = {field.alias or name for name, field in request.model_fields.items() if field.is_required()}
    return not required <= given


def model_schemas(operations: list[Operation]) -> Json:
    """The schema of every model that the operations take or answer with, by name."""
    models: dict[type[BaseModel], _Mode] = {}
    for operation in operations:
        if operation.request is not None and has_body(operation):
            models[operation.request] = "validation"
        if operation.response is not None:
            models[operation.response] = "serialization"
    _, generated = models_json_schema(list(models.items()), ref_template=SCHEMAS + "{model}")
    schemas: Json = generated.get("$defs", {})
    for operation in operations:
        if operation.request is not None and has_body(operation):
            for name in path_parameters(operation.path):
                _leave_out(schemas, operation.request.__name__, name.split("."))
    return {name: tidied(schema) for name, schema in schemas.items()}


def tidied(schema: Any) -> Any:
    """The schema without pydantic's titles and null defaults, and without empty lists."""
    if isinstance(schema, list):
        return [tidied(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    dropped = {key for key, value in schema.items() if key == "title" and isinstance(value, str)}
    dropped |= {key for key in ("default", "required") if not schema.get(key, True)}
    return {key: tidied(value) for key, value in schema.items() if key not in dropped}


def _leave_out(schemas: Json, name: str, path: list[str]) -> None:
    """Take a field that the path gives out of the body's schema."""
    schema = schemas[name]
    if len(path) == 1:
        del schema["properties"][path[0]]
    if path[0] in schema.get("required", ()):
        schema["required"].remove(path[0])
    if len(path) > 1:
        _leave_out(schemas, schema["properties"][path[0]]["$ref"].removeprefix(SCHEMAS), path[1:])
