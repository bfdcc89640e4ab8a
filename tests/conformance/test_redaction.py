"""What is written of an exchange: no credentials, no site, nobody's name."""

import json

import pytest

from emulator.conformance.redaction import ENTRIES_MAX, TEXT_CHARACTERS_MAX, Redaction

REDACTION = Redaction(["IST.the-key", "the-site"])
PATH = "/ecom/v1/orders"


def shown(value: object) -> str:
    return json.dumps(REDACTION.value(value, PATH))


@pytest.mark.parametrize(
    "field",
    [
        "buyerInfo",
        "billingInfo",
        "recipientInfo",
        "shippingDestination",
        "createdBy",
        "buyerNote",
        "customFields",
        "number",
        "productName",
        "descriptionLines",
        "instructions",
        "tags",
    ],
)
def test_whatever_is_about_a_person_is_gone(field: str) -> None:
    assert "Doe" not in shown({"order": {field: {"deep": [{"lastName": "Doe", "note": "Doe"}]}}})


@pytest.mark.parametrize("field", ["email", "phone", "firstName", "contactId", "instanceId", "siteId", "metaSiteId"])
def test_personal_fields_and_ids_of_the_site_are_gone_wherever_they_stand(field: str) -> None:
    assert "secret" not in shown({"details": {"applicationError": {"data": [{field: "secret"}]}}})


@pytest.mark.parametrize("field", ["access_token", "refreshToken", "apiKey", "client_secret"])
def test_credentials_are_gone(field: str) -> None:
    assert "hidden" not in shown({field: "hidden"})


@pytest.mark.parametrize(
    "secret",
    ["IST.the-key", "THE-SITE", "OauthNG.JWS.abc.def", "IST.eyJraWQiOiJ", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "a.b@c.com"],
)
def test_no_text_holds_what_is_or_looks_like_a_secret(secret: str) -> None:
    text = f"the key {secret} may not do this"
    assert REDACTION.text(text) == "the key (redacted) may not do this"
    assert secret not in shown({"message": text, "data": [secret], secret: 1})


def test_what_the_rules_speak_of_is_kept() -> None:
    fulfillment = {"id": "1", "trackingInfo": {"trackingNumber": "12345", "shippingProvider": "ups"}, "completed": None}
    assert REDACTION.value(fulfillment, PATH) == fulfillment


def test_long_texts_and_lists_are_cut_and_say_so() -> None:
    assert REDACTION.text("x" * (TEXT_CHARACTERS_MAX + 1)).endswith(f"… ({TEXT_CHARACTERS_MAX + 1} characters)")
    many = REDACTION.value(list(range(ENTRIES_MAX + 1)), PATH)
    assert many == [*range(ENTRIES_MAX), f"… ({ENTRIES_MAX + 1} entries)"]


def test_without_secrets_nothing_is_taken_for_one() -> None:
    assert Redaction([""]).text("as it is") == "as it is"


def test_a_short_secret_is_taken_out_where_it_stands_alone() -> None:
    redaction = Redaction(["s"])
    assert redaction.text("/sites/s/orders of site s") == "/sites/(redacted)/orders of site (redacted)"
