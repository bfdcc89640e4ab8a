"""A run removes what it made, however its checks end, and stops where it may not go on."""

import json
import signal
from collections.abc import Callable

import pytest

from emulator.conformance.checks import CHECKS, UNCHECKED, Check
from emulator.conformance.disagreement import Disagreement
from emulator.conformance.exchange import Answer, Connection, NoAnswer, Request, Transport
from emulator.conformance.orders import MARK
from emulator.conformance.runner import AccessRefused, Run
from emulator.conformance.subject import Subject, Target
from tests.conformance.conftest import checked, run_at
from tests.conftest import Server


def order_at(server: Server, run: Run, order_id: str) -> tuple[str, int]:
    """The status of the order and how many fulfillments it has."""
    subject = Subject(Connection(server.url), run.target)
    fulfillments = subject.list_fulfillments(order_id).at("orderWithFulfillments", "fulfillments")
    return subject.get_order(order_id).at("order", "status"), len(fulfillments)


class Doomed:
    """Makes an order, ships it, and then fails."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
        self.order_id = ""

    def __call__(self, site: Subject) -> None:
        order = site.order()
        self.order_id = order.id
        site.shipped(order)
        raise self.error


@pytest.mark.parametrize("error", [Disagreement("this", "that"), KeyError("orders"), KeyboardInterrupt()])
def test_orders_are_removed_also_after_a_check_that_fails(error: BaseException, strict_server: Server) -> None:
    run, check = run_at(strict_server, "wix"), Doomed(error)
    if isinstance(error, KeyboardInterrupt):
        with pytest.raises(KeyboardInterrupt):
            run.finding("R101", Check(check))
    else:
        assert run.finding("R101", Check(check)).outcome == "differed"
    assert order_at(strict_server, run, check.order_id) == ("CANCELED", 0)
    assert run.leftovers == []


def test_an_order_that_cannot_be_removed_is_named(strict_server: Server) -> None:
    run = run_at(strict_server, "wix")
    check = CHECKS["R415"]  # its order has an authorized payment
    assert run.finding("R415", check).outcome == "agreed"
    assert len(run.leftovers) == 1


def test_an_order_whose_removal_is_interrupted_is_named(strict_server: Server) -> None:
    connection = Connection(strict_server.url)

    def interrupted(request: Request) -> Answer:
        if request.path.endswith("/cancel"):
            raise KeyboardInterrupt
        return connection(request)

    run, check = run_at(strict_server, "wix", interrupted), Doomed(Disagreement("this", "that"))
    with pytest.raises(KeyboardInterrupt):
        run.finding("R101", Check(check))
    assert run.leftovers == [check.order_id]


def at(path: str, happens: Callable[[], None], server: Server) -> Transport:
    """The server, and what happens after it has carried out a call of that path and before its answer arrives."""
    connection = Connection(server.url)

    def transport(request: Request) -> Answer:
        answer = connection(request)
        if request.path.endswith(path):
            happens()
        return answer

    return transport


def break_off() -> None:
    raise NoAnswer("gone")


def orders_of(server: Server, run: Run) -> list[tuple[str, int]]:
    """The status of each order of the site that a check has made, and how many fulfillments it has."""
    found = Subject(Connection(server.url), run.target).ask("POST", "/ecom/v1/orders/search", {}).at("orders")
    return [order_at(server, run, one["id"]) for one in found if one["channelInfo"].get("externalOrderId", "") > MARK]


def test_an_order_whose_making_was_not_answered_is_found_and_removed(strict_server: Server) -> None:
    run = run_at(strict_server, "wix", at("/orders", break_off, strict_server))
    with pytest.raises(NoAnswer):
        run.finding("R102", CHECKS["R102"])
    assert orders_of(strict_server, run) == [("CANCELED", 0)]
    assert (run.leftovers, run.lost) == ([], [])


def test_one_that_a_search_does_not_find_is_told_by_its_mark(strict_server: Server) -> None:
    run = run_at(strict_server, "wix", at("/orders", break_off, strict_server))
    with pytest.raises(NoAnswer):
        run.finding("R410", CHECKS["R410"])  # its order waits for its payment, and no search shows such
    (mark,) = run.lost
    assert mark.startswith(f"{MARK}-")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("path", ["/orders", "/cancel"])
def test_an_interruption_waits_until_the_order_is_removed(
    path: str, number: signal.Signals, strict_server: Server
) -> None:
    run = run_at(strict_server, "wix", at(path, lambda: signal.raise_signal(number), strict_server))
    with pytest.raises(KeyboardInterrupt):
        run.finding("R112", CHECKS["R112"])
    assert orders_of(strict_server, run) == [("CANCELED", 0)]
    assert (run.leftovers, run.lost) == ([], [])


def test_a_second_interruption_does_not_wait(strict_server: Server) -> None:
    def interrupt_twice() -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    run = run_at(strict_server, "wix", at("/cancel", interrupt_twice, strict_server))
    with pytest.raises(KeyboardInterrupt):
        run.finding("R112", CHECKS["R112"])
    assert len(run.leftovers) == 1


def test_orders_of_others_that_a_search_has_found_are_not_recorded(strict_server: Server) -> None:
    run = run_at(strict_server, "wix")
    own, theirs = ({"id": name, "channelInfo": {"externalOrderId": name}} for name in (f"{MARK}-1", "theirs"))
    found = Answer(200, {}, json.dumps({"orders": [own, theirs, {"id": "theirs"}], "metadata": {}}).encode())
    run.transport = lambda _: found
    finding = run.finding("R411", Check(lambda site: (site.ask("POST", "/ecom/v1/orders/search", {}), None)[1]))
    assert finding.exchanges[0].answer.body == {"orders": [own], "metadata": {}}


def test_no_search_asks_for_orders_of_others(strict_server: Server) -> None:
    for rule_id in ("R411", "R412", "R413"):
        for exchange in checked(run_at(strict_server, "wix"), rule_id).exchanges:
            search = exchange.request.body["search"]
            assert "filter" in search or "cursor" in search["cursorPaging"]


@pytest.mark.parametrize("content", [b"{}", b"[]", b"0", b"false"])
def test_an_empty_answer_is_recorded_as_it_is(content: bytes, strict_server: Server) -> None:
    run = run_at(strict_server, "wix", lambda _: Answer(200, {}, content))
    finding = run.finding("R125", CHECKS["R125"])
    assert (finding.exchanges[0].answer.body, finding.exchanges[0].request.body) == (json.loads(content), None)


def test_orders_that_others_made_stay_as_they_are(strict_server: Server) -> None:
    run = run_at(strict_server, "wix")
    subject = Subject(Connection(strict_server.url), run.target)
    others = subject.order()
    assert checked(run, "R408").outcome == "agreed"
    assert order_at(strict_server, run, others.id) == ("APPROVED", 0)


def test_the_site_of_an_emulator_is_empty_again(strict_server: Server) -> None:
    run = run_at(strict_server)
    check = Doomed(Disagreement("this", "that"))
    run.finding("R101", Check(check))
    assert Subject(Connection(strict_server.url), run.target).get_order(check.order_id).status == 404


def test_no_more_orders_are_made_than_allowed(strict_server: Server) -> None:
    run = run_at(strict_server, "wix", orders_max=3)
    outcomes = [finding.outcome for finding in run.findings(["R122", "R123"])]
    assert (outcomes, run.orders_made) == (["agreed", "failed"], 3)


def test_what_could_not_be_prepared_is_no_disagreement(strict_server: Server) -> None:
    def busy(request: Request) -> Answer:
        return Answer(429, {}, b"{}") if request.is_preparation else Connection(strict_server.url)(request)

    finding = run_at(strict_server, "wix", busy).finding("R102", CHECKS["R102"])
    assert (finding.outcome, finding.differences) == ("failed", [])
    assert finding.reason == "could not be checked: POST /ecom/v1/orders: HTTP 429 with nothing in it"


@pytest.mark.parametrize("rule_id", UNCHECKED)
def test_a_rule_without_a_check_is_skipped_with_the_reason(rule_id: str, strict_server: Server) -> None:
    finding = checked(run_at(strict_server), rule_id)
    assert (finding.outcome, finding.reason) == ("skipped", UNCHECKED[rule_id])


def test_elsewhere_what_takes_an_emulator_is_skipped(strict_server: Server) -> None:
    finding = checked(run_at(strict_server, "wix"), "R301")
    assert (finding.outcome, finding.reason) == ("skipped", CHECKS["R301"].why)


@pytest.mark.parametrize("rule_id", ["R212", "R704", "R705", "R708"])
def test_an_emulator_that_takes_any_credentials_is_not_asked_about_them(rule_id: str, server: Server) -> None:
    finding = checked(run_at(server), rule_id)
    assert finding.outcome == "skipped"
    assert "--auth strict" in finding.reason


def test_a_key_that_the_server_refuses_ends_the_run(strict_server: Server) -> None:
    run = run_at(strict_server, "wix")
    target = run.target
    run.target = Target("wix", target.site_id, "IST.another", target.behaviours, 10)
    with pytest.raises(AccessRefused, match="HTTP 401 UNAUTHENTICATED"):
        list(run.findings(["R101"]))


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, {"content-type": "text/html"}, b"<html>"),
        Answer(200, {"content-type": "text/html"}, b"{}"),
        Answer(401, {"content-type": "text/html"}, b"<html>"),
        Answer(501, {"content-type": "text/html"}, b"<html>"),
        Answer(302, {"content-type": "text/html"}, b'{"message": ""}'),
        Answer(404, {"content-type": "text/html"}, b'{"detail": "Not Found"}'),
    ],
)
def test_a_server_that_does_not_answer_as_wix_ends_the_run(answer: Answer, strict_server: Server) -> None:
    run = run_at(strict_server, "wix", lambda _: answer)
    wanted = rf"not the Wix API \(GET /ecom/v1/orders/.* answered {answer.status} text/html\); --base-url takes scheme"
    with pytest.raises(NoAnswer, match=wanted):
        list(run.findings(["R101"]))


def test_a_server_that_breaks_off_ends_the_run(strict_server: Server) -> None:
    connection = Connection(strict_server.url)

    def breaking_off(request: Request) -> Answer:
        if request.path.endswith("/create-fulfillment"):
            raise NoAnswer("gone")
        return connection(request)

    run = run_at(strict_server, "wix", breaking_off)
    with pytest.raises(NoAnswer):
        checked(run, "R102")
    assert run.leftovers == []


def test_the_finding_has_the_exchanges_and_no_secrets(strict_server: Server) -> None:
    run = run_at(strict_server, "wix")
    finding = checked(run, "R104")
    first = finding.exchanges[0]
    assert (first.request.method, first.answer.status) == ("POST", 400)
    text = finding.model_dump_json()
    assert run.target.api_key not in text
    assert run.target.site_id not in text
