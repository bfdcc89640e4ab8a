"""A webhook as a receiver understands it: opened as far as possible, and verified or why not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.webhooks.envelope import EnvelopeError, open_token, verify_token

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Received:
    """A webhook as it came: its layers as far as they could be opened, and why not to trust it, if not to."""

    error: str | None
    layers: Json

    @property
    def token(self) -> str | None:
        """The body as it came, if it is no plain JSON."""
        return self.layers.get("token")

    @property
    def envelope(self) -> Json:
        """The layer between the token and the event."""
        return as_mapping(self.layers.get("envelope"))

    @property
    def event(self) -> Json:
        """The innermost layer."""
        return as_mapping(self.layers.get("event"))

    @property
    def event_type(self) -> str | None:
        """The envelope's event type, the Velo handler's name, or what the SDK's metadata says."""
        named = self.envelope.get("eventType") or self.layers.get("handler")
        metadata = as_mapping(self.event.get("metadata"))
        described = [str(metadata[key]) for key in ("entityFqdn", "slug") if key in metadata]
        return str(named or "_".join(described)) or None

    @property
    def entity(self) -> Any:
        """What the event is about, as it was then."""
        updated, created, action = (
            as_mapping(self.event.get(body)) for body in ("updatedEvent", "createdEvent", "actionEvent")
        )
        return updated.get("currentEntity") or created.get("entity") or action.get("body") or self.event.get("entity")


def understood(body: bytes, public_key: str, now: datetime) -> Received:
    """The body of a webhook, opened and verified at the time `now` of the emulator's clock."""
    text = body.decode("utf-8", errors="replace")
    if text.lstrip().startswith("{"):
        return _understood_json(text)
    layers: dict[str, Any] = {"token": text}
    try:
        opened = open_token(text)
        layers |= {"header": opened.header, "claims": opened.claims, "envelope": opened.envelope, "event": opened.event}
        verify_token(text, public_key, now)
    except EnvelopeError as error:
        return Received(str(error), layers)
    return Received(None, layers)


def _understood_json(text: str) -> Received:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Received(f"not JSON: {error}", {"body": text})
    layers = document if "handler" in document else {"event": document}
    return Received("formats sdk and velo carry no signature", layers)


def as_mapping(value: Any) -> Json:
    """The value if it is an object, an empty one if not: a test may send whatever it likes."""
    return value if isinstance(value, Mapping) else {}
