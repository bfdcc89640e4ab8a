"""Tokens issued and renewed, without HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from emulator.domain.credentials import Token, read_token
from emulator.domain.grants import GRANT_TYPES, Declined
from emulator.domain.site_ids import DEFAULT_SITE_ID
from emulator.operations.sign_in import Authority, active_token, issue, issue_legacy, site_asked_for
from emulator.site import Setup
from emulator.sites import Sites

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def authority() -> Authority:
    return Authority("the app", "its secret", "its instance", "open", Sites(Setup(start=NOW)))


def read(authority: Authority, text: str | None) -> Token:
    token = active_token(authority, text or "")
    assert token is not None
    return token


def renewal(authority: Authority, text: str | None) -> Token:
    token = read_token(text or "", authority.app_secret)
    assert token is not None
    assert token.kind == "refresh"
    return token


@pytest.mark.rule("R701")
@pytest.mark.parametrize("grant", GRANT_TYPES)
def test_every_grant_is_carried_out(authority: Authority, grant: str) -> None:
    visitor = issue(authority, {"grant_type": "anonymous"})
    held = {"access_token": visitor.access, "refresh_token": visitor.refresh}
    issued = issue(authority, {"grant_type": grant, "code": "any", **held})
    assert read(authority, issued.access).expires == NOW + timedelta(hours=4) == NOW + issued.lifetime


@pytest.mark.rule("R701")
@pytest.mark.parametrize(("instance", "site"), [("its instance", DEFAULT_SITE_ID), ("another", "another")])
def test_a_token_is_for_the_site_of_the_instance(authority: Authority, instance: str, site: str) -> None:
    fields = {"grant_type": "client_credentials", "instance_id": instance}
    assert read(authority, issue(authority, fields).access).site_id == site_asked_for(authority, fields).id == site


@pytest.mark.rule("R701")
def test_a_token_and_what_renews_it_have_the_same_subject(authority: Authority) -> None:
    issued = issue(authority, {"grant_type": "authorization_code", "code": "any"})
    access, refresh = read(authority, issued.access), renewal(authority, issued.refresh)
    assert access.subject_id == refresh.subject_id
    assert refresh.expires - access.expires == timedelta(days=365) - timedelta(hours=4)


@pytest.mark.rule("R703")
def test_the_old_way_always_gives_a_refresh_token(authority: Authority) -> None:
    fields = {"grant_type": "client_credentials"}
    assert issue(authority, fields).refresh is None
    assert renewal(authority, issue_legacy(authority, fields).refresh).identity == "APP"


@pytest.mark.rule("R702")
def test_a_token_is_active_until_its_time_is_over(authority: Authority) -> None:
    issued = issue(authority, {"grant_type": "anonymous"})
    authority.sites.site().clock.advance(issued.lifetime)
    assert active_token(authority, issued.access) is None
    with pytest.raises(Declined, match="access_token has expired"):
        issue(authority, {"grant_type": "strip_bound_session", "access_token": issued.access})


@pytest.mark.parametrize("grant", ["refresh_token", "strip_bound_session"])
def test_a_text_that_is_no_token_renews_nothing(authority: Authority, grant: str) -> None:
    with pytest.raises(Declined) as declined:
        issue(authority, {"grant_type": grant, "access_token": "forged", "refresh_token": "forged"})
    assert declined.value.error == "invalid_grant"


@pytest.mark.rule("R708")
def test_a_token_of_the_one_kind_renews_nothing_in_the_place_of_the_other(authority: Authority) -> None:
    issued = issue(authority, {"grant_type": "anonymous"})
    with pytest.raises(Declined, match=r"^refresh_token is an access token; ") as declined:
        issue(authority, {"grant_type": "refresh_token", "refresh_token": issued.access})
    assert declined.value.error == "invalid_grant"
    with pytest.raises(Declined, match=r"^access_token is a refresh token; ") as declined:
        issue(authority, {"grant_type": "strip_bound_session", "access_token": issued.refresh})
    assert declined.value.error == "invalid_grant"


@pytest.mark.rule("R708")
def test_a_refresh_token_is_never_active(authority: Authority) -> None:
    assert active_token(authority, issue(authority, {"grant_type": "anonymous"}).refresh or "") is None
