"""Sign-in: tokens issued and renewed, and what one is good for."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import NamedTuple

from emulator.changes import REST_OF_SITE
from emulator.domain.credentials import (
    LEGACY_TOKEN_LIFETIME,
    REFRESH_TOKEN_LIFETIME,
    TOKEN_LIFETIME,
    AuthMode,
    Identity,
    Kind,
    Token,
    read_token,
    seal_token,
)
from emulator.domain.grants import (
    Declined,
    Fields,
    decline_foreign_client,
    decline_long_instance_id,
    grant_type,
)
from emulator.domain.site_ids import site_of
from emulator.site import Site
from emulator.sites import Sites


class Authority(NamedTuple):
    """Who issues tokens: the emulator's app, what is asked of its clients, and the sites that tokens are for."""

    app_id: str
    app_secret: str
    instance_id: str
    mode: AuthMode
    sites: Sites


class Issued(NamedTuple):
    """An access token, how long it is good, and the refresh token if there is one."""

    access: str
    lifetime: timedelta
    refresh: str | None = None


def issue(authority: Authority, fields: Fields, lifetime: timedelta = TOKEN_LIFETIME) -> Issued:
    """Issue an access token, by the grant that the request asks for (R701). Raises Declined."""
    return _GRANTS[grant_type(fields)](authority, fields, lifetime)


def issue_legacy(authority: Authority, fields: Fields) -> Issued:
    """Issue an access token and in any case a refresh token, in the old way (R703). Raises Declined."""
    issued = issue(authority, fields, LEGACY_TOKEN_LIFETIME)
    if issued.refresh:
        return issued
    return issued._replace(refresh=_token(authority, fields, "refresh", "APP", REFRESH_TOKEN_LIFETIME))


def active_token(authority: Authority, text: str) -> Token | None:
    """The token, if it is an access token of the emulator's own and its time is not over (R702, R708)."""
    token = read_token(text, authority.app_secret)
    return None if token is None or token.kind != "access" or _is_expired(authority, token) else token


def site_asked_for(authority: Authority, fields: Fields) -> Site:
    """The site on which the app's instance is that the request names; without one the default site."""
    return authority.sites.site(site_of(_instance_id(authority, fields), authority.instance_id))


def _to_app(authority: Authority, fields: Fields, lifetime: timedelta) -> Issued:
    _decline_foreign_client(authority, fields, needs_secret=True)
    return Issued(_token(authority, fields, "access", "APP", lifetime), lifetime)


def _to_visitor(authority: Authority, fields: Fields, lifetime: timedelta) -> Issued:
    _decline_foreign_client(authority, fields, needs_secret=False)
    return _renewable(authority, fields, "VISITOR", lifetime)


def _exchanged(authority: Authority, fields: Fields, lifetime: timedelta) -> Issued:
    """A code for tokens: an app's with its secret, else a member's."""
    if not fields.get("code"):
        raise Declined("invalid_request", "code is missing; any text will do")
    is_app = "client_secret" in fields
    _decline_foreign_client(authority, fields, needs_secret=is_app)
    return _renewable(authority, fields, "APP" if is_app else "MEMBER", lifetime)


def _renewed(authority: Authority, fields: Fields, lifetime: timedelta) -> Issued:
    access = _reissued(authority, _held(authority, fields, "refresh"), lifetime)
    return Issued(access, lifetime, fields["refresh_token"])


def _unbound(authority: Authority, fields: Fields, lifetime: timedelta) -> Issued:
    """What the SDK asks for when it is given an access token: one that no session bounds (R701)."""
    held = _held(authority, fields, "access")
    _decline_foreign_client(authority, {"client_id": held.client_id, **fields}, needs_secret=True)
    return Issued(_reissued(authority, held, lifetime), lifetime)


_GRANTS: Mapping[str, Callable[[Authority, Fields, timedelta], Issued]] = MappingProxyType(
    {
        "client_credentials": _to_app,
        "anonymous": _to_visitor,
        "authorization_code": _exchanged,
        "refresh_token": _renewed,
        "strip_bound_session": _unbound,
    }
)


def _decline_foreign_client(authority: Authority, fields: Fields, *, needs_secret: bool) -> None:
    secret = {"client_secret": authority.app_secret} if needs_secret else {}
    decline_foreign_client(fields, {"client_id": authority.app_id} | secret, authority.mode)


def _renewable(authority: Authority, fields: Fields, identity: Identity, lifetime: timedelta) -> Issued:
    """An access token and a refresh token, both of the same subject."""
    refresh = _token(authority, fields, "refresh", identity, REFRESH_TOKEN_LIFETIME)
    held = read_token(refresh, authority.app_secret)
    access = _token(authority, fields, "access", identity, lifetime, held.subject_id if held else None)
    return Issued(access, lifetime, refresh)


def _held(authority: Authority, fields: Fields, kind: Kind) -> Token:
    """The token of that kind that the request brings (R708)."""
    name = f"{kind}_token"
    held = read_token(fields.get(name, ""), authority.app_secret)
    if held is None:
        raise Declined("invalid_grant", f"{name} is not one that this emulator has issued")
    if held.kind != kind:
        which = "an access" if held.kind == "access" else "a refresh"
        raise Declined("invalid_grant", f"{name} is {which} token; send the {kind} token")
    if _is_expired(authority, held):
        raise Declined("invalid_grant", f"{name} has expired; sign in again")
    return held


def _reissued(authority: Authority, held: Token, lifetime: timedelta) -> str:
    of_whom = {"instance_id": held.instance_id, "client_id": held.client_id}
    return _token(authority, of_whom, "access", held.identity, lifetime, held.subject_id)


def _token(
    authority: Authority,
    fields: Fields,
    kind: Kind,
    identity: Identity,
    lifetime: timedelta,
    subject_id: str | None = None,
) -> str:
    instance_id = _instance_id(authority, fields)
    decline_long_instance_id(instance_id)
    site = site_asked_for(authority, fields)
    now = site.clock.now()
    client_id = str(fields.get("client_id") or authority.app_id)
    token = Token(
        kind=kind,
        identity=identity,
        subject_id=subject_id or (client_id if identity == "APP" else _drawn(site)),
        client_id=client_id,
        site_id=site.id,
        instance_id=instance_id,
        issued=now,
        expires=now + lifetime,
    )
    return seal_token(token, authority.app_secret)


def _instance_id(authority: Authority, fields: Fields) -> str:
    return str(fields.get("instance_id") or authority.instance_id)


def _drawn(site: Site) -> str:
    """A new id. That ids of a random seed have come further is a change: they must not come again."""
    if site.setup.random_seed is not None:
        site.changes.tell("detail", REST_OF_SITE)
    return site.ids.guid()


def _is_expired(authority: Authority, token: Token) -> bool:
    return token.is_expired(authority.sites.site(token.site_id).clock.now())
