"""Ticket orders against the published sample, document 004."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from emulator.domain.tickets import ticket_order
from tests.documents import document
from tests.factories import NOW, guid

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{2,3}Z")
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FORMATS = {
    "timestamp": TIMESTAMP,
    "created": TIMESTAMP,
    "eventId": GUID,
    "contactId": GUID,
    "memberId": GUID,
    "ticketDefinitionId": GUID,
    "orderNumber": re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{2}"),
    "ticketNumber": re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{2}\d{3}"),
    "amount": re.compile(r"\d+\.\d\d"),
    "currency": re.compile("[A-Z]{3}"),
    "email": re.compile(r"[a-z.]+@[a-z.]+"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
}


def guids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: guid(next(numbers))


def made(now: datetime = NOW) -> dict[str, Any]:
    return ticket_order(guid=guids(), now=now)


def shape(value: Any) -> Any:
    """The keys and types of a JSON value; a list is the shape of each of its entries."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value]
    return type(value)


def texts(value: Any, key: str = "") -> list[tuple[str, str]]:
    """Every text in the value, with the key that it stands under; an answer of a form under its `inputName`."""
    if isinstance(value, dict):
        if "inputName" in value:
            return [(value["inputName"], value["value"])]
        return [found for name, one in value.items() for found in texts(one, name)]
    if isinstance(value, list):
        return [found for one in value for found in texts(one, key)]
    return [(key, value)] if isinstance(value, str) else []


def without_addresses(order: dict[str, Any]) -> dict[str, Any]:
    """The order with one line of each address only: how many it has is the guest's own affair."""
    for ticket in order["tickets"]:
        for answer in ticket["form"]["inputValues"]:
            answer["values"] = answer["values"][:1]
    return order


@pytest.mark.rule("R310")
def test_a_ticket_order_has_the_documented_shape_field_for_field() -> None:
    assert shape(without_addresses(made())) == shape(without_addresses(document("004")))


@pytest.mark.rule("R310")
def test_its_fields_stand_in_the_documented_order() -> None:
    documented = document("004")
    assert list(made()) == list(documented)
    assert list(made()["tickets"][0]) == list(documented["tickets"][0])


@pytest.mark.rule("R310")
def test_its_forms_ask_what_the_documented_forms_ask() -> None:
    def asked(order: dict[str, Any]) -> list[list[str]]:
        forms = [order["checkoutForm"], *(ticket["form"] for ticket in order["tickets"])]
        return [[answer["inputName"] for answer in form["inputValues"]] for form in forms]

    assert asked(made()) == asked(document("004"))


@pytest.mark.rule("R310")
@pytest.mark.parametrize("source", ["documented", "made"])
def test_its_texts_have_the_documented_formats(source: str) -> None:
    order = document("004") if source == "documented" else made()
    wrong = [(key, text) for key, text in texts(order) if key in FORMATS and not FORMATS[key].fullmatch(text)]
    assert wrong == []
    assert FORMATS.keys() - {key for key, _ in texts(order)} == set()


@pytest.mark.rule("R310")
def test_it_is_paid_confirmed_and_not_archived_like_the_documented_one() -> None:
    same = ("status", "method", "confirmed", "archived", "firstName", "lastName")
    assert {key: made()[key] for key in same} == {key: document("004")[key] for key in same}


def test_the_buyer_is_the_guest_of_the_first_ticket() -> None:
    order = made()
    same = ("firstName", "lastName", "email", "contactId", "memberId")
    assert {key: order[key] for key in same} == {key: order["tickets"][0][key] for key in same}


def test_the_first_guest_is_checked_in_and_the_second_is_not() -> None:
    assert ["checkIn" in ticket for ticket in made()["tickets"]] == [True, False]


def test_ticket_numbers_begin_with_the_order_number_and_differ() -> None:
    order = made()
    numbers = [ticket["ticketNumber"] for ticket in order["tickets"]]
    assert [number.removeprefix(order["orderNumber"]) for number in numbers] == ["021", "041"]


def test_it_was_made_before_it_was_updated() -> None:
    order = made(datetime(2020, 4, 28, 12, 24, 29, 768_000, tzinfo=UTC))
    assert order["timestamp"] == "2020-04-28T12:24:29.768Z"
    assert order["created"] < order["tickets"][0]["checkIn"]["created"] < order["timestamp"]


def test_it_has_no_invoice_as_the_documented_object_has_none() -> None:
    assert "invoice" not in made()


def test_two_orders_differ_in_all_ids_and_in_their_numbers() -> None:
    draw = guids()
    one, other = ticket_order(guid=draw, now=NOW), ticket_order(guid=draw, now=NOW)
    ids = {text for order in (one, other) for _, text in texts(order) if GUID.fullmatch(text)}
    assert len(ids) == 2 * (1 + 2 * 3)  # an event id each, and for two tickets its kind, contact and member
    assert one["orderNumber"] != other["orderNumber"]


def test_the_same_ids_make_the_same_order() -> None:
    assert made() == made()
