"""What travels, judged by a verifier of the tests' own and by PyJWT, against the published samples."""

import base64
import hashlib
import hmac
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from emulator.domain.chaos import CHAOS_NAMES, ChaosName
from emulator.domain.deliveries import Attempt, DeliveryFormat
from emulator.domain.events import EVENT_TYPES, FULFILLMENTS_UPDATED, TICKET_ORDER_UPDATED, Event, EventType
from emulator.webhooks.envelope import EnvelopeError, Sealer, open_token, verify_token
from emulator.webhooks.keys import SigningKey
from tests.documents import document
from tests.events import delivery, event, subscription
from tests.factories import NOW, ORDER_ID, fulfillment, guid, order
from tests.webhooks.verifier import NotVerified, Webhook, verify

APP_ID = "a77ec0de-0000-4000-8000-000000000949"
INSTANCE_ID = "1257a9ce-0000-4000-8000-000000000949"
KEY = SigningKey()
SEALER = Sealer(KEY, SigningKey.wrong(), APP_ID, INSTANCE_ID)
FORMATS: tuple[DeliveryFormat, ...] = ("jwt", "sdk", "velo")
REFUSED_BY_A_RECEIVER: tuple[ChaosName, ...] = ("expired-token", "wrong-key", "tampered-payload", "truncated-body")

_TIME_001 = datetime(2023, 1, 25, 13, 45, 21, 129_908, tzinfo=UTC)


def sealed(
    of: Event | None = None,
    in_format: DeliveryFormat = "jwt",
    chaos: ChaosName | None = None,
) -> bytes:
    return SEALER.seal(delivery(of=of, to=subscription(format=in_format), chaos=chaos)).body


def opened(of: Event | None = None, chaos: ChaosName | None = None) -> Webhook:
    return verify(sealed(of, chaos=chaos), KEY.public_pem, NOW)


def read(of: Event, in_format: DeliveryFormat) -> Any:
    return json.loads(sealed(of, in_format))


def fulfilled() -> Event:
    parcel = {"trackingNumber": "12345", "shippingProvider": "ups", "trackingLink": "https://ups.example/?n=12345"}
    return event(body=order(fulfillments=[fulfillment(1, trackingInfo=parcel)]).with_all_fulfillments())


@pytest.mark.rule("R304")
def test_a_webhook_is_plain_text() -> None:
    assert SEALER.seal(delivery()).content_type == "text/plain"


@pytest.mark.rule("R304")
def test_the_body_is_the_bare_token() -> None:
    assert re.fullmatch(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", sealed())


@pytest.mark.rule("R304")
def test_the_header_is_alg_and_a_kid_of_eight_characters_and_nothing_else() -> None:
    assert opened().header == {"alg": "RS256", "kid": KEY.kid}
    assert len(KEY.kid) == 8


@pytest.mark.rule("R304")
def test_the_claims_are_data_iat_and_exp_and_nothing_else() -> None:
    claims = opened().claims
    assert list(claims) == ["data", "iat", "exp"]
    assert (claims["iat"], claims["exp"]) == (int(NOW.timestamp()), int(NOW.timestamp()) + 300_000)


@pytest.mark.rule("R304")
def test_iat_is_whole_seconds_since_the_event_was_published() -> None:
    late = delivery(at=NOW + timedelta(seconds=1, microseconds=999_999))
    claims = verify(SEALER.seal(late).body, KEY.public_pem, NOW).claims
    assert claims["iat"] == int(NOW.timestamp()) + 1


@pytest.mark.rule("R304", "R308")
def test_the_envelope_holds_two_more_texts_of_json() -> None:
    webhook = opened()
    assert isinstance(webhook.claims["data"], str)
    assert webhook.envelope == {
        "data": webhook.envelope["data"],
        "instanceId": INSTANCE_ID,
        "eventType": "wix.ecom.v1.fulfillments_updated",
        "identity": webhook.envelope["identity"],
    }
    assert isinstance(webhook.envelope["data"], str)
    assert json.loads(webhook.envelope["identity"]) == {"identityType": "APP", "appId": APP_ID}


@pytest.mark.rule("R301", "R302")
def test_document_001_is_reproduced_field_for_field() -> None:
    documented = document("001")
    entity = documented["updatedEvent"]["currentEntity"]
    told = Event(documented["id"], FULFILLMENTS_UPDATED, documented["entityId"], _TIME_001, 3, entity)

    assert opened(told).event == documented | {"entityEventSequence": "3"}


@pytest.mark.rule("R309")
def test_document_000_is_reproduced_field_for_field() -> None:
    documented = document("000")
    metadata = documented["metadata"]
    time = datetime(2023, 3, 8, 11, 4, 15, 512_044, tzinfo=UTC)
    stored = json.dumps(documented["entity"]).replace('"_id"', '"id"').replace("_createdDate", "createdDate")
    told = Event(metadata["id"], FULFILLMENTS_UPDATED, metadata["entityId"], time, 1, json.loads(stored))

    assert read(told, "velo") == {"handler": "wixEcom_onFulfillmentsUpdated", "event": documented}


@pytest.mark.rule("R310")
def test_document_004_is_reproduced_field_for_field() -> None:
    told = event(type=TICKET_ORDER_UPDATED, entity_id="FMXC-BZG3-OT", body=document("004"))

    assert read(told, "velo") == {"handler": "wixEvents_onOrderUpdated", "event": document("004")}


@pytest.mark.rule("R310")
def test_a_ticket_order_as_a_token_is_its_innermost_layer_alone() -> None:
    webhook = opened(event(type=TICKET_ORDER_UPDATED, body=document("004")))

    assert webhook.event == document("004")
    assert webhook.envelope["eventType"] == "wixEvents_onOrderUpdated"


@pytest.mark.rule("R310")
def test_a_ticket_order_for_the_sdk_is_flat_too() -> None:
    assert read(event(type=TICKET_ORDER_UPDATED, body=document("004")), "sdk") == document("004")


def test_the_sdk_format_is_what_a_handler_of_the_sdk_gets() -> None:
    told = replace(fulfilled(), time=_TIME_001)

    assert read(told, "sdk") == {
        "entity": {
            "orderId": ORDER_ID,
            "fulfillments": [
                {
                    "_id": guid(1),
                    "_createdDate": "2026-02-01T00:00:00.000Z",
                    "lineItems": [{"_id": "00000000-0000-0000-0000-000000000001", "quantity": 1}],
                    "trackingInfo": {
                        "trackingNumber": "12345",
                        "shippingProvider": "ups",
                        "trackingLink": "https://ups.example/?n=12345",
                    },
                }
            ],
        },
        "metadata": {
            "_id": guid(1),
            "entityFqdn": "wix.ecom.v1.fulfillments",
            "slug": "updated",
            "entityId": ORDER_ID,
            "eventTime": "2023-01-25T13:45:21.129Z",  # a Date of JavaScript has milliseconds
            "triggeredByAnonymizeRequest": False,
            "entityEventSequence": "1",
            "instanceId": INSTANCE_ID,
            "identity": {"identityType": "APP", "appId": APP_ID},
        },
    }


@pytest.mark.parametrize("in_format", ["sdk", "velo"])
def test_formats_sdk_and_velo_are_plain_json(in_format: DeliveryFormat) -> None:
    assert SEALER.seal(delivery(to=subscription(format=in_format))).content_type == "application/json"


@pytest.mark.parametrize("in_format", ["sdk", "velo"])
def test_an_action_event_has_data_in_place_of_an_entity(in_format: DeliveryFormat) -> None:
    action = EventType(
        "wix.ecom.v1.order_approved", "wix.ecom.v1.order", "approved", "action", "wixEcom_onOrderApproved"
    )
    document = read(event(type=action, body={"order": {"id": "1"}}), in_format)
    told = document["event"] if in_format == "velo" else document
    assert told["data"] == {"order": {"_id": "1"}}
    assert "entity" not in told


@pytest.mark.parametrize("in_format", FORMATS)
@pytest.mark.parametrize("event_type", EVENT_TYPES.values(), ids=EVENT_TYPES)
def test_every_event_seals_in_every_format(event_type: EventType, in_format: DeliveryFormat) -> None:
    body = {"id": "1", "order": {"id": "1"}, "eventId": "e"}
    told = event(type=event_type, body=body)
    if in_format == "jwt":
        assert opened(told).event == told.domain_event()
    else:
        assert read(told, in_format)


@pytest.mark.rule("R306")
@pytest.mark.parametrize("in_format", FORMATS)
def test_the_same_delivery_is_sealed_into_the_same_bytes(in_format: DeliveryFormat) -> None:
    again = Sealer(SigningKey(), SigningKey.wrong(), APP_ID, INSTANCE_ID)
    one = delivery(of=fulfilled(), to=subscription(format=in_format))
    assert again.seal(one) == SEALER.seal(one)


@pytest.mark.rule("R306")
def test_what_is_sealed_is_never_sealed_anew() -> None:
    kept = replace(SEALER.seal(delivery()), body=b"sealed before")
    assert SEALER.seal(replace(delivery(), sealed=kept)) is kept


def test_attempts_do_not_change_what_is_sealed() -> None:
    retried = delivery().attempted(Attempt(NOW + timedelta(hours=1), 500, None, 3))
    assert SEALER.seal(retried) == SEALER.seal(delivery())


@pytest.mark.parametrize("text", ["Zürich ☃", 'quote " and \\ backslash', "line\nbreak", "</script>", "\x00", "😀"])
@pytest.mark.parametrize("in_format", FORMATS)
def test_any_text_survives_the_layers(text: str, in_format: DeliveryFormat) -> None:
    told = event(entity_id=text, body={"orderId": text, "fulfillments": []})
    if in_format == "jwt":
        assert opened(told).event["updatedEvent"]["currentEntity"]["orderId"] == text
    else:
        assert json.dumps(text, ensure_ascii=False).encode() in sealed(told, in_format)


def test_pyjwt_agrees() -> None:
    real_now = event(time=datetime.now(UTC))
    token = SEALER.seal(delivery(of=real_now, at=datetime.now(UTC))).body.decode()

    claims = jwt.decode(token, KEY.public_pem, algorithms=["RS256"])

    assert json.loads(json.loads(claims["data"])["data"]) == real_now.domain_event()


@pytest.mark.parametrize("chaos", [name for name in CHAOS_NAMES if name not in REFUSED_BY_A_RECEIVER])
def test_a_mishap_that_is_not_the_tokens_verifies(chaos: ChaosName) -> None:
    assert opened(chaos=chaos).event["entityId"] == ORDER_ID


@pytest.mark.rule("R304")
@pytest.mark.parametrize(
    ("chaos", "verdict"),
    [("expired-token", "expired"), ("wrong-key", "signature"), ("tampered-payload", "signature")],
)
def test_a_mishap_of_the_token_is_refused(chaos: ChaosName, verdict: str) -> None:
    with pytest.raises(NotVerified, match=verdict):
        opened(chaos=chaos)


def test_a_truncated_body_is_the_first_half_of_the_token() -> None:
    whole, half = sealed(), sealed(chaos="truncated-body")
    assert whole.startswith(half)
    assert len(half) == len(whole) // 2
    with pytest.raises(NotVerified):
        verify(half, KEY.public_pem, NOW)


def test_an_expired_token_is_well_signed() -> None:
    webhook = verify(sealed(chaos="expired-token"), KEY.public_pem, NOW - timedelta(days=60))
    assert webhook.claims["exp"] - webhook.claims["iat"] == 300_000
    assert webhook.claims["exp"] < NOW.timestamp()


def test_a_token_of_the_wrong_key_claims_to_be_of_the_right_one() -> None:
    webhook = verify(sealed(chaos="wrong-key"), SEALER.wrong_key.public_pem, NOW)
    assert webhook.header["kid"] == KEY.kid


def test_a_tampered_token_differs_in_its_payload_alone() -> None:
    header, payload, signature = sealed().split(b".")
    tampered = sealed(chaos="tampered-payload").split(b".")
    assert (tampered[0], tampered[2]) == (header, signature)
    assert tampered[1] != payload
    assert open_token(b".".join(tampered).decode()).event["entityId"] != ORDER_ID


@pytest.mark.parametrize("entity_id", ["1", "\n", '"', "\\n", "ü", "-"])
@pytest.mark.parametrize("in_format", FORMATS)
def test_any_entity_can_be_tampered_with(entity_id: str, in_format: DeliveryFormat) -> None:
    told = event(entity_id=entity_id)
    assert sealed(told, in_format, "tampered-payload") != sealed(told, in_format)


def test_an_unknown_event_type_is_in_the_envelope() -> None:
    assert opened(chaos="unknown-event-type").envelope["eventType"] == "wix.ecom.v1.fulfillments_teleported"


def test_a_very_large_payload_is_over_a_megabyte() -> None:
    assert len(sealed(fulfilled(), chaos="very-large-payload")) > 1_000_000


@pytest.mark.parametrize("in_format", ["sdk", "velo"])
@pytest.mark.parametrize("chaos", CHAOS_NAMES)
def test_every_mishap_can_be_told_in_every_format(chaos: ChaosName, in_format: DeliveryFormat) -> None:
    assert sealed(fulfilled(), in_format, chaos)


def test_our_own_verifier_accepts_a_token() -> None:
    verify_token(sealed().decode(), KEY.public_pem, NOW)


@pytest.mark.parametrize("end", ["\n", " ", "\r\n"])
def test_our_own_verifier_overlooks_white_space_around_the_token(end: str) -> None:
    verify_token(sealed().decode() + end, KEY.public_pem, NOW)


@pytest.mark.parametrize(
    ("chaos", "reason"),
    [
        ("expired-token", "expired at 2026-02-02T23:20:00Z"),
        ("wrong-key", "Signature verification failed"),
        ("tampered-payload", "Signature verification failed"),
        ("truncated-body", "Not enough segments"),
    ],
)
def test_our_own_verifier_says_what_is_wrong(chaos: ChaosName, reason: str) -> None:
    with pytest.raises(EnvelopeError, match=reason):
        verify_token(sealed(chaos=chaos).decode(), KEY.public_pem, NOW)


def test_a_token_expires_at_the_moment_that_it_says() -> None:
    expiry = NOW + timedelta(seconds=300_000)
    verify_token(sealed().decode(), KEY.public_pem, expiry - timedelta(seconds=1))
    with pytest.raises(EnvelopeError, match="expired"):
        verify_token(sealed().decode(), KEY.public_pem, expiry)


def test_a_token_without_a_signature_is_not_verified() -> None:
    unsigned = jwt.encode({"data": "{}", "exp": 9_999_999_999}, "", "none")
    with pytest.raises(EnvelopeError):
        verify_token(unsigned, KEY.public_pem, NOW)


def test_a_token_signed_with_the_public_key_as_a_secret_is_not_verified() -> None:
    def encoded(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    signed = ".".join(map(encoded, (b'{"alg":"HS256"}', b'{"data":"{}","exp":9999999999}')))
    signature = hmac.new(KEY.public_pem.encode(), signed.encode(), hashlib.sha256).digest()
    with pytest.raises(EnvelopeError):
        verify_token(f"{signed}.{encoded(signature)}", KEY.public_pem, NOW)


def test_opening_a_token_gives_all_its_layers() -> None:
    mine, theirs = open_token(sealed(fulfilled()).decode()), opened(fulfilled())
    assert (mine.header, mine.claims, mine.envelope, mine.event) == (
        theirs.header,
        theirs.claims,
        theirs.envelope,
        theirs.event,
    )


def token_of(claims: Any) -> str:
    return jwt.encode(claims, KEY.private, "RS256")


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "the token has 1 parts, expected 3"),
        ("a.b", "the token has 2 parts, expected 3"),
        ("a.b.c.d", "the token has 4 parts, expected 3"),
        ("!!!!.e30.c", "header is not JSON"),
        ("e30.ü.c", "not base64url"),
        ("e30.W10.c", "claims must hold a JSON object"),
        ("e30.e30.c", "claims.data must be JSON in a string, it is NoneType"),
        (token_of({"data": {}}), "claims.data must be JSON in a string, it is dict"),
        (token_of({"data": "x"}), "claims.data is not JSON"),
        (token_of({"data": "[" * 100_000}), "claims.data is not JSON"),
        (token_of({"data": "3"}), "claims.data must hold a JSON object"),
        (token_of({"data": '{"data": {}}'}), "envelope.data must be JSON in a string, it is dict"),
    ],
)
def test_opening_what_is_no_token_names_the_layer_that_is_wrong(token: str, reason: str) -> None:
    with pytest.raises(EnvelopeError, match=reason):
        open_token(token)


@pytest.mark.parametrize("expiry", [None, [], "soon", 10**40, -(10**40)])
def test_a_signed_token_whose_expiry_is_no_time_is_not_verified(expiry: Any) -> None:
    signed = jwt.api_jws.encode(json.dumps({"data": "{}", "exp": expiry}).encode(), KEY.private, "RS256")
    with pytest.raises(EnvelopeError, match="exp"):
        verify_token(signed, KEY.public_pem, NOW)
