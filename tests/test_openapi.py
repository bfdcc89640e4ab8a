"""openapi.yaml: current, complete, and valid to others' eyes."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from click.testing import CliRunner
from schemathesis.core.result import Ok

from emulator.api.openapi import control_document, emulated_document
from emulator.api.routes import OPERATIONS
from emulator.cli.command import verbs

COMMITTED = Path(__file__).parents[1] / "openapi.yaml"
DOCUMENT = yaml.safe_load(COMMITTED.read_text())
METHODS = {"get", "post", "put", "patch", "delete"}


def operations(document: Any) -> dict[tuple[str, str], Any]:
    """Every operation of a document by its method and path."""
    return {
        (method.upper(), path): described
        for path, methods in document["paths"].items()
        for method, described in methods.items()
        if method in METHODS
    }


def test_the_committed_document_is_current() -> None:
    printed = CliRunner().invoke(verbs, ["openapi"], catch_exceptions=False).stdout
    is_current = printed == COMMITTED.read_text()
    assert is_current, "openapi.yaml is out of date: run `wix-emulator openapi > openapi.yaml`"


@pytest.mark.parametrize("is_control", [False, True], ids=["emulated", "control"])
def test_every_operation_is_in_its_document_and_no_other(is_control: bool) -> None:
    document = control_document() if is_control else emulated_document()
    described = {one["operationId"] for one in operations(document).values()}
    assert described == {one.id for one in OPERATIONS if one.is_control is is_control}
    assert len(operations(document)) == len(described)


@pytest.mark.parametrize("document", [emulated_document(), control_document()], ids=["emulated", "control"])
def test_a_document_is_valid_openapi(document: Any) -> None:
    schema = schemathesis.openapi.from_dict(document)
    schema.validate()
    assert [one for one in schema.get_all_operations() if not isinstance(one, Ok)] == []


@pytest.mark.parametrize("document", [emulated_document(), control_document()], ids=["emulated", "control"])
def test_every_reference_leads_to_something(document: Any) -> None:
    for reference in references(document):
        found = document
        for step in reference.removeprefix("#/").split("/"):
            assert step in found, reference
            found = found[step]


@pytest.mark.parametrize("described", operations(DOCUMENT).values(), ids=lambda one: str(one["operationId"]))
def test_an_operation_says_what_it_does_and_can_refuse(described: Any) -> None:
    assert described["summary"]
    assert {"200", "400", "500"} <= described["responses"].keys()
    for response in described["responses"].values():
        assert response["description"]
        assert response["headers"]["x-wix-request-id"]["required"]


def test_the_documents_own_examples_are_in_it() -> None:
    create = DOCUMENT["paths"]["/ecom/v1/fulfillments/orders/{orderId}/create-fulfillment"]["post"]
    for described in (create["requestBody"], create["responses"]["200"]):
        assert "rest-create-fulfillment" in described["content"]["application/json"]["examples"]


def test_the_limits_are_in_it() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    draft = schemas["FulfillmentDraft"]["properties"]
    assert (draft["lineItems"]["minItems"], draft["lineItems"]["maxItems"]) == (1, 300)
    quantity = schemas["FulfillmentLineItem"]["properties"]["quantity"]["anyOf"][0]
    assert (quantity["minimum"], quantity["maximum"]) == (1, 100_000)


def references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for one in value for found in references(one)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [found for one in value.values() for found in references(one)]
