"""Sign-in over HTTP: tokens issued, renewed and looked up, in the ways of OAuth."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.responses import JSON, SYSTEM_ERROR_BODY, SYSTEM_ERROR_STATUS, json_object, render_json
from emulator.changes import REST_OF_SITE
from emulator.domain.credentials import LEGACY_TOKEN_LIFETIME, TOKEN_LIFETIME, Identity, Token, read_token, seal_token
from emulator.domain.site_ids import SITE_ID_LENGTH_MAX, site_of
from emulator.site import Site

_CAMEL = {
    "grantType": "grant_type",
    "clientId": "client_id",
    "clientSecret": "client_secret",
    "instanceId": "instance_id",
    "refreshToken": "refresh_token",
}
_TEXTS = {*_CAMEL.values(), "access_token", "code", "token"}
_REFRESH_LIFETIME = timedelta(days=365)

Fields = Mapping[str, Any]


class _Declined(Exception):  # noqa: N818 - an answer
    """A request for a token that is declined, in the words of RFC 6749."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


async def issue_token(call: Call) -> Response:
    """Issue an access token: for an app's instance, a visitor, or a member."""
    try:
        fields = _fields(call)
        answer = _issued(call, fields, TOKEN_LIFETIME)
    except _Declined as declined:
        return _declined(declined)
    return await _kept(call, fields) or render_json(answer)


async def issue_legacy_token(call: Call) -> Response:
    """Issue an access token and a refresh token in the old way (R703)."""
    try:
        fields = _fields(call)
        answer = _issued(call, fields, LEGACY_TOKEN_LIFETIME)
    except _Declined as declined:
        return _declined(declined)
    refresh = answer.get("refresh_token") or _token(call, fields, "APP", _REFRESH_LIFETIME)
    return await _kept(call, fields) or render_json({"access_token": answer["access_token"], "refresh_token": refresh})


async def describe_token(call: Call) -> Response:
    """Say what a token is good for (R702)."""
    try:
        text = _fields(call).get("token", "")
    except _Declined as declined:
        return _declined(declined)
    token = read_token(text, call.emulator.app_secret)
    if token is None or token.is_expired(call.emulator.sites.site(token.site_id).clock.now()):
        return render_json({"active": False})
    return render_json(
        {
            "active": True,
            "subjectType": token.identity,
            "subjectId": token.subject_id,
            "exp": int(token.expires.timestamp()),
            "iat": int(token.issued.timestamp()),
            "clientId": token.client_id,
            "siteId": token.site_id,
            "instanceId": token.instance_id,
        }
    )


def _issued(call: Call, fields: Fields, lifetime: timedelta) -> dict[str, Any]:
    grant = fields.get("grant_type")
    if grant == "client_credentials":
        _refuse_foreign_client(call, fields, needs_secret=True)
        return _answer(_token(call, fields, "APP", lifetime), lifetime)
    if grant == "anonymous":
        _refuse_foreign_client(call, fields, needs_secret=False)
        return _renewable(call, fields, "VISITOR", lifetime)
    if grant == "authorization_code":
        return _exchanged(call, fields, lifetime)
    if grant == "refresh_token":
        return _renewed(call, fields, lifetime)
    if grant == "strip_bound_session":
        return _unbound(call, fields, lifetime)
    known = "client_credentials, anonymous, authorization_code, refresh_token, strip_bound_session"
    if grant is None:
        raise _Declined("invalid_request", f"grant_type is missing; it is one of {known}")
    raise _Declined("unsupported_grant_type", f"grant_type {grant!s:.40} is not one of {known}")


def _exchanged(call: Call, fields: Fields, lifetime: timedelta) -> dict[str, Any]:
    """A code for tokens: an app's with its secret, else a member's."""
    if not fields.get("code"):
        raise _Declined("invalid_request", "code is missing; any text will do")
    is_app = "client_secret" in fields
    _refuse_foreign_client(call, fields, needs_secret=is_app)
    return _renewable(call, fields, "APP" if is_app else "MEMBER", lifetime)


def _renewable(call: Call, fields: Fields, identity: Identity, lifetime: timedelta) -> dict[str, Any]:
    """An access token and a refresh token, both of the same subject."""
    refresh = _token(call, fields, identity, _REFRESH_LIFETIME)
    held = read_token(refresh, call.emulator.app_secret)
    access = _token(call, fields, identity, lifetime, held.subject_id if held else None)
    return _answer(access, lifetime) | {"refresh_token": refresh}


def _renewed(call: Call, fields: Fields, lifetime: timedelta) -> dict[str, Any]:
    access = _reissued(call, _held(call, fields, "refresh_token"), lifetime)
    return _answer(access, lifetime) | {"refresh_token": fields["refresh_token"]}


def _unbound(call: Call, fields: Fields, lifetime: timedelta) -> dict[str, Any]:
    """What the SDK asks for when it is given an access token: one that no session bounds (R701)."""
    held = _held(call, fields, "access_token")
    _refuse_foreign_client(call, {"client_id": held.client_id, **fields}, needs_secret=True)
    return _answer(_reissued(call, held, lifetime), lifetime)


def _held(call: Call, fields: Fields, name: str) -> Token:
    """The token that the request brings under that name."""
    held = read_token(fields.get(name, ""), call.emulator.app_secret)
    if held is None:
        raise _Declined("invalid_grant", f"{name} is not one that this emulator has issued")
    if held.is_expired(call.emulator.sites.site(held.site_id).clock.now()):
        raise _Declined("invalid_grant", f"{name} has expired; sign in again")
    return held


def _reissued(call: Call, held: Token, lifetime: timedelta) -> str:
    of_whom = {"instance_id": held.instance_id, "client_id": held.client_id}
    return _token(call, of_whom, held.identity, lifetime, held.subject_id)


def _answer(token: str, lifetime: timedelta) -> dict[str, Any]:
    return {"access_token": token, "token_type": "Bearer", "expires_in": int(lifetime.total_seconds())}


def _token(call: Call, fields: Fields, identity: Identity, lifetime: timedelta, subject_id: str | None = None) -> str:
    emulator = call.emulator
    instance_id = _instance_id(call, fields)
    if len(instance_id) > SITE_ID_LENGTH_MAX:
        raise _Declined(
            "invalid_request",
            f"instance_id has {len(instance_id)} characters, at most {SITE_ID_LENGTH_MAX} are allowed",
        )
    site_id = site_of(instance_id, emulator.instance_id)
    site = emulator.sites.site(site_id)
    now = site.clock.now()
    client_id = str(fields.get("client_id") or emulator.app_id)
    token = Token(
        identity=identity,
        subject_id=subject_id or (client_id if identity == "APP" else _drawn(site)),
        client_id=client_id,
        site_id=site_id,
        instance_id=instance_id,
        issued=now,
        expires=now + lifetime,
    )
    return seal_token(token, emulator.app_secret)


def _instance_id(call: Call, fields: Fields) -> str:
    return str(fields.get("instance_id") or call.emulator.instance_id)


def _drawn(site: Site) -> str:
    """A new id. That ids of a random seed have come further is a change: they must not come again."""
    if site.setup.random_seed is not None:
        site.changes.tell("detail", REST_OF_SITE)
    return site.ids.guid()


async def _kept(call: Call, fields: Fields) -> Response | None:
    """Wait for the token's site, which may be another than the call's; an answer if it could not be written."""
    keeper = call.emulator.keeper
    if keeper is None:
        return None
    site = call.emulator.sites.site(site_of(_instance_id(call, fields), call.emulator.instance_id))
    if await keeper.kept(site) is None:
        return None
    return Response(SYSTEM_ERROR_BODY, SYSTEM_ERROR_STATUS, media_type=JSON)


def _refuse_foreign_client(call: Call, fields: Fields, *, needs_secret: bool) -> None:
    """`required` wants a client to name itself, `strict` wants it to be the emulator's app (R704)."""
    mode, emulator = call.emulator.guard.mode, call.emulator
    wanted = {"client_id": emulator.app_id} | ({"client_secret": emulator.app_secret} if needs_secret else {})
    for name, value in wanted.items():
        sent = fields.get(name)
        if mode != "open" and not sent:
            raise _Declined("invalid_request", f"{name} is missing")
        if mode == "strict" and sent != value:
            raise _Declined("invalid_client", f"{name} is not that of the app; see GET /_emulator/manifest", 401)


def _fields(call: Call) -> dict[str, Any]:
    """The request's fields, from JSON or a form, in snake case."""
    if call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded") and call.body[:1] != b"{":
        sent: dict[str, Any] = dict(parse_qsl(call.body.decode("utf-8", errors="replace"), keep_blank_values=True))
    else:
        sent = json_object(call.body)
    fields = {_CAMEL.get(name, name): value for name, value in sent.items()}
    for name in _TEXTS & fields.keys():
        if not isinstance(fields[name], str):
            raise _Declined("invalid_request", f"{name} must be text")
    return fields


def _declined(declined: _Declined) -> Response:
    return render_json({"error": declined.error, "error_description": declined.description}, declined.status)
