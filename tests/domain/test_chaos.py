from typing import Any, get_args

import pytest

from emulator.domain.chaos import ADVICE, CHAOS_NAMES, LARGE_PAYLOAD_CHARACTERS, Chaos, ChaosName, disfigured
from emulator.domain.events import TICKET_ORDER_UPDATED
from tests.documents import document
from tests.events import event
from tests.factories import ORDER_ID, fulfillment

HARMLESS_TO_THE_EVENT = set(CHAOS_NAMES) - {"unknown-event-type", "very-large-payload", "tampered-payload"}


def test_there_are_nine_mishaps() -> None:
    assert get_args(ChaosName) == CHAOS_NAMES
    assert set(CHAOS_NAMES) == {
        "duplicate",
        "reorder",
        "delay",
        "expired-token",
        "wrong-key",
        "tampered-payload",
        "truncated-body",
        "unknown-event-type",
        "very-large-payload",
    }


@pytest.mark.parametrize("name", CHAOS_NAMES)
def test_there_is_advice_for_every_mishap(name: ChaosName) -> None:
    assert ADVICE[name].startswith(("answer 200", "keep", "handle", "refuse", "accept"))


def test_without_a_mishap_an_event_is_as_it_is() -> None:
    told = event()
    assert disfigured(told, None) is told


@pytest.mark.parametrize("name", sorted(HARMLESS_TO_THE_EVENT))
def test_most_mishaps_leave_the_event_as_it_is(name: ChaosName) -> None:
    told = event()
    assert disfigured(told, Chaos(name)) is told


def test_an_unknown_event_type_is_none_of_wixs_but_of_the_same_entity() -> None:
    told = disfigured(event(), Chaos("unknown-event-type"))

    assert told.type.name == "wix.ecom.v1.fulfillments_teleported"
    assert told.domain_event()["slug"] == "teleported"
    assert told.domain_event()["entityId"] == ORDER_ID


def test_a_very_large_payload_has_one_more_fulfillment_of_over_a_megabyte() -> None:
    body: dict[str, Any] = {"orderId": ORDER_ID, "fulfillments": [fulfillment(1, trackingInfo={"trackingNumber": "1"})]}

    first, added = disfigured(event(body=body), Chaos("very-large-payload")).json_body()["fulfillments"]

    assert first == body["fulfillments"][0]
    assert len(added["customInfo"]["fieldsData"]["note"]) == LARGE_PAYLOAD_CHARACTERS
    assert "trackingInfo" not in added


def test_a_very_large_payload_does_not_change_the_event_itself() -> None:
    body: dict[str, Any] = {"orderId": ORDER_ID, "fulfillments": [fulfillment(1)]}
    told = event(body=body)

    disfigured(told, Chaos("very-large-payload"))

    assert told.json_body() == {"orderId": ORDER_ID, "fulfillments": [fulfillment(1)]}


@pytest.mark.parametrize("fulfillments", [[], None, "none", 3, {"id": "1"}, ["text"], [None]], ids=repr)
def test_a_body_that_was_set_to_anything_becomes_very_large_too(fulfillments: Any) -> None:
    body = {"orderId": ORDER_ID, "fulfillments": fulfillments}

    enlarged = disfigured(event(body=body), Chaos("very-large-payload")).json_body()

    assert len(str(enlarged)) > LARGE_PAYLOAD_CHARACTERS


def test_a_ticket_order_becomes_very_large_too() -> None:
    enlarged = disfigured(event(type=TICKET_ORDER_UPDATED, body=document("004")), Chaos("very-large-payload"))

    assert len(str(enlarged.json_body())) > LARGE_PAYLOAD_CHARACTERS


def test_a_tampered_payload_is_about_another_entity() -> None:
    tampered = disfigured(event(), Chaos("tampered-payload"))

    assert tampered.entity_id != ORDER_ID
    assert len(tampered.entity_id) == len(ORDER_ID)
    assert tampered.json_body() == event().json_body()


def test_a_tampered_ticket_order_has_another_event_id() -> None:
    told = event(type=TICKET_ORDER_UPDATED, body=document("004"))

    tampered = disfigured(told, Chaos("tampered-payload"))

    assert tampered.json_body() == document("004") | {"eventId": tampered.json_body()["eventId"]}
    assert tampered.json_body()["eventId"] != document("004")["eventId"]


@pytest.mark.parametrize("body", [{}, {"eventId": None}, {"eventId": 3}, {"eventId": ""}])
def test_a_ticket_order_with_any_event_id_is_tampered_with(body: dict[str, Any]) -> None:
    tampered = disfigured(event(type=TICKET_ORDER_UPDATED, body=body), Chaos("tampered-payload"))

    assert tampered.json_body() != body
