"""Sign-in over HTTP: tokens issued, renewed and looked up, in the ways of OAuth."""

from typing import Any
from urllib.parse import parse_qsl

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.responses import JSON, SYSTEM_ERROR_BODY, SYSTEM_ERROR_STATUS, json_object, render_json
from emulator.domain.grants import Declined, Fields
from emulator.operations.sign_in import Authority, active_token, issue, issue_legacy, site_asked_for

_CAMEL = {
    "grantType": "grant_type",
    "clientId": "client_id",
    "clientSecret": "client_secret",
    "instanceId": "instance_id",
    "refreshToken": "refresh_token",
}
_TEXTS = {*_CAMEL.values(), "access_token", "code", "token"}


async def issue_token(call: Call) -> Response:
    """Issue an access token: for an app's instance, a visitor, or a member."""
    try:
        fields = _fields(call)
        issued = issue(_authority(call), fields)
    except Declined as declined:
        return _declined(declined)
    answer = {
        "access_token": issued.access,
        "token_type": "Bearer",
        "expires_in": int(issued.lifetime.total_seconds()),
    }
    renewal = {"refresh_token": issued.refresh} if issued.refresh else {}
    return await _kept(call, fields) or render_json(answer | renewal)


async def issue_legacy_token(call: Call) -> Response:
    """Issue an access token and a refresh token in the old way (R703)."""
    try:
        fields = _fields(call)
        issued = issue_legacy(_authority(call), fields)
    except Declined as declined:
        return _declined(declined)
    answer = {"access_token": issued.access, "refresh_token": issued.refresh}
    return await _kept(call, fields) or render_json(answer)


async def describe_token(call: Call) -> Response:
    """Say what a token is good for (R702)."""
    try:
        text = _fields(call).get("token", "")
    except Declined as declined:
        return _declined(declined)
    token = active_token(_authority(call), text)
    if token is None:
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


def _authority(call: Call) -> Authority:
    emulator = call.emulator
    return Authority(emulator.app_id, emulator.app_secret, emulator.instance_id, emulator.guard.mode, emulator.sites)


async def _kept(call: Call, fields: Fields) -> Response | None:
    """Wait for the token's site, which may be another than the call's; an answer if it could not be written."""
    keeper = call.emulator.keeper
    call.let_go()
    if keeper is None or await keeper.kept(site_asked_for(_authority(call), fields)) is None:
        return None
    return Response(SYSTEM_ERROR_BODY, SYSTEM_ERROR_STATUS, media_type=JSON)


def _fields(call: Call) -> dict[str, Any]:
    """The request's fields, from JSON or a form, in snake case."""
    if call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded") and call.body[:1] != b"{":
        sent: dict[str, Any] = dict(parse_qsl(call.body.decode("utf-8", errors="replace"), keep_blank_values=True))
    else:
        sent = json_object(call.body)
    fields = {_CAMEL.get(name, name): value for name, value in sent.items()}
    for name, value in fields.items():
        if name in _TEXTS and not isinstance(value, str):
            raise Declined("invalid_request", f"{name} must be text")
    return fields


def _declined(declined: Declined) -> Response:
    status = 401 if declined.error == "invalid_client" else 400
    return render_json({"error": declined.error, "error_description": declined.description}, status)
