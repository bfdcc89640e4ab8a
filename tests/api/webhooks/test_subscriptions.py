"""Subscriptions: made, kept, refused and taken away."""

import pytest
from starlette.testclient import TestClient

from tests.api.shop import Shop, violations
from tests.api.webhooks.steering import (
    ADDED,
    FIRST,
    FULFILLMENTS_UPDATED,
    SECOND,
    Json,
    deliveries,
    fire,
    subscribe,
    subscriptions,
    told,
)


def test_a_subscription_wants_everything_as_a_token_unless_told_otherwise(api: TestClient) -> None:
    answer = api.post("/_emulator/webhooks", json={"url": ADDED}).json()
    assert answer == {"id": answer["id"], "url": ADDED, "eventTypes": ["*"], "format": "jwt"}
    assert subscriptions(api)[-1] == answer


def test_a_subscription_is_kept_as_it_was_asked_for(api: TestClient) -> None:
    wanted = {"url": ADDED, "eventTypes": ["wix.ecom.*"], "format": "velo"}
    answer = api.post("/_emulator/webhooks", json=wanted).json()
    assert answer == {"id": answer["id"], **wanted}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "url"),
        ({"url": "no url"}, "url"),
        ({"url": "ftp://a.example"}, "url"),
        ({"url": 3}, "url"),
        ({"eventTypes": []}, "eventTypes"),
        ({"eventTypes": "*"}, "eventTypes"),
        ({"eventTypes": [1]}, "eventTypes[0]"),
        ({"format": "xml"}, "format"),
    ],
)
def test_a_subscription_that_cannot_be_is_refused(api: TestClient, wrong: Json, field: str) -> None:
    before = subscriptions(api)
    body = ({"url": ADDED} | wrong) if wrong else {}
    assert [found for found, _ in violations(api.post("/_emulator/webhooks", json=body))] == [field]
    assert subscriptions(api) == before


def test_a_subscription_that_is_taken_away_gets_nothing_more(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    added = subscribe(api)
    assert api.delete(f"/_emulator/webhooks/{added}").status_code == 200
    shop.created(order_id)
    assert told(api, ADDED) == []
    assert [one["url"] for one in subscriptions(api)] == [FIRST, SECOND]


def test_what_waits_for_a_subscription_that_is_taken_away_is_exhausted(api: TestClient, shop: Shop) -> None:
    added = subscribe(api, eventTypes=[FULFILLMENTS_UPDATED])
    shop.created(shop.order())
    api.delete(f"/_emulator/webhooks/{added}")
    (abandoned,) = [one for one in deliveries(api) if one["subscription"]["id"] == added]
    assert (abandoned["status"], abandoned["dueAt"]) == ("exhausted", None)


def test_to_take_an_unknown_subscription_away_is_refused(api: TestClient) -> None:
    answer = api.delete("/_emulator/webhooks/nobody")
    assert (answer.status_code, answer.json()["details"]["applicationError"]["code"]) == (404, "SUBSCRIPTION_NOT_FOUND")


def test_subscriptions_from_the_settings_belong_to_every_site(api: TestClient) -> None:
    assert [one["url"] for one in subscriptions(api)] == [FIRST, SECOND]
    assert subscriptions(api, **{"wix-site-id": "elsewhere"}) == subscriptions(api)


def test_a_reset_returns_to_the_subscriptions_of_the_settings_exactly(api: TestClient) -> None:
    before = subscriptions(api)
    subscribe(api)
    api.delete(f"/_emulator/webhooks/{before[0]['id']}")

    api.post("/_emulator/reset")

    assert subscriptions(api) == before


def test_two_resets_are_as_good_as_one(api: TestClient) -> None:
    before = subscriptions(api)
    fingerprints = {api.post("/_emulator/reset").json()["fingerprint"] for _ in range(2)}
    assert len(fingerprints) == 1
    assert subscriptions(api) == before


def test_a_reset_forgets_deliveries_and_begins_sequences_again(api: TestClient, shop: Shop) -> None:
    fire(api, "wixEvents_onOrderUpdated")
    shop.created(shop.order())
    api.post("/_emulator/reset")
    assert deliveries(api) == []
    shop.created(shop.order())
    assert [event["entityEventSequence"] for event in told(api)] == ["1"]


def test_taking_a_subscription_away_concerns_its_own_site_alone(api: TestClient) -> None:
    elsewhere = {"wix-site-id": "elsewhere"}
    (first, _) = subscriptions(api, **elsewhere)
    api.delete(f"/_emulator/webhooks/{first['id']}", headers=elsewhere)
    assert len(subscriptions(api)) == 2


def test_a_short_event_type_is_subscribed_by_its_full_name(api: TestClient) -> None:
    wanted = ["fulfillments_updated", "wixEcom_onOrderApproved", "wix.ecom.v1.order_*"]
    made = api.post("/_emulator/webhooks", json={"url": "http://127.0.0.1:9/", "eventTypes": wanted}).json()
    assert made["eventTypes"] == [
        "wix.ecom.v1.fulfillments_updated",
        "wix.ecom.v1.order_approved",
        "wix.ecom.v1.order_*",
    ]


@pytest.mark.parametrize("mistyped", ["wix.ecom.v1.fulfilments_updated", "wix.ecom.v2.*", ""])
def test_an_event_type_that_never_happens_cannot_be_subscribed(api: TestClient, mistyped: str) -> None:
    answer = api.post("/_emulator/webhooks", json={"url": "http://127.0.0.1:9/", "eventTypes": ["*", mistyped]})
    assert violations(answer) == [("eventTypes[1]", "INVALID_ENUM_VALUE")]
    assert "did you mean wix.ecom.v1." in answer.text or "known:" in answer.text
    assert all(one["eventTypes"] == ["*"] for one in api.get("/_emulator/webhooks").json()["webhooks"])
