"""How an event travels: sealed into bytes in each format, and opened again."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import to_json

from emulator.domain.chaos import disfigured
from emulator.domain.deliveries import Delivery, Sealed
from emulator.domain.events import Event, format_event_time
from emulator.domain.site_ids import instance_of
from emulator.domain.wire import format_timestamp
from emulator.webhooks.keys import SigningKey

TOKEN_LIFETIME = timedelta(seconds=300_000)  # R304
_EXPIRED_SINCE = timedelta(days=30)
SDK_NAMES: Mapping[str, str] = {"id": "_id", "createdDate": "_createdDate", "updatedDate": "_updatedDate"}

Json = dict[str, Any]


class EnvelopeError(ValueError):
    """A token that is not what Wix would send: which layer is wrong, and how."""


class Opened(NamedTuple):
    """A token's layers, outermost first: header, claims, the envelope, and the event in it."""

    header: Json
    claims: Json
    envelope: Json
    event: Json


class Sealer(NamedTuple):
    """Seals deliveries, each into bytes that follow from the delivery alone."""

    key: SigningKey
    wrong_key: SigningKey
    app_id: str
    instance_id: str

    def on_site(self, site_id: str) -> "Sealer":
        """The sealer for that site's deliveries, which name the app's instance there (R308)."""
        instance_id = instance_of(site_id, self.instance_id)
        return self if instance_id == self.instance_id else self._replace(instance_id=instance_id)

    def prepare(self) -> None:
        """Import the cryptography and parse the key."""
        self.key.sign(_token_header(self.key.kid))

    def seal(self, delivery: Delivery) -> Sealed:
        """The delivery in its subscription's format, its mishap included; what is sealed already stays so."""
        if delivery.sealed is not None:
            return delivery.sealed
        event = disfigured(delivery.event, delivery.chaos)
        mishap = delivery.chaos.name if delivery.chaos else None
        if delivery.subscription.format == "jwt":
            token = self._token(event, delivery.created, mishap)
            if mishap == "tampered-payload":
                token = _with_signature_of(self._token(delivery.event, delivery.created, mishap), token)
            sealed = Sealed(token, "text/plain")
        else:
            view = _sdk_view(event, self) if delivery.subscription.format == "sdk" else _velo_view(event)
            sealed = Sealed(_compact(view).encode(), "application/json")
        if mishap == "truncated-body":
            return Sealed(sealed.body[: len(sealed.body) // 2], sealed.content_type)
        return sealed

    def envelope(self, event: Event) -> Json:
        """The layer between the token and the event (R304, R308)."""
        return {
            "data": event.domain_event_json(),
            "instanceId": self.instance_id,
            "eventType": event.type.name,
            "identity": _compact(self.identity()),
        }

    def identity(self) -> Json:
        """Who caused the event: the app (R308)."""
        return {"identityType": "APP", "appId": self.app_id}

    def _token(self, event: Event, created: datetime, mishap: str | None) -> bytes:
        issued = int((created - (_EXPIRED_SINCE if mishap == "expired-token" else timedelta())).timestamp())
        claims = {
            "data": _compact(self.envelope(event)),
            "iat": issued,
            "exp": issued + int(TOKEN_LIFETIME.total_seconds()),
        }
        key = self.wrong_key if mishap == "wrong-key" else self.key
        signed = b"%b.%b" % (_token_header(self.key.kid), _base64url(to_json(claims)))
        return b"%b.%b" % (signed, _base64url(key.sign(signed)))


def open_token(token: str) -> Opened:
    """The token's layers, whoever signed it. Raises EnvelopeError that names the layer that is wrong."""
    parts = token.strip().split(".")
    if len(parts) != 3:
        raise EnvelopeError(f"the token has {len(parts)} parts, expected 3: header.claims.signature")
    header, claims = (_layer(name, _unbase64url(part)) for name, part in zip(("header", "claims"), parts, strict=False))
    envelope = _layer("claims.data", claims.get("data"))
    return Opened(header, claims, envelope, _layer("envelope.data", envelope.get("data")))


def verify_token(token: str, public_pem: str, now: datetime | None = None) -> None:
    """Check signature and expiry, as a receiver must. Raises EnvelopeError that says what is wrong."""
    import jwt

    try:
        claims = jwt.decode(token.strip(), public_pem, ["RS256"], options={"verify_exp": False, "verify_iat": False})
    except jwt.InvalidTokenError as error:
        raise EnvelopeError(str(error)) from error
    try:
        expires = datetime.fromtimestamp(claims.get("exp", 0), UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise EnvelopeError(f"claims.exp must be seconds since 1970: {error}") from error
    if expires <= (now or datetime.now(UTC)):
        raise EnvelopeError(f"expired at {expires:%Y-%m-%dT%H:%M:%SZ}")


def _sdk_view(event: Event, sealer: Sealer) -> Json:
    """The event as a handler of the SDK gets it: `{entity | data, metadata}` with `_id`."""
    if event.type.body_kind == "flat":
        return event.json_body()  # type: ignore[no-any-return]  # a flat body is an object
    metadata = {
        "_id": event.id,
        "entityId": event.entity_id,
        "entityFqdn": event.type.entity_fqdn,
        "slug": event.type.slug,
        "eventTime": format_timestamp(event.time),  # a Date of JavaScript, printed: no microseconds
        "entityEventSequence": str(event.sequence),
        "triggeredByAnonymizeRequest": False,
        "instanceId": sealer.instance_id,
        "identity": sealer.identity(),
    }
    return _view(event, metadata)


def _velo_view(event: Event) -> Json:
    """The event as a Velo site's `events.js` gets it, with the handler's name (R309, R310)."""
    if event.type.body_kind == "flat":
        return {"handler": event.type.handler, "event": event.json_body()}
    metadata = {
        "id": event.id,
        "entityId": event.entity_id,
        "eventTime": format_event_time(event.time),
        "triggeredByAnonymizeRequest": False,
    }
    return {"handler": event.type.handler, "event": _view(event, metadata)}


def _view(event: Event, metadata: Json) -> Json:
    key = "data" if event.type.body_kind == "action" else "entity"
    return {"metadata": metadata, key: _renamed(event.json_body())}


def _renamed(value: Any) -> Any:
    """The value with the SDK's names for ids and dates; it renames the keys of free maps, such as fieldsData, too."""
    if isinstance(value, list):
        return [_renamed(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {SDK_NAMES.get(key, key): _renamed(one) for key, one in value.items()}


def _with_signature_of(other: bytes, token: bytes) -> bytes:
    return b"%b.%b" % (token.rpartition(b".")[0], other.rpartition(b".")[2])


def _layer(name: str, text: Any) -> Json:
    if not isinstance(text, str | bytes):
        raise EnvelopeError(f"{name} must be JSON in a string, it is {type(text).__name__}")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EnvelopeError(f"{name} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise EnvelopeError(f"{name} must hold a JSON object")
    return value


def _compact(value: Any) -> str:
    return to_json(value).decode()


@lru_cache(maxsize=8)
def _token_header(kid: str) -> bytes:
    """The token's first part, the same in all that a key signs (R304)."""
    return _base64url(to_json({"alg": "RS256", "kid": kid}))


def _base64url(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _unbase64url(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise EnvelopeError(f"not base64url: {error}") from error
