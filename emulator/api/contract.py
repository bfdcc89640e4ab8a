"""Holds the emulator's answers to its own openapi.yaml while it runs (`--check-responses`)."""

import json
from functools import cache
from typing import Any

from jsonschema_rs import Draft202012Validator

from emulator.api.answer import Response
from emulator.api.openapi import emulated_document
from emulator.api.responses import HTTP_STATUS
from emulator.journal import Entry

_COMPLAINTS_MAX = 5
_METHODS = ("get", "post", "put", "patch", "delete")
_ANY_REFUSAL = {
    "anyOf": [{"$ref": f"#/components/schemas/{kind}ErrorResponse"} for kind in ("Application", "Validation")]
}

Json = dict[str, Any]


class Contract:
    """The emulated API's answers as openapi.yaml describes them."""

    def __init__(self, document: Json) -> None:
        self._components = document["components"]
        self._answers = {
            described["operationId"]: described["responses"]
            for path in document["paths"].values()
            for method, described in path.items()
            if method in _METHODS
        }
        self._validators: dict[tuple[str | None, int], Draft202012Validator] = {}

    def complaint(self, entry: Entry, response: Response) -> str | None:
        """What of the answer does not fit; None if all does. What a fault has planned is not held against us."""
        if entry.fault is not None or entry.method == "OPTIONS":
            return None
        # A setting may give a refusal another status; its body stays as it is.
        status = HTTP_STATUS[entry.refusal.status_name] if entry.refusal else response.status_code
        if entry.operation is not None and str(status) not in self._answers[entry.operation]:
            return f"{entry.operation} answers {status}, which openapi.yaml does not name"
        content_type = dict(response.raw_headers).get(b"content-type", b"none").decode("latin-1")
        if content_type != "application/json":
            return f"the content type is {content_type}, not application/json"
        try:
            body = json.loads(bytes(response.body))
        except ValueError as error:
            return f"the body is not JSON: {error}"
        return self._misfits(entry.operation, status, body)

    def _misfits(self, operation: str | None, status: int, body: Any) -> str | None:
        errors = list(self._validator(operation, status).iter_errors(body))
        told = [f"{'/'.join(map(str, one.instance_path)) or 'the body'}: {one.message}" for one in errors]
        return "; ".join(told[:_COMPLAINTS_MAX]) or None

    def _validator(self, operation: str | None, status: int) -> Draft202012Validator:
        key = (operation, status)
        if key not in self._validators:
            schema = _ANY_REFUSAL
            if operation is not None:
                schema = self._answers[operation][str(status)]["content"]["application/json"]["schema"]
            self._validators[key] = Draft202012Validator(
                {"components": self._components, **schema}, validate_formats=True
            )
        return self._validators[key]


@cache
def own_contract() -> Contract:
    """The contract that the emulator prints, made once."""
    return Contract(emulated_document())
