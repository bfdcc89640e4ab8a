"""openapi.yaml: current, complete, and valid to others' eyes."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
import yaml
from click.testing import CliRunner
from schemathesis.core.result import Ok

import emulator.domain.refusals
from emulator.api.openapi import control_document, emulated_document
from emulator.api.openapi.links import LINKS, Link
from emulator.api.openapi.refusals import refusals_of
from emulator.api.operation import Operation
from emulator.api.routes import OPERATIONS
from emulator.cli.command import verbs
from emulator.domain.chaos import CHAOS_NAMES
from emulator.domain.credentials import GRANTING_SCOPES
from emulator.domain.deliveries import DeliveryFormat
from emulator.domain.events import EVENT_TYPES, EventType
from emulator.domain.grants import GRANT_TYPES
from emulator.domain.refusal_examples import examples
from emulator.domain.refusals import Refusal, refusal_codes
from emulator.domain.rules import RULES
from emulator.operations.events import fire
from emulator.webhooks.envelope import Sealer
from emulator.webhooks.keys import SigningKey
from tests.events import delivery, subscription
from tests.factories import ORDER_ID, fulfillment, order, site

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


def test_chaos_is_described_as_a_name_and_as_a_name_with_seconds() -> None:
    schemas = control_document()["components"]["schemas"]
    for request in ("PlannedEffect", "FireEventRequest"):
        name, planned, nothing = schemas[request]["properties"]["chaos"]["anyOf"]
        assert name["enum"] == list(CHAOS_NAMES)
        assert planned == {"$ref": "#/components/schemas/_PlannedChaos"}
        assert nothing == {"type": "null"}


@pytest.mark.parametrize("described", operations(DOCUMENT).values(), ids=lambda one: str(one["operationId"]))
def test_an_operation_says_what_it_does_and_can_refuse(described: Any) -> None:
    assert described["summary"]
    assert {"200", "400", "500"} <= described["responses"].keys()
    for response in described["responses"].values():
        assert response["description"]
        header = response["headers"]["x-wix-request-id"]["$ref"].rpartition("/")[2]
        assert DOCUMENT["components"]["headers"][header]["required"]


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


EMULATED = [one for one in OPERATIONS if not one.is_control]
DESCRIBED = {one["operationId"]: one for one in operations(DOCUMENT).values()}


def schema(reference: str) -> jsonschema_rs.Draft202012Validator:
    """A validator of one of the document's schemas."""
    return jsonschema_rs.Draft202012Validator(DOCUMENT | {"$ref": f"#/components/schemas/{reference}"})


def refusals_of_wix() -> set[str]:
    """The codes of the emulated API; those of the control plane are defined beside it."""
    own = {one for one in vars(emulator.domain.refusals).values() if isinstance(one, type) and issubclass(one, Refusal)}
    return {one.code for one in own if "code" in vars(one)} & set(refusal_codes())


def test_every_refusal_is_catalogued_with_status_rule_and_body() -> None:
    catalogue = DOCUMENT["x-refusals"]
    assert catalogue.keys() == refusals_of_wix() == examples().keys()
    for code, entry in catalogue.items():
        assert 400 <= entry["status"] < 500
        assert RULES[entry["rule"]].evidence == entry["evidence"]
        is_validation = code == "INVALID_ARGUMENT"
        schema("ValidationErrorResponse" if is_validation else "ApplicationErrorResponse").validate(entry["body"])


@pytest.mark.parametrize("operation", EMULATED, ids=lambda one: str(one.id))
def test_every_refusal_of_an_operation_has_an_example_under_its_status(operation: Operation) -> None:
    if operation.path.startswith("/oauth"):
        return  # these decline in the words of OAuth
    for refusal in refusals_of(operation):
        status = str(DOCUMENT["x-refusals"][refusal.code]["status"])
        media = DESCRIBED[operation.id]["responses"][status]["content"]["application/json"]
        assert media["examples"][refusal.code] == {"$ref": f"#/components/examples/{refusal.code}"}
        assert DOCUMENT["components"]["examples"][refusal.code]["value"] == DOCUMENT["x-refusals"][refusal.code]["body"]


@pytest.mark.parametrize("operation", EMULATED, ids=lambda one: str(one.id))
def test_an_operation_names_its_rules_and_how_each_is_known(operation: Operation) -> None:
    evidence = DESCRIBED[operation.id]["x-evidence"]
    assert evidence == {rule_id: RULES[rule_id].evidence for rule_id in evidence}
    assert {examples()[one.code].rule.id for one in operation.refusals} <= evidence.keys()


def test_every_rule_of_the_wire_belongs_to_an_operation_or_an_event() -> None:
    described = [*DESCRIBED.values(), *(one["post"] for one in DOCUMENT["webhooks"].values())]
    named = {rule_id for one in described for rule_id in one["x-evidence"]}
    # Unknown paths, faults, limits, who is let in, the Velo runtime, the simulation and HTTP at large are of no one
    # operation.
    elsewhere = {"R208", "R214", "R215", "R216", "R707"} | {rule_id for rule_id in RULES if rule_id[1] in "56"}
    assert named == RULES.keys() - elsewhere
    assert DOCUMENT["x-evidence"].keys() == RULES.keys()


def test_a_token_may_be_asked_for_by_every_grant_that_is_known() -> None:
    grants = DOCUMENT["components"]["schemas"]["TokenRequest"]["oneOf"]
    assert tuple(one["properties"]["grant_type"]["const"] for one in grants) == GRANT_TYPES


@pytest.mark.parametrize("operation", [one for one in EMULATED if one.scope], ids=lambda one: str(one.id))
def test_an_operation_names_its_scope_and_who_else_is_granted_it(operation: Operation) -> None:
    described = DESCRIBED[operation.id]
    assert described["security"] == [{"apiKey": [operation.scope]}, {"accessToken": [operation.scope]}, {}]
    scopes = DOCUMENT["components"]["securitySchemes"]["accessToken"]["flows"]["clientCredentials"]["scopes"]
    assert operation.scope is not None
    assert set(described["x-granted-by"]) == GRANTING_SCOPES[operation.scope] <= scopes.keys()


@pytest.mark.parametrize(("source", "link"), [(one, link) for one, links in LINKS.items() for link in links])
def test_a_link_gives_its_target_what_the_path_needs(source: str, link: Link) -> None:
    shown = DESCRIBED[source]["responses"]["200"]["links"][link.operation]
    target = DESCRIBED[shown["operationId"]]
    needed = {one["name"] for one in target["parameters"] if one.get("in") == "path"}
    assert shown.get("parameters", {}).keys() == needed
    assert ("requestBody" in shown) <= ("requestBody" in target)


def test_create_leads_to_update_to_delete_to_list() -> None:
    def after(operation_id: str) -> set[str]:
        return set(DESCRIBED[operation_id]["responses"]["200"]["links"])

    assert "createFulfillment" in after("createOrder")
    assert "updateFulfillment" in after("createFulfillment")
    assert "deleteFulfillment" in after("updateFulfillment")
    assert "listFulfillmentsForSingleOrder" in after("deleteFulfillment")


@pytest.mark.parametrize("event_type", EVENT_TYPES.values(), ids=EVENT_TYPES)
def test_an_event_is_as_its_webhook_says(event_type: EventType) -> None:
    claims = DOCUMENT["webhooks"][event_type.name]["post"]["requestBody"]["content"]["text/plain"]["schema"]
    name = claims["contentSchema"]["$ref"].rpartition("/")[2].removesuffix("Claims")
    event = fire(site(order()), event_type, ORDER_ID, {}).event
    schema(name).validate(event.domain_event())
    envelope = DOCUMENT["components"]["schemas"][f"{name}Envelope"]["properties"]
    assert envelope["eventType"] == {"const": event_type.name}
    assert envelope["data"]["contentSchema"] == {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize("in_format", ["sdk", "velo"])
@pytest.mark.parametrize("event_type", EVENT_TYPES.values(), ids=EVENT_TYPES)
def test_a_plain_webhook_is_as_its_format_says(event_type: EventType, in_format: DeliveryFormat) -> None:
    plain = DOCUMENT["webhooks"][event_type.name]["post"]["requestBody"]["content"]["application/json"]["schema"]
    (name,) = (one["$ref"].rpartition("/")[2] for one in plain["anyOf"] if one["$ref"].lower().endswith(in_format))
    told = fire(site(order(fulfillments=[fulfillment(1)])), event_type, ORDER_ID, {}).event
    sealer = Sealer(SigningKey(), SigningKey.wrong(), "an app", "an instance")
    body = sealer.seal(delivery(of=told, to=subscription(format=in_format))).body
    schema(name).validate(json.loads(body))
    if event_type.body_kind != "flat":
        assert not schema(name).is_valid(json.loads(body.replace(b'"_createdDate"', b'"createdDate"')))
        assert not schema(name).is_valid(
            json.loads(body.replace(b'"lineItems":[', b'"lineItems":[{"id":"of the wire"},'))
        )


def test_every_event_type_has_a_webhook() -> None:
    assert DOCUMENT["webhooks"].keys() == EVENT_TYPES.keys()


def references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for one in value for found in references(one)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [found for one in value.values() for found in references(one)]
