from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from emulator.settings import Settings
from tests.api.shop import Shop, violations
from tests.webhooks.receiver import Receiver, receiving

Json = dict[str, Any]
HOUR_S = 3_600
START = "2026-03-01T12:00:00.000Z"


@pytest.fixture
def settings() -> Settings:
    return Settings(seed=("empty",), delivery="manual", time=datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def receiver(api: TestClient) -> Iterator[Receiver]:
    with receiving() as running:
        api.post("/_emulator/webhooks", json={"url": running.url})
        yield running


def now(api: TestClient, **headers: str) -> Json:
    return dict(api.get("/_emulator/clock", headers=headers).json())


def put(api: TestClient, **body: Any) -> Json:
    answer = api.put("/_emulator/clock", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def advance(api: TestClient, seconds: float) -> Json:
    answer = api.post("/_emulator/clock/advance", json={"seconds": seconds})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def fire(api: TestClient) -> None:
    assert api.post("/_emulator/events", json={"eventType": "wixEvents_onOrderUpdated"}).status_code == 200


def test_with_a_start_time_the_clock_stands_there(api: TestClient) -> None:
    assert now(api) == {"now": START, "mode": "manual"}


def test_a_clock_that_is_set_stands_there(api: TestClient) -> None:
    assert put(api, now="2027-01-01T00:00:00Z") == {"now": "2027-01-01T00:00:00.000Z", "mode": "manual"}
    assert now(api) == {"now": "2027-01-01T00:00:00.000Z", "mode": "manual"}


def test_a_clock_may_be_set_back(api: TestClient) -> None:
    assert put(api, now="1999-12-31T23:59:59.999Z")["now"] == "1999-12-31T23:59:59.999Z"


def test_a_time_with_an_offset_is_the_same_moment_in_utc(api: TestClient) -> None:
    assert put(api, now="2026-03-01T12:00:00+02:00")["now"] == "2026-03-01T10:00:00.000Z"


def test_a_clock_that_follows_the_system_tells_the_systems_time(api: TestClient) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    told = put(api, mode="system")
    assert told["mode"] == "system"
    assert before <= datetime.fromisoformat(told["now"]) <= datetime.now(UTC)


def test_a_clock_that_follows_the_system_can_be_stopped(api: TestClient) -> None:
    put(api, mode="system")
    stopped = put(api, mode="manual")
    assert stopped["mode"] == "manual"
    assert now(api) == stopped


def test_the_clock_dates_what_is_made(api: TestClient, shop: Shop) -> None:
    order_id = shop.order()
    put(api, now="2027-01-01T00:00:00Z")
    shop.created(order_id)
    assert shop.fulfillments(order_id)[0]["createdDate"] == "2027-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"now": "noon"}, "now"),
        ({"now": 3}, "now"),
        ({"now": "2026-03-01T12:00:00"}, "now"),
        ({"mode": "fast"}, "mode"),
        ({"now": "2026-03-01T12:00:00Z", "mode": "system"}, "now"),
        ({"now": "0001-01-01T00:00:00Z"}, "now"),
        ({"now": "9999-12-31T00:00:00Z"}, "now"),
    ],
)
def test_a_clock_is_not_set_to_what_is_no_moment(api: TestClient, body: Json, field: str) -> None:
    assert [found for found, _ in violations(api.put("/_emulator/clock", json=body))] == [field]
    assert now(api) == {"now": START, "mode": "manual"}


def test_advancing_moves_the_clock_on_and_says_what_was_sent(api: TestClient) -> None:
    assert advance(api, HOUR_S) == {
        "now": "2026-03-01T13:00:00.000Z",
        "mode": "manual",
        "delivered": 0,
        "failed": 0,
        "waiting": 0,
    }


def test_advancing_stops_a_clock_that_follows_the_system(api: TestClient) -> None:
    put(api, mode="system")
    assert advance(api, 1)["mode"] == "manual"


def test_a_fraction_of_a_second_counts(api: TestClient) -> None:
    assert advance(api, 0.25)["now"] == "2026-03-01T12:00:00.250Z"


@pytest.mark.parametrize("seconds", [-1, 1e300, 366 * 86_400 + 1, "soon", None, True])
def test_advancing_by_what_is_no_time_is_refused(api: TestClient, seconds: Any) -> None:
    answer = api.post("/_emulator/clock/advance", json={"seconds": seconds})
    assert [field for field, _ in violations(answer)] == ["seconds"]
    assert now(api)["now"] == START


def test_advancing_without_saying_by_how_much_is_refused(api: TestClient) -> None:
    assert violations(api.post("/_emulator/clock/advance")) == [("seconds", "REQUIRED_FIELD")]


def test_advancing_past_the_end_of_time_is_refused(api: TestClient) -> None:
    put(api, now="8999-12-31T00:00:00Z")
    assert [field for field, _ in violations(api.post("/_emulator/clock/advance", json={"seconds": 366 * 86_400}))] == [
        "seconds"
    ]


@pytest.mark.rule("R306")
def test_advancing_plays_the_whole_ladder_before_it_answers(api: TestClient, receiver: Receiver) -> None:
    receiver.default = 500
    fire(api)

    answer = advance(api, 48 * HOUR_S)

    assert (answer["delivered"], answer["failed"], answer["waiting"]) == (0, 13, 0)
    assert len(receiver.received) == 13
    (delivery,) = api.get("/_emulator/deliveries").json()["deliveries"]
    assert delivery["status"] == "exhausted"
    assert delivery["attempts"][-1]["at"] == "2026-03-03T11:11:00.000Z"


@pytest.mark.rule("R306")
def test_a_receiver_that_recovers_gets_what_it_missed(api: TestClient, receiver: Receiver) -> None:
    receiver.answer(500, 500)
    fire(api)
    answer = advance(api, 11 * 60)
    assert (answer["delivered"], answer["failed"], answer["waiting"]) == (1, 2, 0)


def test_setting_the_clock_sends_nothing(api: TestClient, receiver: Receiver) -> None:
    receiver.answer(500)
    fire(api)
    advance(api, 0)
    put(api, now="2026-03-02T12:00:00Z")
    assert len(receiver.received) == 1
    assert advance(api, 0)["delivered"] == 1


def test_each_site_has_a_clock_of_its_own(api: TestClient) -> None:
    put(api, now="2027-01-01T00:00:00Z")
    assert now(api, **{"wix-site-id": "elsewhere"})["now"] == START


def test_a_reset_returns_to_the_start_time(api: TestClient) -> None:
    advance(api, HOUR_S)
    api.post("/_emulator/reset")
    assert now(api) == {"now": START, "mode": "manual"}


def test_a_reset_returns_to_the_start_time_from_the_systems_clock_too(api: TestClient) -> None:
    put(api, mode="system")
    api.post("/_emulator/reset")
    assert now(api)["mode"] == "manual"
