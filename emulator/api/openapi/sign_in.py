"""Sign-in: three calls in the words of OAuth, which no model describes."""

from typing import Any

from emulator.api.openapi.schemas import ref

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_FORM = "application/x-www-form-urlencoded"
REQUESTS = {"issueToken": "TokenRequest", "issueLegacyToken": "TokenRequest", "describeToken": "TokenInfoRequest"}
_ANSWERS = {"issueToken": "AccessToken", "issueLegacyToken": "LegacyTokens", "describeToken": "TokenInfo"}

_CREDENTIALS: Json = {
    "client_id": _TEXT | {"description": "The app's id."},
    "client_secret": _TEXT | {"description": "The app's secret."},
    "instance_id": _TEXT | {"description": "The app's instance: which site the token is for."},
}
_APP = {
    "client_id": "a77ec0de-0000-4000-8000-000000000949",
    "client_secret": "emulator-app-secret",
    "instance_id": "1257a9ce-0000-4000-8000-000000000949",
}


def _grant(name: str, **wanted: Json) -> Json:
    properties = {"grant_type": {"const": name}, **_CREDENTIALS, **wanted}
    return {"type": "object", "required": ["grant_type", *wanted], "properties": properties}


SIGN_IN_SCHEMAS: Json = {
    "TokenRequest": {
        "description": "How the caller shows who it is.",
        "oneOf": [
            _grant("client_credentials"),
            _grant("anonymous"),
            _grant("authorization_code", code=_TEXT | {"minLength": 1}),
            _grant("refresh_token", refresh_token=_TEXT),
            _grant("strip_bound_session", access_token=_TEXT),
        ],
    },
    "TokenInfoRequest": {"type": "object", "properties": {"token": _TEXT}},
    "AccessToken": {
        "type": "object",
        "required": ["access_token", "token_type", "expires_in"],
        "properties": {
            "access_token": _TEXT,
            "token_type": {"const": "Bearer"},
            "expires_in": {"type": "integer", "description": "In seconds."},
            "refresh_token": _TEXT,
        },
    },
    "LegacyTokens": {
        "type": "object",
        "required": ["access_token", "refresh_token"],
        "properties": {"access_token": _TEXT, "refresh_token": _TEXT},
    },
    "TokenInfo": {
        "type": "object",
        "required": ["active"],
        "properties": {
            "active": {"type": "boolean"},
            "subjectType": {"enum": ["APP", "USER", "MEMBER", "VISITOR"]},
            "subjectId": _TEXT,
            "exp": {"type": "integer"},
            "iat": {"type": "integer"},
            "clientId": _TEXT,
            "siteId": _TEXT,
            "instanceId": _TEXT,
        },
    },
    "OAuthError": {
        "type": "object",
        "required": ["error", "error_description"],
        "properties": {"error": _TEXT, "error_description": _TEXT},
    },
}

_EXAMPLES: dict[str, Json] = {
    "issueToken": {"grant_type": "client_credentials"} | _APP,
    "issueLegacyToken": {"grant_type": "authorization_code", "code": "any"} | _APP,
    "describeToken": {"token": "OauthNG.JWS.…"},
}


def sign_in_body(operation_id: str) -> Json:
    """What is sent: JSON or a form."""
    media = {"schema": ref(REQUESTS[operation_id]), "example": _EXAMPLES[operation_id]}
    return {"required": operation_id != "describeToken", "content": {"application/json": media, _FORM: dict(media)}}


def sign_in_responses(operation_id: str) -> dict[str, tuple[str, Json]]:
    """Description and schema of what is answered, by status."""
    either = {"anyOf": [ref("OAuthError"), ref("ValidationErrorResponse")]}
    answers = {
        "200": ("The answer.", ref(_ANSWERS[operation_id])),
        "400": ("`invalid_request` and other errors of RFC 6749 (R701), or the body's form is wrong.", either),
    }
    if operation_id != "describeToken":
        answers["401"] = ("`invalid_client`: Not the app's id or secret.", ref("OAuthError"))
    return answers
