"""Who is calling: API keys and tokens, what they may do, and how a token is made and read."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args

from emulator.domain.refusals import KeyNamesNoSite, NotAnAccessToken, PermissionDenied, Unauthenticated

Kind = Literal["access", "refresh"]
Identity = Literal["APP", "USER", "MEMBER", "VISITOR"]
AuthMode = Literal["open", "required", "strict"]

TOKEN_LIFETIME = timedelta(seconds=14_400)  # R701
LEGACY_TOKEN_LIFETIME = timedelta(minutes=5)  # R703
REFRESH_TOKEN_LIFETIME = timedelta(days=365)
_PREFIX = "OauthNG.JWS."

READ_ORDERS = "SCOPE.DC-STORES.READ-ORDERS"
MANAGE_ORDERS = "SCOPE.DC-STORES.MANAGE-ORDERS"
_WRITING_SCOPES = frozenset(
    {
        MANAGE_ORDERS,
        "SCOPE.DC-STORES-MEGA.MANAGE-STORES",
        "SCOPE.DC-ECOM-MEGA.MANAGE-ECOM",
        "SCOPE.RESTAURANTS.MEGA-SCOPES",
        "SCOPE.STORES.MANAGE-STORES",
        "SCOPE.RENTALS.MANAGE",
    }
)
_READING_SCOPES = frozenset({READ_ORDERS, "SCOPE.DC-ECOM-MEGA.READ-ECOM", "SCOPE.DC-STORES-MEGA.READ-STORES"})

# What an operation's scope is satisfied by: each of these alone (R704).
GRANTING_SCOPES: Mapping[str, frozenset[str]] = MappingProxyType(
    {READ_ORDERS: _WRITING_SCOPES | _READING_SCOPES, MANAGE_ORDERS: _WRITING_SCOPES}
)


class ApiKey(NamedTuple):
    """A key of the site's owner, and what it may do."""

    key: str
    scopes: frozenset[str] = _WRITING_SCOPES


class Token(NamedTuple):
    """What a token says: what it is good for (R708), who has it, for which site, and until when."""

    kind: Kind
    identity: Identity
    subject_id: str
    client_id: str
    site_id: str
    instance_id: str
    issued: datetime
    expires: datetime

    def is_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires <= now


def seal_token(token: Token, secret: str) -> str:
    """The token as text, in the shape that Wix's have. The same token and secret make the same text."""
    claims = {
        "kind": token.kind,
        "identity": token.identity,
        "sub": token.subject_id,
        "client": token.client_id,
        "site": token.site_id,
        "instance": token.instance_id,
        "iat": token.issued.timestamp(),
        "exp": token.expires.timestamp(),
    }
    payload = _base64url(json.dumps(claims, separators=(",", ":")).encode())
    return f"{_PREFIX}{payload}.{_signature(payload, secret)}"


def read_token(text: str, secret: str) -> Token | None:
    """The token, expired or not; None for a text that this emulator has not issued."""
    payload, separator, signature = bare(text).removeprefix(_PREFIX).partition(".")
    if not separator or not hmac.compare_digest(signature.encode(), _signature(payload, secret).encode()):
        return None
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    issued, expires = (datetime.fromtimestamp(claims[name], UTC) for name in ("iat", "exp"))
    return Token(
        kind=claims.get("kind") or _kind_by_life(expires - issued),
        identity=claims["identity"],
        subject_id=claims["sub"],
        client_id=claims["client"],
        site_id=claims["site"],
        instance_id=claims["instance"],
        issued=issued,
        expires=expires,
    )


def bare(authorization: str) -> str:
    """The credential of an authorization header, with or without `Bearer` (R702)."""
    scheme, _, rest = authorization.strip().partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else authorization.strip()


def looks_like_token(authorization: str) -> bool:
    """Whether it is worth reading as a token."""
    return _PREFIX in authorization and bare(authorization).startswith(_PREFIX)


def authorize_token(token: Token, identities: frozenset[Identity], site_id: str, now: datetime) -> None:
    """Refuse a refresh token (R708), one for another site or expired, and a wrong identity (R704)."""
    if token.kind != "access":
        raise NotAnAccessToken
    if token.site_id != site_id:
        raise PermissionDenied(f"the token is for site {token.site_id}, and the header wix-site-id names {site_id}")
    if token.is_expired(now):
        raise Unauthenticated(f"the token expired at {token.expires:%Y-%m-%dT%H:%M:%SZ}; request a new one")
    if token.identity not in identities:
        allowed = ", ".join(identity for identity in get_args(Identity) if identity in identities)
        raise PermissionDenied(f"a {token.identity} may not call this; it is for {allowed}")


def authorize_key(key: ApiKey, scope: str, *, names_site: bool) -> None:
    """Refuse a key without a site (R705) or without the operation's scope (R704)."""
    if not names_site:
        raise KeyNamesNoSite
    if not key.scopes & GRANTING_SCOPES[scope]:
        raise PermissionDenied(f"the API key lacks the permission scope {scope}", {"scope": scope})


def _kind_by_life(lifetime: timedelta) -> Kind:
    """The kind of a token that an earlier version issued: it does not say it, and may come back for a year."""
    return "refresh" if lifetime >= REFRESH_TOKEN_LIFETIME else "access"


def _signature(payload: str, secret: str) -> str:
    return _base64url(hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
