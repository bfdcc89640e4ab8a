"""Webhooks as a test steers them: subscriptions, deliveries, events by hand, mishaps. Nothing is sent but on demand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from emulator.domain.chaos import ADVICE, CHAOS_NAMES
from emulator.settings import Settings
from tests.api.shop import Shop, violations
from tests.factories import FOREIGN_ITEM, ITEM
from tests.webhooks.receiver import Receiver, receiving
from tests.webhooks.verifier import NotVerified, verify

Json = dict[str, Any]
FIRST, SECOND = "http://first.example/webhook", "http://second.example/webhook"
ADDED = "http://added.example/webhook"
FULFILLMENTS_UPDATED = "wix.ecom.v1.fulfillments_updated"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def settings() -> Settings:
    return Settings(
        seed=("empty",),
        delivery="manual",
        time=NOW,
        random_seed=1,
        webhook_url=(FIRST, SECOND),
    )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def subscribe(api: TestClient, url: str = ADDED, **fields: Any) -> str:
    answer = api.post("/_emulator/webhooks", json={"url": url, **fields})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def subscriptions(api: TestClient, **headers: str) -> list[Json]:
    return list(api.get("/_emulator/webhooks", headers=headers).json()["webhooks"])


def deliveries(api: TestClient, **filters: str) -> list[Json]:
    answer = api.get("/_emulator/deliveries", params=filters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["deliveries"])


def told(api: TestClient, to: str = FIRST) -> list[Json]:
    """The fulfillments events that are on their way to one subscription."""
    found = deliveries(api, eventType=FULFILLMENTS_UPDATED)
    return [one["event"] for one in found if one["subscription"]["url"] == to]


def fulfillments(event: Json) -> list[Json]:
    return list(event["updatedEvent"]["currentEntity"]["fulfillments"])


def fire(api: TestClient, event_type: str = FULFILLMENTS_UPDATED, **fields: Any) -> Json:
    answer = api.post("/_emulator/events", json={"eventType": event_type, **fields})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


# Events of calls


@pytest.mark.rule("R301", "R302")
def test_creating_a_fulfillment_tells_all_of_the_orders_fulfillments(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    shop.created(order_id)

    event = told(api)[-1]

    assert event["entityId"] == order_id
    assert (event["entityFqdn"], event["slug"]) == ("wix.ecom.v1.fulfillments", "updated")
    assert event["updatedEvent"]["currentEntity"] == {
        "orderId": order_id,
        "fulfillments": shop.fulfillments(order_id),
    }
    assert event["eventTime"] == "2026-03-01T12:00:00.000000Z"
    assert event["triggeredByAnonymizeRequest"] is False


@pytest.mark.rule("R301")
def test_one_call_tells_one_event(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order())
    assert len(told(api)) == 1


@pytest.mark.rule("R301")
def test_updating_a_fulfillment_tells_it_as_it_is_now(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    fulfillment_id = shop.created(order_id)
    shop.update(order_id, fulfillment_id, status="Ready")

    created, updated = told(api)

    assert "status" not in fulfillments(created)[0]
    assert fulfillments(updated)[0]["status"] == "Ready"


@pytest.mark.rule("R301")
def test_deleting_the_last_fulfillment_tells_an_empty_list(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.delete(order_id, shop.created(order_id))

    assert [len(fulfillments(event)) for event in told(api)] == [1, 0]


@pytest.mark.rule("R301")
def test_each_successful_entry_of_a_bulk_call_tells_an_event(api: TestClient, shop: Shop) -> None:
    one, other = shop.order(), shop.order()
    draft = {"lineItems": [{"id": ITEM, "quantity": 1}]}

    shop.bulk((one, draft), ("nobody's", draft), (other, draft, draft))

    assert [(event["entityId"], len(fulfillments(event))) for event in told(api)] == [(one, 1), (other, 2)]


@pytest.mark.rule("R303")
def test_a_refused_call_tells_nothing(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.create(order_id, {"id": FOREIGN_ITEM})
    shop.create(order_id, {"id": ITEM, "quantity": 11})
    shop.create("nobody's")
    shop.create(order_id, {"id": "no guid"})
    shop.delete(order_id, FOREIGN_ITEM)
    assert told(api) == []


@pytest.mark.rule("R303")
def test_an_update_that_changes_nothing_tells_nothing(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    fulfillment_id = shop.created(order_id, status="Ready")
    assert shop.update(order_id, fulfillment_id, status="Ready").status_code == 200
    assert shop.update(order_id, fulfillment_id).status_code == 200
    assert len(told(api)) == 1


@pytest.mark.rule("R303")
def test_reading_tells_nothing(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    before = deliveries(api)
    shop.fulfillments(order_id)
    shop.status(order_id)
    api.post("/ecom/v1/fulfillments/list-by-ids", json={"orderIds": [order_id]})
    assert deliveries(api) == before


@pytest.mark.rule("R302")
def test_the_sequence_rises_from_one_per_order(api: TestClient, shop: Shop) -> None:
    one, other = shop.order(), shop.order()
    for order_id in (one, one, other, one):
        shop.created(order_id)

    sequences = [(event["entityId"], event["entityEventSequence"]) for event in told(api)]

    assert sequences == [(one, "1"), (one, "2"), (other, "1"), (one, "3")]


@pytest.mark.rule("R302")
def test_every_event_has_an_id_of_its_own_and_one_for_all_its_receivers(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    shop.created(order_id)
    first, second = ([event["id"] for event in told(api, url)] for url in (FIRST, SECOND))
    assert first == second
    assert len(set(first)) == 2


@pytest.mark.rule("R301")
def test_every_subscription_gets_a_delivery_of_its_own(api: TestClient, shop: Shop) -> None:
    subscribe(api)
    shop.created(shop.order())
    found = deliveries(api, eventType=FULFILLMENTS_UPDATED)
    assert [one["subscription"]["url"] for one in found] == [FIRST, SECOND, ADDED]
    assert len({one["id"] for one in found}) == 3


@pytest.mark.parametrize(
    ("event_types", "count"),
    [
        ([FULFILLMENTS_UPDATED], 1),
        (["wix.ecom.v1.fulfillments_*"], 1),
        (["wixEvents_*", "*_updated"], 1),
        (["wix.ecom.v1.order_approved"], 0),
        (["wixEvents_onOrderUpdated"], 0),
    ],
)
def test_a_subscription_gets_the_event_types_that_it_wants(
    api: TestClient, shop: Shop, event_types: list[str], count: int
) -> None:
    order_id = shop.order()
    subscribe(api, eventTypes=event_types)
    shop.created(order_id)
    assert len(told(api, ADDED)) == count


def test_a_subscription_gets_nothing_of_what_was_before_it(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order())
    subscribe(api)
    assert told(api, ADDED) == []


def test_what_one_site_does_is_told_to_its_own_subscriptions_alone(api: TestClient, shop: Shop) -> None:
    elsewhere = {"wix-site-id": "elsewhere"}
    api.post("/_emulator/webhooks", json={"url": ADDED}, headers=elsewhere)
    shop.created(shop.order())
    assert told(api, ADDED) == []
    assert api.get("/_emulator/deliveries", headers=elsewhere).json() == {"deliveries": []}


def test_without_a_subscription_nothing_is_queued(api: TestClient, shop: Shop) -> None:
    for one in subscriptions(api):
        api.delete(f"/_emulator/webhooks/{one['id']}")
    shop.created(shop.order())
    assert deliveries(api) == []


# Subscriptions


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


# Deliveries


def test_a_delivery_tells_everything_about_itself(api: TestClient, shop: Shop, settings: Settings) -> None:
    order_id = shop.order()
    shop.created(order_id)

    delivery = deliveries(api, eventType=FULFILLMENTS_UPDATED)[0]

    public_key = api.get("/_emulator/public-key").text
    webhook = verify(delivery["token"], public_key, NOW)
    assert delivery == {
        "id": delivery["id"],
        "status": "waiting",
        "eventType": FULFILLMENTS_UPDATED,
        "entityId": order_id,
        "subscription": subscriptions(api)[0],
        "createdAt": "2026-03-01T12:00:00.000Z",
        "dueAt": "2026-03-01T12:00:00.000Z",
        "chaos": None,
        "event": webhook.event,
        "attempts": [],
        "token": delivery["token"],
        "envelope": webhook.envelope,
    }
    assert webhook.envelope["instanceId"] == settings.instance_id


@pytest.mark.parametrize("delivery_format", ["sdk", "velo"])
def test_a_delivery_without_a_token_shows_its_body(api: TestClient, shop: Shop, delivery_format: str) -> None:
    subscribe(api, format=delivery_format)
    shop.created(shop.order())
    delivery = deliveries(api, eventType=FULFILLMENTS_UPDATED)[-1]
    assert delivery["body"].startswith("{")
    assert "token" not in delivery


def test_one_delivery_is_told_as_in_the_list(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order())
    for one in deliveries(api):
        assert api.get(f"/_emulator/deliveries/{one['id']}").json() == one


@pytest.mark.parametrize(("method", "path"), [("GET", "nobody"), ("POST", "nobody/redeliver")])
def test_an_unknown_delivery_is_refused(api: TestClient, method: str, path: str) -> None:
    answer = api.request(method, f"/_emulator/deliveries/{path}")
    assert (answer.status_code, answer.json()["details"]["applicationError"]["code"]) == (404, "DELIVERY_NOT_FOUND")


def test_a_delivery_of_another_site_is_unknown_here(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order())
    delivery_id = deliveries(api)[0]["id"]
    answer = api.get(f"/_emulator/deliveries/{delivery_id}", headers={"wix-site-id": "elsewhere"})
    assert answer.status_code == 404


def test_deliveries_are_filtered_by_event_type(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order())
    fire(api, "wixEvents_onOrderUpdated")
    for name in ("wixEvents_onOrderUpdated", FULFILLMENTS_UPDATED):
        assert [one["eventType"] for one in deliveries(api, eventType=name)] == [name] * 2


def test_an_event_type_is_filtered_by_its_short_name_too(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order())
    assert deliveries(api, eventType="fulfillments_updated") == deliveries(api, eventType=FULFILLMENTS_UPDATED)


def test_an_unknown_event_type_in_a_filter_is_refused(api: TestClient) -> None:
    answer = api.get("/_emulator/deliveries", params={"eventType": "wix.ecom.v1.fulfilments_updated"})
    assert violations(answer) == [("eventType", "INVALID_ENUM_VALUE")]


def test_deliveries_are_filtered_by_order(api: TestClient, shop: Shop) -> None:
    one, other = shop.order(), shop.order()
    shop.created(one)
    shop.created(other)
    assert {found["entityId"] for found in deliveries(api, orderId=other)} == {other}
    assert deliveries(api, orderId="nobody's") == []


def test_deliveries_are_filtered_by_status(api: TestClient, receiver: Receiver) -> None:
    for one in subscriptions(api):
        api.delete(f"/_emulator/webhooks/{one['id']}")
    subscribe(api, receiver.url)
    receiver.answer(200, 500)
    receiver.default = 500
    delivered, waiting = (fire(api, "wixEvents_onOrderUpdated")["deliveries"][0]["id"] for _ in range(2))
    api.post("/_emulator/settle")

    def found(status: str) -> list[str]:
        return [one["id"] for one in deliveries(api, status=status)]

    assert (found("delivered"), found("waiting"), found("exhausted")) == ([delivered], [waiting], [])
    api.post("/_emulator/clock/advance", json={"seconds": 48 * 3_600})
    assert (found("delivered"), found("waiting"), found("exhausted")) == ([delivered], [], [waiting])


def test_filters_are_combined(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    assert deliveries(api, orderId=order_id, eventType=FULFILLMENTS_UPDATED, status="waiting")
    assert deliveries(api, orderId=order_id, eventType="wixEvents_onOrderUpdated") == []


def test_an_unknown_status_in_a_filter_is_refused(api: TestClient) -> None:
    answer = api.get("/_emulator/deliveries", params={"status": "failed"})
    assert violations(answer) == [("status", "INVALID_ENUM_VALUE")]


def test_deliveries_are_listed_newest_last(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    for _ in range(3):
        shop.created(order_id)
    assert [event["entityEventSequence"] for event in told(api)] == ["1", "2", "3"]


# Sending


def sole_subscription(api: TestClient, receiver: Receiver, **fields: Any) -> None:
    for one in subscriptions(api):
        api.delete(f"/_emulator/webhooks/{one['id']}")
    subscribe(api, receiver.url, **fields)


def test_settling_sends_what_is_due_and_counts_it(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    receiver.answer(200, 500)
    for _ in range(3):
        fire(api, "wixEvents_onOrderUpdated")
    assert receiver.received == []

    assert api.post("/_emulator/settle").json() == {"delivered": 2, "failed": 1, "waiting": 1}
    assert len(receiver.received) == 3


def test_an_attempt_is_told_with_status_error_and_next_time(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    receiver.answer(503)
    fire(api, "wixEvents_onOrderUpdated")
    api.post("/_emulator/settle")
    (attempt,) = deliveries(api)[0]["attempts"]
    assert attempt == {
        "at": "2026-03-01T12:00:00.000Z",
        "status": 503,
        "error": None,
        "durationMs": attempt["durationMs"],
        "nextAt": "2026-03-01T12:01:00.000Z",
    }


def test_what_was_sent_is_what_the_log_shows(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    shown = fire(api, "wixEvents_onOrderUpdated")["deliveries"][0]["token"]
    api.post("/_emulator/settle")
    assert receiver.received[0].body.decode() == shown == deliveries(api)[0]["token"]


@pytest.mark.rule("R305")
def test_redelivering_sends_the_same_again_at_once(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    delivery_id = fire(api, "wixEvents_onOrderUpdated")["deliveries"][0]["id"]
    api.post("/_emulator/settle")

    answer = api.post(f"/_emulator/deliveries/{delivery_id}/redeliver").json()

    assert [one["status"] for one in answer["attempts"]] == [200, 200]
    assert receiver.received[0].body == receiver.received[1].body


@pytest.mark.parametrize("seconds", [0, -1, 601, "soon"])
def test_settling_needs_a_time_that_can_be_waited(api: TestClient, seconds: Any) -> None:
    answer = api.post("/_emulator/settle", json={"timeoutSeconds": seconds})
    assert [field for field, _ in violations(answer)] == ["timeoutSeconds"]


def test_settling_a_receiver_that_hangs_says_that_time_ran_out(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    receiver.default = "hang"
    fire(api, "wixEvents_onOrderUpdated")
    answer = api.post("/_emulator/settle", json={"timeoutSeconds": 0.01}).json()
    assert answer == {"delivered": 0, "failed": 0, "waiting": 1, "timedOut": True}


# Events by hand


def test_an_event_is_fired_on_top_of_what_the_order_really_has(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)

    answer = fire(api, orderId=order_id)

    assert fulfillments(answer["event"]) == shop.fulfillments(order_id)
    assert answer["event"] == told(api)[-1]


def test_an_event_is_about_the_first_order_with_fulfillments_unless_told_otherwise(api: TestClient, shop: Shop) -> None:
    shop.order()
    shipped = shop.order()
    shop.created(shipped)
    assert fire(api)["event"]["entityId"] == shipped


def test_an_event_of_an_order_without_fulfillments_has_none(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    assert fulfillments(fire(api)["event"]) == []
    assert fire(api)["event"]["entityId"] == order_id


def test_set_changes_the_event_and_nothing_else(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    before = shop.state()

    event = fire(api, set={"fulfillments[0].trackingInfo.trackingNumber": "777", "note": {"a": [1]}})["event"]

    entity = event["updatedEvent"]["currentEntity"]
    assert entity["fulfillments"][0]["trackingInfo"] == {"trackingNumber": "777"}
    assert entity["note"] == {"a": [1]}
    assert shop.state() == before


@pytest.mark.parametrize("path", ["", "fulfillments[x]", "orderId.x", "fulfillments.id", "a..b"])
def test_a_path_that_does_not_fit_is_refused_and_nothing_is_queued(api: TestClient, shop: Shop, path: str) -> None:
    shop.order()
    before = deliveries(api)
    answer = api.post("/_emulator/events", json={"eventType": FULFILLMENTS_UPDATED, "set": {path: 1}})
    assert violations(answer) == [("set", "VALIDATION")]
    assert deliveries(api) == before


@pytest.mark.parametrize("name", [FULFILLMENTS_UPDATED, "fulfillments_updated", "wixEcom_onFulfillmentsUpdated"])
def test_an_event_type_is_fired_by_any_of_its_names(api: TestClient, shop: Shop, name: str) -> None:
    shop.order()
    assert fire(api, name)["deliveries"][0]["eventType"] == FULFILLMENTS_UPDATED


def test_every_event_type_can_be_fired(api: TestClient, shop: Shop) -> None:
    shop.order()
    for event_type in api.get("/_emulator/manifest").json()["eventTypes"]:
        assert fire(api, event_type["name"])["deliveries"][0]["eventType"] == event_type["name"]


def test_an_unknown_event_type_is_refused_with_the_known_ones(api: TestClient) -> None:
    answer = api.post("/_emulator/events", json={"eventType": "wix.ecom.v1.fulfilments_updated"})
    assert violations(answer) == [("eventType", "INVALID_ENUM_VALUE")]
    assert FULFILLMENTS_UPDATED in answer.text


def test_an_event_of_an_unknown_order_is_refused(api: TestClient) -> None:
    answer = api.post("/_emulator/events", json={"eventType": FULFILLMENTS_UPDATED, "orderId": "nobody's"})
    assert (answer.status_code, answer.json()["details"]["applicationError"]["code"]) == (404, "ORDER_NOT_FOUND")


def test_an_event_of_a_site_without_orders_is_refused(api: TestClient) -> None:
    assert api.post("/_emulator/events", json={"eventType": FULFILLMENTS_UPDATED}).status_code == 404


@pytest.mark.rule("R310")
def test_a_ticket_order_needs_no_order(api: TestClient) -> None:
    event = fire(api, "wixEvents_onOrderUpdated")["event"]
    assert (event["status"], len(event["tickets"])) == ("PAID", 2)


@pytest.mark.rule("R310")
def test_a_ticket_order_is_overridden_field_by_field(api: TestClient) -> None:
    changes = {"status": "CANCELED", "invoice.grandTotal.amount": "123.00", "tickets[1].firstName": "June"}
    event = fire(api, "wixEvents_onOrderUpdated", set=changes)["event"]
    assert (event["status"], event["invoice"]) == ("CANCELED", {"grandTotal": {"amount": "123.00"}})
    assert [ticket["firstName"] for ticket in event["tickets"]] == ["John", "June"]


def test_an_event_may_go_to_one_url_alone(api: TestClient, shop: Shop) -> None:
    shop.order()
    answer = fire(api, to=ADDED)
    assert [one["subscription"]["url"] for one in answer["deliveries"]] == [ADDED]
    assert [one["url"] for one in subscriptions(api)] == [FIRST, SECOND]


def test_an_event_for_one_url_may_have_its_own_format(api: TestClient, shop: Shop) -> None:
    shop.order()
    assert fire(api, to=ADDED, format="velo")["deliveries"][0]["body"].startswith('{"handler"')


def test_a_fired_event_takes_the_next_number_of_its_order(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    fire(api)
    shop.created(order_id)
    assert [event["entityEventSequence"] for event in told(api)] == ["1", "2", "3"]


# Mishaps


def misfortune(name: str) -> Json:
    """What can be seen of each mishap on the deliveries of one event to one subscription."""
    facts: dict[str, Json] = {
        "duplicate": {"count": 2},
        "reorder": {"due_in": timedelta(seconds=60)},
        "delay": {"due_in": timedelta(seconds=60)},
        "expired-token": {"verdict": "expired"},
        "wrong-key": {"verdict": "signature"},
        "tampered-payload": {"verdict": "signature"},
        "truncated-body": {"is_open": False},
        "unknown-event-type": {"event_type": "wix.ecom.v1.fulfillments_teleported"},
        "very-large-payload": {"is_large": True},
    }
    return facts[name]


def seen(api: TestClient, found: list[Json]) -> Json:
    """The same of these deliveries."""
    one = found[0]
    facts: Json = {}
    if len(found) > 1:
        facts["count"] = len(found)
    due_in = datetime.fromisoformat(one["dueAt"]) - datetime.fromisoformat(one["createdAt"])
    if due_in:
        facts["due_in"] = due_in
    if one["envelope"] is None:
        return facts | {"is_open": False}
    if one["envelope"]["eventType"] != FULFILLMENTS_UPDATED:
        facts["event_type"] = one["envelope"]["eventType"]
    if len(one["token"]) > 1_000_000:
        facts["is_large"] = True
    try:
        verify(one["token"], api.get("/_emulator/public-key").text, NOW)
    except NotVerified as verdict:
        facts["verdict"] = str(verdict)
    return facts


@pytest.mark.parametrize("name", CHAOS_NAMES)
def test_every_mishap_happens_to_an_event_that_is_fired_with_it(api: TestClient, shop: Shop, name: str) -> None:
    shop.created(shop.order())
    answer = fire(api, to=ADDED, chaos=name)
    assert seen(api, answer["deliveries"]) == misfortune(name)
    assert {one["chaos"] for one in answer["deliveries"]} == {name}


@pytest.mark.parametrize("name", CHAOS_NAMES)
def test_every_mishap_happens_to_the_events_of_a_call_with_that_fault(api: TestClient, shop: Shop, name: str) -> None:
    order_id = shop.order()
    subscribe(api)
    api.post("/_emulator/faults", json={"operation": "createFulfillment", "effect": {"chaos": name}})

    shop.created(order_id)

    found = [one for one in deliveries(api, eventType=FULFILLMENTS_UPDATED) if one["subscription"]["url"] == ADDED]
    assert seen(api, found) == misfortune(name)


@pytest.mark.parametrize("name", CHAOS_NAMES)
def test_an_event_that_is_fired_with_a_mishap_says_what_a_receiver_must_do(
    api: TestClient, shop: Shop, name: str
) -> None:
    shop.order()
    assert fire(api, chaos=name)["receiver"] == ADVICE[name]  # type: ignore[index]  # it is one of the names


def test_a_mishap_happens_once(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    api.post("/_emulator/faults", json={"operation": "createFulfillment", "effect": {"chaos": "wrong-key"}})
    shop.created(order_id)
    shop.created(order_id)
    assert [one["chaos"] for one in deliveries(api, eventType=FULFILLMENTS_UPDATED)] == ["wrong-key"] * 2 + [None] * 2


@pytest.mark.parametrize("chaos", ["explode", "", 3, {"name": "explode"}, {"seconds": 3}, []])
def test_an_unknown_mishap_is_refused(api: TestClient, shop: Shop, chaos: Any) -> None:
    shop.order()
    answer = api.post("/_emulator/events", json={"eventType": FULFILLMENTS_UPDATED, "chaos": chaos})
    assert violations(answer)[0][0].startswith("chaos")


@pytest.mark.parametrize("seconds", [-1, 1e300, "soon"])
def test_a_delay_that_cannot_be_is_refused(api: TestClient, shop: Shop, seconds: Any) -> None:
    shop.order()
    chaos = {"name": "delay", "seconds": seconds}
    answer = api.post("/_emulator/events", json={"eventType": FULFILLMENTS_UPDATED, "chaos": chaos})
    assert [field for field, _ in violations(answer)] == ["chaos.seconds"]


def test_a_delayed_event_comes_as_late_as_it_should(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    fire(api, "wixEvents_onOrderUpdated", chaos={"name": "delay", "seconds": 90})
    assert api.post("/_emulator/clock/advance", json={"seconds": 89}).json()["delivered"] == 0
    assert api.post("/_emulator/clock/advance", json={"seconds": 1}).json()["delivered"] == 1


def test_a_reordered_event_comes_right_after_the_next_one(api: TestClient, shop: Shop, receiver: Receiver) -> None:
    order_id = shop.order()
    sole_subscription(api, receiver, eventTypes=[FULFILLMENTS_UPDATED])
    fire(api, orderId=order_id, chaos="reorder")
    fire(api, orderId=order_id)
    fire(api, orderId=order_id)
    api.post("/_emulator/settle")
    assert [one.sequence for one in receiver.received] == [2, 1, 3]


def test_a_reordered_event_that_nothing_follows_comes_late(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    fire(api, "wixEvents_onOrderUpdated", chaos="reorder")
    assert api.post("/_emulator/settle").json() == {"delivered": 0, "failed": 0, "waiting": 1}
    assert api.post("/_emulator/clock/advance", json={"seconds": 60}).json()["delivered"] == 1


def test_a_duplicate_is_the_same_event_twice(api: TestClient, receiver: Receiver) -> None:
    sole_subscription(api, receiver)
    fire(api, "wixEvents_onOrderUpdated", chaos="duplicate")
    api.post("/_emulator/settle")
    first, second = receiver.received
    assert first.body == second.body


@pytest.mark.parametrize("changes", [{"fulfillments": "none"}, {"fulfillments[0]": 1}, {"fulfillments": None}])
def test_any_body_can_be_made_very_large(api: TestClient, shop: Shop, changes: Json) -> None:
    shop.order()
    fire(api, set=changes, chaos="very-large-payload", to=ADDED)
    assert api.get("/_emulator/health").status_code == 200


# The public key


def test_the_public_key_is_given_as_pem_and_as_one_line(api: TestClient) -> None:
    pem = api.get("/_emulator/public-key").text
    one_line = api.get("/_emulator/public-key", params={"format": "base64"}).text
    manifest = api.get("/_emulator/manifest").json()
    assert pem.startswith("-----BEGIN PUBLIC KEY-----\n")
    assert one_line.count("\n") == 1
    assert (manifest["publicKey"], manifest["publicKeyBase64"]) == (pem, one_line.strip())


def test_the_public_key_has_no_other_form(api: TestClient) -> None:
    answer = api.get("/_emulator/public-key", params={"format": "jwk"})
    assert violations(answer) == [("format", "INVALID_ENUM_VALUE")]


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
