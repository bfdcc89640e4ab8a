"""What a request for a token must bring, and how it is declined, in the words of OAuth (RFC 6749)."""

from collections.abc import Mapping
from typing import Any

from emulator.domain.credentials import AuthMode
from emulator.domain.site_ids import SITE_ID_LENGTH_MAX

GRANT_TYPES = ("client_credentials", "anonymous", "authorization_code", "refresh_token", "strip_bound_session")

Fields = Mapping[str, Any]


class Declined(Exception):  # noqa: N818 - an answer
    """A request for a token that is declined: `error` is OAuth's name for why."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error, self.description = error, description


def grant_type(fields: Fields) -> str:
    """The grant that the request asks for, one of GRANT_TYPES (R701). Raises Declined."""
    asked = fields.get("grant_type")
    if asked in GRANT_TYPES:
        return str(asked)
    known = ", ".join(GRANT_TYPES)
    if asked is None:
        raise Declined("invalid_request", f"grant_type is missing; it is one of {known}")
    raise Declined("unsupported_grant_type", f"grant_type {asked!s:.40} is not one of {known}")


def decline_foreign_client(fields: Fields, expected: Mapping[str, str], mode: AuthMode) -> None:
    """`required` wants a client to name itself, `strict` wants it to be the emulator's app (R704). Raises Declined."""
    for name, value in expected.items():
        sent = fields.get(name)
        if mode != "open" and not sent:
            raise Declined("invalid_request", f"{name} is missing")
        if mode == "strict" and sent != value:
            raise Declined("invalid_client", f"{name} is not that of the app; see GET /_emulator/manifest")


def decline_long_instance_id(instance_id: str) -> None:
    """An instance's id may be a site's, and is as long at the most. Raises Declined."""
    if len(instance_id) > SITE_ID_LENGTH_MAX:
        raise Declined(
            "invalid_request",
            f"instance_id has {len(instance_id)} characters, at most {SITE_ID_LENGTH_MAX} are allowed",
        )
