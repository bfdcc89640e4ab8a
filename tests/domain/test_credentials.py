"""Tokens and keys: what they say, and what they allow."""

import base64
import hmac
import json
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.domain.credentials import (
    GRANTING_SCOPES,
    MANAGE_ORDERS,
    READ_ORDERS,
    REFRESH_TOKEN_LIFETIME,
    TOKEN_LIFETIME,
    ApiKey,
    Identity,
    Kind,
    Token,
    authorize_key,
    authorize_token,
    bare,
    looks_like_token,
    read_token,
    seal_token,
)
from emulator.domain.refusals import PermissionDenied, Unauthenticated
from tests.factories import NOW, guid

SITE = "a site"
SECRET = "a secret"  # noqa: S105 - a test's own
APPS = frozenset[Identity]({"APP", "USER"})


def token(identity: Identity = "APP", kind: Kind = "access") -> Token:
    return Token(kind, identity, guid(1), guid(2), SITE, guid(3), NOW, NOW + timedelta(hours=4))


@pytest.mark.rule("R702", "R708")
@pytest.mark.parametrize("prefix", ["", "Bearer "])
@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_sealed_token_reads_as_it_was(prefix: str, kind: Kind) -> None:
    assert read_token(prefix + seal_token(token(kind=kind), SECRET), SECRET) == token(kind=kind)


@pytest.mark.rule("R708")
@pytest.mark.parametrize(("lifetime", "kind"), [(TOKEN_LIFETIME, "access"), (REFRESH_TOKEN_LIFETIME, "refresh")])
def test_a_token_of_before_there_were_kinds_is_of_the_kind_that_lives_so_long(lifetime: timedelta, kind: Kind) -> None:
    written = token(kind=kind)._replace(expires=NOW + lifetime)
    prefix, payload, _ = seal_token(written, SECRET).rsplit(".", 2)
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    del claims["kind"]
    old = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
    signature = base64.urlsafe_b64encode(hmac.digest(SECRET.encode(), old, "sha256")).rstrip(b"=")
    assert read_token(f"{prefix}.{old.decode()}.{signature.decode()}", SECRET) == written


@pytest.mark.rule("R702")
def test_a_token_is_recognized_by_its_look() -> None:
    assert looks_like_token(seal_token(token(), SECRET))
    assert looks_like_token("Bearer " + seal_token(token(), SECRET))
    assert not looks_like_token("IST.emulator-api-key")


@pytest.mark.rule("R702")
def test_the_same_token_is_the_same_text() -> None:
    assert seal_token(token(), SECRET) == seal_token(token(), SECRET)
    assert seal_token(token(), SECRET) != seal_token(token("USER"), SECRET)


@pytest.mark.rule("R702")
def test_a_token_of_another_emulator_is_none_of_ours() -> None:
    assert read_token(seal_token(token(), "another secret"), SECRET) is None


@pytest.mark.rule("R702")
def test_a_token_whose_claims_were_changed_is_none_of_ours() -> None:
    prefix, payload, signature = seal_token(token("VISITOR"), SECRET).rsplit(".", 2)
    claims = json.loads(base64.urlsafe_b64decode(payload + "==")) | {"identity": "APP"}
    forged = base64.urlsafe_b64encode(json.dumps(claims, separators=(",", ":")).encode()).rstrip(b"=").decode()
    assert read_token(f"{prefix}.{forged}.{signature}", SECRET) is None


@pytest.mark.rule("R702")
@given(text=st.text(max_size=60) | st.text(max_size=40).map(lambda tail: f"OauthNG.JWS.{tail}"))
def test_no_other_text_is_a_token(text: str) -> None:
    assert read_token(text, SECRET) is None


@pytest.mark.rule("R702")
@pytest.mark.parametrize(
    ("written", "credential"), [("x", "x"), ("Bearer x", "x"), ("Bearer ", ""), (" x ", "x"), ("", "")]
)
def test_bearer_may_stand_before_a_credential(written: str, credential: str) -> None:
    assert bare(written) == credential


@pytest.mark.rule("R704")
@pytest.mark.parametrize("identity", get_args(Identity))
def test_a_token_may_do_what_its_identity_may(identity: Identity) -> None:
    if identity in APPS:
        authorize_token(token(identity), APPS, SITE, NOW)
    else:
        with pytest.raises(PermissionDenied, match=f"^a {identity} may not call this; it is for APP, USER$"):
            authorize_token(token(identity), APPS, SITE, NOW)


@pytest.mark.rule("R704")
def test_a_token_may_do_nothing_any_more_when_its_time_is_over() -> None:
    last = token().expires - timedelta(microseconds=1)
    authorize_token(token(), APPS, SITE, last)
    with pytest.raises(Unauthenticated, match=r"^the token expired at 2026-03-01T16:00:00Z; request a new one$"):
        authorize_token(token("VISITOR"), APPS, SITE, token().expires)


@pytest.mark.rule("R708")
def test_a_refresh_token_may_do_nothing() -> None:
    with pytest.raises(Unauthenticated, match=r"^this is a refresh token; ") as refused:
        authorize_token(token(kind="refresh"), APPS, SITE, NOW)
    assert refused.value.rule.id == "R708"


@pytest.mark.rule("R704")
def test_a_token_may_do_nothing_on_another_site() -> None:
    with pytest.raises(
        PermissionDenied, match=r"^the token is for site a site, and the header wix-site-id names another"
    ):
        authorize_token(token(), APPS, "another", NOW)


WRITING = {
    "SCOPE.DC-STORES.MANAGE-ORDERS",
    "SCOPE.DC-STORES-MEGA.MANAGE-STORES",
    "SCOPE.DC-ECOM-MEGA.MANAGE-ECOM",
    "SCOPE.RESTAURANTS.MEGA-SCOPES",
    "SCOPE.STORES.MANAGE-STORES",
    "SCOPE.RENTALS.MANAGE",
}
READING = {"SCOPE.DC-STORES.READ-ORDERS", "SCOPE.DC-ECOM-MEGA.READ-ECOM", "SCOPE.DC-STORES-MEGA.READ-STORES"}


@pytest.mark.rule("R704")
def test_the_scopes_are_the_documented_ones() -> None:
    assert GRANTING_SCOPES == {READ_ORDERS: WRITING | READING, MANAGE_ORDERS: WRITING}


@pytest.mark.rule("R704")
@pytest.mark.parametrize("scope", sorted(WRITING | READING))
def test_each_scope_alone_is_enough_for_what_it_is_for(scope: str) -> None:
    key = ApiKey("a key", frozenset({scope}))
    authorize_key(key, READ_ORDERS, names_site=True)
    if scope in WRITING:
        authorize_key(key, MANAGE_ORDERS, names_site=True)
    else:
        with pytest.raises(PermissionDenied) as refused:
            authorize_key(key, MANAGE_ORDERS, names_site=True)
        assert refused.value.data == {"scope": MANAGE_ORDERS}


@pytest.mark.rule("R704")
def test_a_key_without_scopes_of_its_own_may_do_everything() -> None:
    for scope in GRANTING_SCOPES:
        authorize_key(ApiKey("a key"), scope, names_site=True)


@pytest.mark.rule("R705")
def test_a_key_that_names_no_site_may_do_nothing() -> None:
    with pytest.raises(PermissionDenied, match=r"^an API key needs the header wix-site-id$") as refused:
        authorize_key(ApiKey("a key"), READ_ORDERS, names_site=False)
    assert (refused.value.code, refused.value.rule.id) == ("PERMISSION_DENIED", "R705")
