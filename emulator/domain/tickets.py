"""Ticket orders of Wix Events: the flat object that `wixEvents_onOrderUpdated` receives (R310)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from emulator.domain.wire import format_timestamp

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_GUESTS = (("John", "Doe"), ("Jane", "Doe"))
_PRICES = ("123.00", "0.00")
_CURRENCY = "USD"
# Not in the documented object, but read by the documented handler.
UNDOCUMENTED: Mapping[str, Any] = MappingProxyType({"invoice": {"grandTotal": "123.00"}})


def ticket_order(*, guid: Callable[[], str], now: datetime) -> dict[str, Any]:
    """A paid order of two tickets, of exactly the documented shape; `guid` draws its ids.

    What is UNDOCUMENTED is not in it; it can be set.
    """
    number = _order_number(guid())
    tickets = [
        _ticket(f"{number}{position * 2:02d}1", guest, price, checked_in=position == 1, guid=guid, now=now)
        for position, (guest, price) in enumerate(zip(_GUESTS, _PRICES, strict=True), start=1)
    ]
    buyer = tickets[0]
    return {
        "timestamp": format_timestamp(now),
        "eventId": guid(),
        "orderNumber": number,
        "contactId": buyer["contactId"],
        "memberId": buyer["memberId"],
        "created": format_timestamp(now - timedelta(seconds=38)),
        "firstName": buyer["firstName"],
        "lastName": buyer["lastName"],
        "email": buyer["email"],
        "confirmed": True,
        "status": "PAID",
        "method": "payPal",
        "archived": False,
        "checkoutForm": _form({key: buyer[key] for key in ("firstName", "lastName", "email")}),
        "tickets": tickets,
    }


def _ticket(
    number: str, guest: tuple[str, str], price: str, *, checked_in: bool, guid: Callable[[], str], now: datetime
) -> dict[str, Any]:
    first_name, last_name = guest
    email = f"{first_name}.{last_name}@example.com".lower()
    answers: dict[str, str | list[str]] = {
        "custom": "Vegetarian",
        "email": email,
        "lastName": last_name,
        "firstName": first_name,
    }
    answers |= {"date": now.date().isoformat(), "comment": "", "address": ["1 Example St", "New York", "NY 10014"]}
    answers |= {"phone": "+15555550100"}
    check_in = {"checkIn": {"created": format_timestamp(now - timedelta(seconds=9))}} if checked_in else {}
    return {
        "ticketNumber": number,
        "ticketDefinitionId": guid(),
        **check_in,
        "price": {"amount": price, "currency": _CURRENCY},
        "archived": False,
        "firstName": first_name,
        "lastName": last_name,
        "email": email,
        "contactId": guid(),
        "memberId": guid(),
        "confirmed": True,
        "form": _form(answers),
    }


def _form(answers: Mapping[str, str | list[str]]) -> dict[str, Any]:
    return {
        "inputValues": [
            {"inputName": name, "value": "", "values": answer}
            if isinstance(answer, list)
            else {"inputName": name, "value": answer, "values": []}
            for name, answer in answers.items()
        ]
    }


def _order_number(guid: str) -> str:
    """A number such as `FMXC-BZG3-OT`."""
    value, letters = int(guid.replace("-", ""), 16), ""
    for _ in range(10):
        value, index = divmod(value, len(_ALPHABET))
        letters += _ALPHABET[index]
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"
