"""A webhook as a receiver understands it: one way for the pytest plug-in and for `wix-emulator listen`."""

from datetime import timedelta

import pytest

from emulator.domain.deliveries import DeliveryFormat
from emulator.domain.events import FULFILLMENTS_UPDATED
from emulator.webhooks.envelope import TOKEN_LIFETIME
from emulator.webhooks.received import understood
from tests.factories import NOW
from tests.webhooks.test_envelope import KEY, fulfilled, sealed


@pytest.mark.rule("R304")
def test_a_token_is_judged_at_the_time_that_is_given() -> None:
    body = sealed()
    assert understood(body, KEY.public_pem, NOW).error is None
    late = understood(body, KEY.public_pem, NOW + TOKEN_LIFETIME + timedelta(seconds=1))
    assert (late.error or "").startswith("expired at ")
    assert late.event_type == FULFILLMENTS_UPDATED.name


@pytest.mark.parametrize(
    ("in_format", "name"),
    [
        ("jwt", FULFILLMENTS_UPDATED.name),
        ("sdk", FULFILLMENTS_UPDATED.name),
        ("velo", "wixEcom_onFulfillmentsUpdated"),
    ],
)
def test_type_and_entity_are_found_in_every_format(in_format: DeliveryFormat, name: str) -> None:
    received = understood(sealed(fulfilled(), in_format), KEY.public_pem, NOW)
    assert received.event_type == name
    assert len(received.entity["fulfillments"]) == 1


@pytest.mark.parametrize(
    "body", [b"", b"garbage", b"\xff", b"{", b"a.b.c", b"{}", b"[]", b'{"handler": "", "event": 3}', b'{"a":' * 9_999]
)
def test_whatever_comes_is_not_trusted(body: bytes) -> None:
    received = understood(body, KEY.public_pem, NOW)
    assert received.error
    assert (received.event, received.entity, received.event_type) == ({}, None, None)
