"""The journal: what was asked, what came of it, why it was refused, and whether it was asked at all."""

import json
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from emulator.api.redaction import REDACTED
from emulator.domain.refusals import InvalidRequest, OrderNotFound, Refusal
from emulator.domain.remedies import how_to_fix
from emulator.settings import Settings
from tests.api.shop import BASE, Shop, violations
from tests.factories import ITEM

Json = dict[str, Any]


@pytest.fixture
def settings() -> Settings:
    return Settings(seed=("empty",), delivery="manual", journal_entries_max=20)


def entries(api: TestClient, **query: Any) -> list[Json]:
    return list(api.get("/_emulator/requests", params=query).json()["requests"])


def last(api: TestClient) -> Json:
    return entries(api)[-1]


def explained(api: TestClient, answer: Response) -> Json:
    found = api.get(answer.headers["x-emulator-explain"])
    assert found.status_code == 200, found.text
    return dict(found.json())


def verify(api: TestClient, operation: str, **expected: Any) -> Json:
    answer = api.post("/_emulator/requests/verify", json={"operation": operation, **expected})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_an_answered_request_is_in_the_journal_with_operation_status_and_time(api: TestClient, shop: Shop) -> None:
    answer = shop.create(shop.order())
    entry = last(api)
    assert entry["requestId"] == answer.headers["x-wix-request-id"]
    assert (entry["operation"], entry["status"], entry["ending"]) == ("createFulfillment", 200, "answered")
    assert (entry["method"], entry["path"]) == ("POST", answer.request.url.path)
    assert isinstance(entry["durationMs"], int)
    assert entry["response"]["body"] == answer.json()


def test_on_a_manual_clock_no_time_passes_so_there_is_no_duration(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    api.put("/_emulator/clock", json={"now": "2026-03-01T12:00:00Z"})
    shop.create(order_id)
    assert (last(api)["at"], last(api)["durationMs"]) == ("2026-03-01T12:00:00.000Z", None)


def test_the_control_plane_is_not_in_the_journal(api: TestClient, shop: Shop) -> None:
    shop.order()
    assert entries(api) == []


def test_the_journal_keeps_the_newest_requests(api: TestClient) -> None:
    for number in range(25):
        api.get(f"/ecom/v1/orders/{number}")
    assert [entry["path"].rpartition("/")[2] for entry in entries(api)] == [str(number) for number in range(5, 25)]


@pytest.mark.parametrize(
    ("query", "found"), [({"operation": "getOrder"}, 1), ({"status": 200}, 1), ({"status": 409}, 0)]
)
def test_the_journal_can_be_filtered(api: TestClient, shop: Shop, query: Json, found: int) -> None:
    shop.create(shop.order())
    api.get("/ecom/v1/orders/nobody")
    assert len(entries(api, **query)) == found


def test_what_a_call_changed_is_told_before_and_after(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    parcel = shop.created(order_id, trackingInfo={"trackingNumber": "1", "shippingProvider": "dhl"})
    shop.update(order_id, parcel, trackingInfo={"trackingNumber": "2"})
    (change,) = last(api)["changes"]
    assert change["orderId"] == order_id
    assert {
        "path": "fulfillments[0].trackingInfo.trackingNumber",
        "before": "1",
        "after": "2",
    } in change["differences"]


def test_what_a_call_added_has_no_before(api: TestClient, shop: Shop) -> None:
    parcel = shop.created(shop.order())
    added = [one for one in last(api)["changes"][0]["differences"] if one["path"] == "fulfillments[0]"]
    assert [(one["after"]["id"], "before" in one) for one in added] == [(parcel, False)]


def test_a_refused_call_changed_nothing_and_caused_nothing(api: TestClient, shop: Shop) -> None:
    shop.create("nobody")
    assert (last(api)["changes"], last(api)["events"]) == ([], [])


def test_the_events_that_a_call_caused_are_told_with_their_deliveries(api: TestClient, shop: Shop) -> None:
    api.post("/_emulator/webhooks", json={"url": "http://127.0.0.1:9/x", "eventTypes": ["*fulfillments_updated"]})
    order_id = shop.order()
    shop.created(order_id)
    event = last(api)["events"][0]
    assert (event["eventType"], event["entityId"]) == ("wix.ecom.v1.fulfillments_updated", order_id)
    (delivery,) = api.get("/_emulator/deliveries").json()["deliveries"]
    assert event["deliveries"] == [{"id": delivery["id"], "status": "waiting"}]


def test_fields_that_nobody_reads_are_told_with_what_was_probably_meant(api: TestClient, shop: Shop) -> None:
    item = {"id": ITEM, "quantity": 1, "qty": 1}
    parcel = {"tracking_number": "1", "shippingProvider": "dhl", "trackingNumber": "2"}
    shop.create(shop.order(), item, trackingNumber="3", trackingInfo=parcel)
    assert last(api)["unreadFields"] == [
        {"field": "fulfillment.lineItems[0].qty"},
        {"field": "fulfillment.trackingNumber", "didYouMean": "fulfillment.trackingInfo.trackingNumber"},
        {"field": "fulfillment.trackingInfo.tracking_number", "didYouMean": "fulfillment.trackingInfo.trackingNumber"},
    ]


def test_a_query_that_nobody_reads_is_told(api: TestClient, shop: Shop) -> None:
    api.get(f"{BASE}/orders/{shop.order()}?fieldset=all")
    assert last(api)["unreadFields"] == [{"field": "fieldset"}]


@pytest.mark.parametrize(
    ("provider", "meant"),
    [("Fedex", "fedex"), ("canada-post", "canadaPost"), ("UPS", "ups"), ("DHL Express", "dhl")],
)
def test_a_provider_that_nearly_is_a_predefined_one_is_warned_of(
    api: TestClient, shop: Shop, provider: str, meant: str
) -> None:
    link = "https://example.com/1"
    parcel = {"trackingNumber": "1", "shippingProvider": provider, "trackingLink": link}
    shop.created(shop.order(), trackingInfo=parcel)
    (warning,) = last(api)["warnings"]
    assert (warning["field"], warning["didYouMean"]) == ("fulfillment.trackingInfo.shippingProvider", meant)


@pytest.mark.parametrize("provider", ["fedex", "canadaPost", "royalMail", "Thai Nexus"])
def test_other_providers_are_not_warned_of(api: TestClient, shop: Shop, provider: str) -> None:
    link = "https://example.com/1"
    parcel = {"trackingNumber": "1", "shippingProvider": provider, "trackingLink": link}
    shop.created(shop.order(), trackingInfo=parcel)
    assert last(api)["warnings"] == []


def test_a_refusal_is_explained_by_rule_values_evidence_source_setting_and_remedy(api: TestClient, shop: Shop) -> None:
    answer = shop.create(shop.order({ITEM: 2}), {"id": ITEM, "quantity": 3})
    refusal = explained(api, answer)["refusal"]
    assert refusal["values"] == {"lineItemId": ITEM, "requested": 3, "remaining": 2}
    assert refusal["code"] == "QUANTITY_EXCEEDS_REMAINING"
    assert refusal["rule"]["id"] == answer.headers["x-emulator-rule"] == "R104"
    assert {"statement", "evidence", "source", "setting"} <= refusal["rule"].keys()
    assert "Ask for what remains" in refusal["howToFix"]
    assert "--set refusals.QUANTITY_EXCEEDS_REMAINING.status=NNN" in refusal["howToFix"]


def test_every_violation_of_a_request_is_explained(api: TestClient, shop: Shop) -> None:
    answer = shop.create(shop.order(), {"id": "x", "quantity": 0})
    explained_violations = explained(api, answer)["refusal"]["violations"]
    assert [one["field"] for one in explained_violations] == [
        "fulfillment.lineItems[0].id",
        "fulfillment.lineItems[0].quantity",
    ]
    assert {one["rule"]["id"] for one in explained_violations} == {"R105"}


def test_the_refused_entries_of_a_bulk_call_are_explained(api: TestClient, shop: Shop) -> None:
    shop.bulk((shop.order(), {"lineItems": [{"id": ITEM}]}), ("nobody", {"lineItems": [{"id": ITEM}]}))
    assert [one["code"] for one in last(api)["itemRefusals"]] == ["ORDER_NOT_FOUND"]


def test_a_refusal_that_a_fault_asked_for_says_so(api: TestClient, shop: Shop) -> None:
    fault = {"operation": "createFulfillment", "effect": {"error": "RESOURCE_EXHAUSTED"}}
    fault_id = api.post("/_emulator/faults", json=fault).json()["id"]
    entry = explained(api, shop.create(shop.order()))
    assert entry["fault"] == {"id": fault_id, "effect": {"error": "RESOURCE_EXHAUSTED"}}
    assert "A fault asked for this answer" in entry["refusal"]["howToFix"]


def kinds(root: type[Refusal]) -> list[type[Refusal]]:
    found = [root] if "code" in vars(root) and root is not InvalidRequest else []
    return found + [kind for child in root.__subclasses__() for kind in kinds(child)]


@pytest.mark.parametrize("kind", kinds(Refusal), ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_remedy(kind: type[Refusal]) -> None:
    refusal = kind.__new__(kind)
    assert how_to_fix(refusal).split(" If Wix")[0].endswith((".", ").", "repeat."))


@pytest.mark.parametrize("drop", ["beforeCommit", "afterCommit"])
def test_a_dropped_connection_is_told(api: TestClient, shop: Shop, drop: str) -> None:
    order_id = shop.order()
    api.post("/_emulator/faults", json={"operation": "createFulfillment", "effect": {"drop": drop}})
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the client makes of no reply
        shop.create(order_id)
    entry = last(api)
    assert (entry["status"], entry["ending"]) == (None, "connectionDropped")
    assert bool(entry["changes"]) == (drop == "afterCommit")


def test_what_is_kept_of_a_refusal_holds_no_frame_of_the_call(api: TestClient, shop: Shop) -> None:
    shop.create("none")
    shop.create(shop.order(), {"id": ITEM, "quantity": "many"})
    shop.bulk(("none", {"lineItems": [{"id": ITEM, "quantity": 1}]}))
    site = api.app.emulator.sites.site()  # type: ignore[attr-defined]  # the gateway
    kept = [entry.refusal for entry in site.journal.entries() if entry.refusal is not None]
    kept += [refusal for entry in site.journal.entries() for refusal in entry.item_refusals]
    assert [type(one) for one in kept] == [OrderNotFound, InvalidRequest, OrderNotFound]
    assert [(one.__traceback__, one.__context__) for one in kept] == [(None, None)] * 3


def test_a_fault_of_our_own_is_told_with_its_traceback(api: TestClient, shop: Shop) -> None:
    answer = broken(api, shop)
    assert answer.status_code == 500
    (entry,) = entries(api, failed=True)
    assert "Traceback" in entry["failure"]


def broken(api: TestClient, shop: Shop) -> Response:
    """What is answered about a fulfillment that cannot be rendered: it was put there behind the emulator's back."""
    order_id = shop.order()
    shop.created(order_id)
    store = api.app.emulator.sites.site().store  # type: ignore[attr-defined]  # the gateway
    order = store.order(order_id)
    spoiled = tuple(one.model_copy(update={"created_date": "soon"}) for one in order.fulfillments)
    store.put(order.model_copy(update={"fulfillments": spoiled}))
    return api.get(f"{BASE}/orders/{order_id}")


def test_credentials_are_redacted(api: TestClient) -> None:
    secrets = {"client_secret": "hush", "refresh_token": "hush", "nested": [{"accessToken": "hush"}], "code": "hush"}
    api.post("/oauth/access", json=secrets, headers={"authorization": "Bearer hush", "cookie": "hush"})
    api.post(
        "/oauth2/token?token=hush",
        content=b"client_secret=hush&code=hush&grant_type=x",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    api.post("/oauth2/token", content=b"hush")
    shown = api.get("/_emulator/requests").text
    assert "hush" not in shown
    assert shown.count(REDACTED) >= 9


def test_a_token_that_was_issued_is_redacted_in_the_answer(api: TestClient, settings: Settings) -> None:
    body = {
        "grant_type": "client_credentials",
        "client_id": settings.app_id,
        "client_secret": settings.app_secret,
        "instance_id": settings.instance_id,
    }
    token = api.post("/oauth2/token", json=body).json()["access_token"]
    assert token not in api.get("/_emulator/requests").text
    assert last(api)["response"]["body"]["access_token"] == REDACTED


def test_an_order_code_is_no_credential(api: TestClient) -> None:
    api.get("/ecom/v1/orders/nobody")
    assert last(api)["response"]["body"]["details"]["applicationError"]["code"] == "ORDER_NOT_FOUND"


def test_a_body_that_is_no_json_is_shown_as_text(api: TestClient) -> None:
    api.post(f"{BASE}/list-by-ids", content=b"not json")
    assert last(api)["request"]["body"] == "not json"


def test_of_a_huge_body_the_beginning_is_kept(api: TestClient) -> None:
    api.post(f"{BASE}/list-by-ids", content=json.dumps({"orderIds": ["x" * 2_000_000]}))
    body = last(api)["request"]["body"]
    assert body["truncated"] is True
    assert len(body["beginning"]) == 1_000


def test_huge_bodies_push_older_requests_out(api: TestClient) -> None:
    for _ in range(12):
        api.post(f"{BASE}/list-by-ids", content=json.dumps({"orderIds": ["x" * 2_000_000]}))
    assert len(entries(api)) == 7


def test_an_expected_request_is_verified(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order(), trackingInfo={"trackingNumber": "1", "shippingProvider": "dhl"})
    part = {"fulfillment": {"trackingInfo": {"trackingNumber": "1"}}}
    answer = verify(api, "createFulfillment", status=200, body=part)
    assert (answer["verified"], answer["matched"], answer["nearMisses"]) == (True, 1, [])
    assert answer["requestIds"] == [last(api)["requestId"]]


@pytest.mark.parametrize(
    ("calls", "often", "verified"),
    [
        (0, {}, False),
        (1, {}, True),
        (2, {}, True),
        (2, {"count": 1}, False),
        (2, {"count": 2}, True),
        (0, {"count": 0}, True),
        (1, {"count": 0}, False),
        (1, {"atLeast": 2}, False),
        (3, {"atLeast": 2}, True),
    ],
)
def test_how_often_counts(api: TestClient, shop: Shop, calls: int, often: Json, verified: bool) -> None:
    order_id = shop.order()
    for _ in range(calls):
        shop.created(order_id)
    answer = verify(api, "createFulfillment", **often)
    assert (answer["verified"], answer["matched"]) == (verified, calls)


def test_what_came_nearest_is_told_with_what_it_lacks(api: TestClient, shop: Shop) -> None:
    api.get("/ecom/v1/orders/nobody")
    shop.created(shop.order(), trackingInfo={"trackingNumber": "1", "shippingProvider": "dhl"})
    wanted = {"fulfillment": {"trackingInfo": {"trackingNumber": "2", "shippingProvider": "dhl"}}}
    answer = verify(api, "createFulfillment", body=wanted)
    assert not answer["verified"]
    nearest = answer["nearMisses"][0]
    assert (nearest["operation"], nearest["status"]) == ("createFulfillment", 200)
    path = "body.fulfillment.trackingInfo.trackingNumber"
    assert nearest["differences"] == [{"path": path, "expected": "2", "actual": "1"}]
    assert [one["operation"] for one in answer["nearMisses"]] == ["createFulfillment", "getOrder"]


def test_reading_the_journal_does_not_change_it(api: TestClient, shop: Shop) -> None:
    shop.created(shop.order())
    assert entries(api) == entries(api)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "operation"),
        ({"operation": "createFulfilment"}, "operation"),
        ({"operation": "listFaults"}, "operation"),
        ({"operation": "getOrder", "count": 1, "atLeast": 1}, "count"),
        ({"operation": "getOrder", "count": -1}, "count"),
        ({"operation": "getOrder", "times": 1}, "times"),
    ],
)
def test_a_verification_that_makes_no_sense_is_refused(api: TestClient, body: Json, field: str) -> None:
    answer = api.post("/_emulator/requests/verify", json=body)
    assert field in [found for found, _ in violations(answer)]


def test_the_refused_entries_of_a_bulk_update_are_explained(api: TestClient) -> None:
    unknown = {"order": {"id": "00000000-0000-4000-8000-000000000404", "archived": True}}
    api.post("/ecom/v1/bulk/orders/update", json={"orders": [unknown]})
    assert [one["code"] for one in last(api)["itemRefusals"]] == ["ORDER_NOT_FOUND"]


@pytest.mark.parametrize("name", ["x-api-key", "x-wix-app-secret", "x-access-token", "Proxy-Authorization", "cookie"])
def test_a_header_whose_name_tells_of_a_credential_is_redacted(api: TestClient, name: str) -> None:
    api.get("/ecom/v1/orders/x", headers={name: "hidden", "x-shown": "seen"})
    shown = last(api)["request"]["headers"]
    assert (shown[name.lower()], shown["x-shown"]) == (REDACTED, "seen")
