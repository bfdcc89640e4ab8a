"""Decides whether a request may call an operation."""

from collections.abc import Mapping
from typing import NamedTuple

from emulator.api.operation import Operation
from emulator.domain.credentials import (
    ApiKey,
    AuthMode,
    Token,
    authorize_key,
    authorize_token,
    bare,
    looks_like_token,
    read_token,
)
from emulator.domain.refusals import Unauthenticated
from emulator.site import Site


class Guard(NamedTuple):
    """What the emulator asks of callers: `open` nothing, `required` any credential, `strict` a known one that may."""

    mode: AuthMode
    secret: str
    api_keys: dict[str, ApiKey]

    def token(self, headers: Mapping[str, str]) -> Token | None:
        """The token that the request carries, expired or not."""
        authorization = headers.get("authorization")
        if authorization is None:
            return None
        return read_token(authorization, self.secret) if looks_like_token(authorization) else None

    def admit(self, operation: Operation, headers: Mapping[str, str], token: Token | None, site: Site) -> None:
        """Let the call pass, or raise Unauthenticated or PermissionDenied (R704)."""
        if self.mode == "open" or operation.scope is None:
            return
        credential = bare(headers.get("authorization", ""))
        if not credential:
            raise Unauthenticated("the request has no authorization header; send an API key or an access token")
        if self.mode == "required":
            return
        if token is not None:
            authorize_token(token, operation.identities, site.id, site.clock.now())
        elif (key := self.api_keys.get(credential)) is not None:
            authorize_key(key, operation.scope, names_site="wix-site-id" in headers)
        else:
            raise Unauthenticated("the credential is neither a known API key nor a token that this emulator has issued")
