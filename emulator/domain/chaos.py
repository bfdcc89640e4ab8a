"""Planned mishaps of a webhook: what goes wrong with an event on its way, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from emulator.domain.events import Event

ChaosName = Literal[
    "duplicate",
    "reorder",
    "delay",
    "expired-token",
    "wrong-key",
    "tampered-payload",
    "truncated-body",
    "unknown-event-type",
    "very-large-payload",
]
CHAOS_NAMES: tuple[ChaosName, ...] = get_args(ChaosName)

DELAY_S = 60.0
Seconds = Annotated[float, Field(ge=0, le=366 * 86_400)]
LARGE_PAYLOAD_CHARACTERS = 1_048_576

# What a correct receiver does with each.
ADVICE: Mapping[ChaosName, str] = MappingProxyType(
    {
        "duplicate": "answer 200 and do nothing: the event id has been seen",
        "reorder": "keep the newer state: entityEventSequence is lower than the one already seen",
        "delay": "handle it as any other; an event may be late",
        "expired-token": "refuse it: `exp` lies in the past",
        "wrong-key": "refuse it: the signature does not fit the app's public key",
        "tampered-payload": "refuse it: the signature does not fit the payload",
        "truncated-body": "refuse it: it is no complete token",
        "unknown-event-type": "answer 200 and ignore it, so that it is not sent again",
        "very-large-payload": "accept it: the body limit must leave room for orders with many fulfillments",
    }
)


@dataclass(frozen=True, slots=True)
class Chaos:
    """One planned mishap; `seconds` is for `delay` and `reorder`, on the site's clock."""

    name: ChaosName
    seconds: Seconds = DELAY_S


def disfigured(event: Event, chaos: Chaos | None) -> Event:
    """The event as that mishap would have it; most leave it as it is."""
    if chaos is None:
        return event
    if chaos.name == "unknown-event-type":
        unknown = replace(event.type, name=f"{event.type.entity_fqdn}_teleported", slug="teleported")
        return replace(event, type=unknown)
    if chaos.name == "very-large-payload":
        return replace(event, body=_enlarged(event.json_body()))
    if chaos.name == "tampered-payload":
        return _tampered(event)
    return event


def _enlarged(body: Any) -> Any:
    text = "x" * LARGE_PAYLOAD_CHARACTERS
    match body:
        case {"fulfillments": [*_, dict(last)]}:
            kept = {key: value for key, value in last.items() if key != "trackingInfo"}
            large = kept | {"customInfo": {"fieldsData": {"note": text}}}
            return body | {"fulfillments": [*body["fulfillments"], large]}
    return body | {"padding": text}


def _tampered(event: Event) -> Event:
    """The event about another entity; a flat one under another event id."""
    if event.type.body_kind != "flat":
        return replace(event, entity_id=_other(event.entity_id))
    body = event.json_body()
    return replace(event, body=body | {"eventId": _other(str(body.get("eventId")))})


def _other(text: str) -> str:
    """A text of the same length that differs in its last character."""
    return text[:-1] + ("2" if text.endswith("1") else "1")
