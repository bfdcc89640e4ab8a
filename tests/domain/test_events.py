import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from emulator.domain.events import (
    EVENT_TYPES,
    FULFILLMENTS_UPDATED,
    TICKET_ORDER_UPDATED,
    BodyKind,
    Event,
    EventType,
    find_event_type,
    format_event_time,
)
from tests.documents import document
from tests.events import event
from tests.factories import ORDER_ID, fulfillment, guid, order


@pytest.mark.rule("R301", "R302")
def test_the_documented_event_is_reproduced_field_for_field() -> None:
    documented = document("001")
    entity = documented["updatedEvent"]["currentEntity"]
    time = datetime(2023, 1, 25, 13, 45, 21, 129_908, tzinfo=UTC)

    told = Event(documented["id"], FULFILLMENTS_UPDATED, documented["entityId"], time, 7, entity).domain_event()

    assert told == documented | {"entityEventSequence": "7"}


@pytest.mark.rule("R301")
def test_the_event_carries_all_of_the_orders_fulfillments() -> None:
    body = order(fulfillments=[fulfillment(1), fulfillment(2)]).with_all_fulfillments()

    entity = event(body=body).domain_event()["updatedEvent"]["currentEntity"]

    assert entity["orderId"] == ORDER_ID
    assert [one["id"] for one in entity["fulfillments"]] == [guid(1), guid(2)]


@pytest.mark.rule("R301")
def test_the_event_of_an_order_without_fulfillments_carries_an_empty_list() -> None:
    entity = event(body=order().with_all_fulfillments()).domain_event()["updatedEvent"]["currentEntity"]

    assert entity == {"orderId": ORDER_ID, "fulfillments": []}


@pytest.mark.rule("R131")
def test_what_a_fulfillment_does_not_have_is_absent_from_the_event() -> None:
    body = order(fulfillments=[fulfillment(1)]).with_all_fulfillments()

    (told,) = event(body=body).domain_event()["updatedEvent"]["currentEntity"]["fulfillments"]

    assert told.keys() == {"id", "createdDate", "lineItems"}


def test_a_null_that_was_set_by_hand_stays() -> None:
    assert event(body={"orderId": "1", "fulfillments": None}).json_body() == {"orderId": "1", "fulfillments": None}


@pytest.mark.rule("R302")
def test_the_sequence_is_a_text() -> None:
    assert event(10).domain_event()["entityEventSequence"] == "10"


@pytest.mark.rule("R302")
@pytest.mark.parametrize(
    ("moment", "printed"),
    [
        (datetime(2023, 1, 25, 13, 45, 21, 129_908, tzinfo=UTC), "2023-01-25T13:45:21.129908Z"),
        (datetime(2023, 1, 25, 13, 45, 21, tzinfo=UTC), "2023-01-25T13:45:21.000000Z"),
        (datetime(2023, 1, 25, 15, 45, tzinfo=timezone(timedelta(hours=2))), "2023-01-25T13:45:00.000000Z"),
    ],
)
def test_an_event_time_has_microseconds_and_is_in_utc(moment: datetime, printed: str) -> None:
    assert format_event_time(moment) == printed


@pytest.mark.parametrize("event_type", EVENT_TYPES.values(), ids=EVENT_TYPES)
@pytest.mark.parametrize(
    "body",
    [
        order(fulfillments=[fulfillment(1)]).with_all_fulfillments(),
        {"order": order(), "byHand": None, "text": "Zürich \u2603"},
    ],
    ids=["a model", "a map"],
)
def test_an_event_as_text_says_what_it_says_as_json(event_type: EventType, body: Any) -> None:
    told = event(type=event_type, body=body)
    assert json.loads(told.domain_event_json()) == told.domain_event()


@pytest.mark.rule("R310")
def test_a_ticket_order_is_told_bare() -> None:
    body = {"orderNumber": "FMXC-BZG3-OT"}

    assert event(type=TICKET_ORDER_UPDATED, body=body).domain_event() == body


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("created", {"createdEvent": {"entity": {"orderId": "1"}}}),
        ("updated", {"updatedEvent": {"currentEntity": {"orderId": "1"}}}),
        ("action", {"actionEvent": {"body": {"orderId": "1"}}}),
    ],
)
def test_a_body_stands_where_its_kind_of_event_has_it(kind: BodyKind, told: dict[str, Any]) -> None:
    domain_event = event(type=EventType("name", "fqdn", "slug", kind, "handler"), body={"orderId": "1"}).domain_event()

    assert {key: value for key, value in domain_event.items() if key.endswith("Event")} == told


@pytest.mark.parametrize(
    "name", ["wix.ecom.v1.fulfillments_updated", "fulfillments_updated", "wixEcom_onFulfillmentsUpdated"]
)
def test_an_event_type_is_found_by_name_by_its_end_and_by_its_velo_handler(name: str) -> None:
    assert find_event_type(name) is FULFILLMENTS_UPDATED


@pytest.mark.parametrize("name", ["", "updated", "fulfillments", "wix.ecom.v1", "Fulfillments_Updated", "*"])
def test_another_name_finds_no_event_type(name: str) -> None:
    assert find_event_type(name) is None


@pytest.mark.parametrize("event_type", EVENT_TYPES.values(), ids=EVENT_TYPES)
def test_an_event_type_is_found_by_all_of_its_names(event_type: EventType) -> None:
    names = (event_type.name, event_type.handler, event_type.name.rpartition(".")[2])
    assert [find_event_type(name) for name in names] == [event_type] * 3


@pytest.mark.rule("R302", "R310")
@pytest.mark.parametrize("event_type", EVENT_TYPES.values(), ids=EVENT_TYPES)
def test_an_event_types_name_is_its_entity_and_slug_but_a_flat_ones_is_its_handlers(event_type: EventType) -> None:
    domain_name = f"{event_type.entity_fqdn}_{event_type.slug}"
    assert event_type.name == (event_type.handler if event_type.body_kind == "flat" else domain_name)
