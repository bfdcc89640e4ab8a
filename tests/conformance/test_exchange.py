"""Asking a server: bounded, patient with 429, and never led elsewhere."""

import json
from collections.abc import Mapping

import pytest

from emulator.client import Control
from emulator.conformance.disagreement import Disagreement
from emulator.conformance.exchange import (
    RETRIES_MAX,
    RETRY_WAIT_S,
    RETRY_WAIT_S_MAX,
    Answer,
    Connection,
    NoAnswer,
    Request,
    retry_wait_s,
)
from emulator.conformance.receiver import receiving
from tests.conftest import Server

ORDER = "/ecom/v1/orders/265c7d98-a7c3-48c4-89cd-bbdc00921eab"


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, headers or {}, json.dumps(body).encode())


def busy(server: Server, site_id: str, times: int) -> Request:
    """A request that meets so many 429."""
    fault = {"operation": "getOrder", "effect": {"error": "RESOURCE_EXHAUSTED"}, "times": times}
    Control(server.url, site_id).call("POST", "faults", fault)
    return Request("GET", ORDER, headers={"wix-site-id": site_id})


def test_a_busy_server_is_asked_again_after_a_while(server: Server) -> None:
    waits: list[float] = []
    asked = Connection(server.url, sleep=waits.append)(busy(server, "exchange-patient", 2))
    assert (asked.status, waits) == (200, [RETRY_WAIT_S] * 2)


def test_a_server_that_stays_busy_is_left_alone_in_the_end(server: Server) -> None:
    waits: list[float] = []
    asked = Connection(server.url, sleep=waits.append)(busy(server, "exchange-busy", RETRIES_MAX + 1))
    assert (asked.status, len(waits)) == (429, RETRIES_MAX)


@pytest.mark.parametrize(
    ("asked", "waited"), [("7", 7), ("100000", RETRY_WAIT_S_MAX), ("-1", 0), ("soon", RETRY_WAIT_S)]
)
def test_it_waits_as_long_as_it_is_asked_to_but_not_for_ever(asked: str, waited: float) -> None:
    assert retry_wait_s(answer({}, 429, {"retry-after": asked})) == waited


def test_there_is_a_pause_before_each_request(server: Server) -> None:
    waits: list[float] = []
    connection = Connection(server.url, pause_s=0.35, sleep=waits.append)
    for _ in range(2):
        connection(Request("GET", ORDER))
    assert waits == [0.35, 0.35]


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with receiving(302) as elsewhere:
        asked = Connection(elsewhere.url)(Request("POST", "", {}, {"authorization": "secret"}))
        assert (asked.status, len(elsewhere.received)) == (302, 1)


def test_a_server_that_is_not_there_is_told_with_what_was_asked() -> None:
    with pytest.raises(NoAnswer, match=r"http://127\.0\.0\.1:1 does not answer GET /ecom"):
        Connection("http://127.0.0.1:1")(Request("GET", ORDER))


def test_a_base_url_may_have_a_path(server: Server) -> None:
    asked = Connection(f"{server.url}/ecom")(Request("GET", "/v1/orders/265c7d98-a7c3-48c4-89cd-bbdc00921eab"))
    assert asked.status == 200


def test_what_an_answer_does_not_have_is_a_disagreement() -> None:
    with pytest.raises(Disagreement, match=r"expected metadata\.cursors\[0\], got none in HTTP 200 with metadata"):
        answer({"metadata": {"cursors": []}}).at("metadata", "cursors", 0)


@pytest.mark.parametrize("body", [None, [], "text", {"details": None}, {"details": {"applicationError": "no"}}])
def test_any_body_can_be_asked_for_its_code_and_violations(body: object) -> None:
    assert (answer(body).code, answer(body).violations) == (None, {})


@pytest.mark.parametrize(
    ("told", "described"),
    [
        (answer({"details": {"applicationError": {"code": "NO"}}}, 400), "HTTP 400 NO"),
        (
            answer({"details": {"validationError": {"fieldViolations": [{"field": "a.b"}, {"field": ""}]}}}, 400),
            "HTTP 400 with violations of a.b, the body",
        ),
        (answer({}), "HTTP 200 with nothing in it"),
        (Answer(502, {}, b"<html>"), "HTTP 502 <html>"),
    ],
)
def test_an_answer_is_described_without_its_contents(told: Answer, described: str) -> None:
    assert told.described() == described
