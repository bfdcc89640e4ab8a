"""What a request for a token must bring."""

from typing import Any

import pytest

from emulator.domain.credentials import AuthMode
from emulator.domain.grants import (
    GRANT_TYPES,
    Declined,
    decline_foreign_client,
    decline_long_instance_id,
    grant_type,
)

APP = {"client_id": "the app", "client_secret": "its secret"}


@pytest.mark.rule("R701")
@pytest.mark.parametrize("asked", GRANT_TYPES)
def test_a_known_grant_is_taken(asked: str) -> None:
    assert grant_type({"grant_type": asked}) == asked


@pytest.mark.rule("R701")
@pytest.mark.parametrize(
    ("fields", "error", "description"),
    [
        ({}, "invalid_request", "grant_type is missing; it is one of client_credentials, anonymous,"),
        ({"grant_type": "password"}, "unsupported_grant_type", "grant_type password is not one of client_credentials,"),
        ({"grant_type": "Anonymous"}, "unsupported_grant_type", "grant_type Anonymous is not one of"),
        ({"grant_type": "x" * 50}, "unsupported_grant_type", f"grant_type {'x' * 40} is not one of"),
    ],
)
def test_any_other_is_declined_with_those_that_are_known(fields: dict[str, Any], error: str, description: str) -> None:
    with pytest.raises(Declined) as declined:
        grant_type(fields)
    assert declined.value.error == error
    assert declined.value.description.startswith(description)


@pytest.mark.rule("R704")
@pytest.mark.parametrize(
    ("mode", "fields"),
    [("open", {}), ("required", {"client_id": "another", "client_secret": "guessed"}), ("strict", APP)],
)
def test_a_client_that_the_mode_wants_may_ask(mode: AuthMode, fields: dict[str, str]) -> None:
    decline_foreign_client(fields, APP, mode)


@pytest.mark.rule("R704")
@pytest.mark.parametrize(
    ("mode", "fields", "error"),
    [
        ("required", {"client_id": "another"}, "invalid_request"),
        ("strict", {"client_id": "the app"}, "invalid_request"),
        ("strict", {"client_id": "another", "client_secret": "its secret"}, "invalid_client"),
        ("strict", {"client_id": "the app", "client_secret": "guessed"}, "invalid_client"),
    ],
)
def test_another_client_is_declined(mode: AuthMode, fields: dict[str, str], error: str) -> None:
    with pytest.raises(Declined) as declined:
        decline_foreign_client(fields, APP, mode)
    assert declined.value.error == error


def test_an_instance_id_is_no_longer_than_that_of_a_site() -> None:
    decline_long_instance_id("x" * 100)
    with pytest.raises(Declined, match="instance_id has 101 characters, at most 100 are allowed"):
        decline_long_instance_id("x" * 101)
