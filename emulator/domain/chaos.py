"""Planned mishaps of a webhook: what goes wrong with an event on its way, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

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

DELAY_S = 60
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
    seconds: float = DELAY_S


def disfigured(event: Event, chaos: Chaos | None) -> Event:
    """The event as that mishap would have it; most leave it as it is."""
    if chaos is None:
        return event
    if chaos.name == "unknown-event-type":
        unknown = replace(event.type, name=f"{event.type.entity_fqdn}_teleported", slug="teleported")
        return replace(event, type=unknown)
    if chaos.name == "very-large-payload":
        return replace(event, body=_enlarged(event.json_body()))
    return event


def _enlarged(body: Any) -> Any:
    text = "x" * LARGE_PAYLOAD_CHARACTERS
    fulfillments = body.get("fulfillments")
    if not fulfillments:
        return body | {"padding": text}
    kept = {key: value for key, value in fulfillments[-1].items() if key != "trackingInfo"}
    return body | {"fulfillments": [*fulfillments, kept | {"customInfo": {"fieldsData": {"note": text}}}]}
