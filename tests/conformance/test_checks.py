"""Every rule has one check or a reason why not; each agrees with the emulator, and each can disagree."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from emulator.conformance.checks import CHECKS, UNCHECKED
from emulator.conformance.evidence import Finding
from emulator.conformance.exchange import Answer, Connection, Request, Transport
from emulator.conformance.subject import ORDERS
from emulator.domain.rules import RULES
from tests.conformance.conftest import run_at
from tests.conftest import Server

Change = Callable[[Answer], Answer]


def all_but(*rule_ids: str) -> list[str]:
    return [rule_id for rule_id in CHECKS if rule_id not in rule_ids]


def test_every_rule_has_a_check_or_a_reason_why_not() -> None:
    assert CHECKS.keys() | UNCHECKED.keys() == RULES.keys()
    assert not CHECKS.keys() & UNCHECKED.keys()


def test_no_two_rules_share_a_check() -> None:
    assert len({check.run for check in CHECKS.values()}) == len(CHECKS)


@pytest.mark.parametrize("rule_id", CHECKS)
def test_a_check_says_which_rule_it_is_of(rule_id: str) -> None:
    assert str(CHECKS[rule_id].run.__doc__).startswith(f"{rule_id}: ")


@pytest.mark.parametrize(
    "reason", dict.fromkeys([*UNCHECKED.values(), *(one.why for one in CHECKS.values() if one.why)])
)
def test_a_reason_is_a_part_of_a_sentence(reason: str) -> None:
    assert reason[:1].islower() or reason.startswith("Velo")
    assert not reason.endswith(".")


@pytest.mark.parametrize("rule_id", [one for one, check in CHECKS.items() if "control" in check.needs])
def test_a_check_that_only_an_emulator_allows_says_why(rule_id: str) -> None:
    assert CHECKS[rule_id].why


@pytest.mark.parametrize("rule_id", CHECKS)
def test_the_emulator_agrees(rule_id: str, strict_server: Server) -> None:
    finding = run_at(strict_server).finding(rule_id, CHECKS[rule_id])
    assert (finding.outcome, finding.differences, finding.reason) == ("agreed", [], "")


@pytest.mark.parametrize("rule_id", [one for one, check in CHECKS.items() if "control" not in check.needs])
def test_a_check_needs_no_control_plane_and_no_more_orders_than_it_says(rule_id: str, strict_server: Server) -> None:
    connection, creates = Connection(strict_server.url), 0

    def without_control_plane(request: Request) -> Answer:
        nonlocal creates
        creates += (request.method, request.path) == ("POST", ORDERS)
        assert not request.path.startswith("/_emulator"), "no other server has that"
        return connection(request)

    run = run_at(strict_server, "wix", without_control_plane)
    assert run.finding(rule_id, CHECKS[rule_id]).outcome == "agreed"
    assert run.leftovers == []
    assert creates == CHECKS[rule_id].orders


def changed(server: Server, change: Change) -> Transport:
    """The server's answers, changed, except where a check only prepares itself."""
    connection = Connection(server.url)

    def transport(request: Request) -> Answer:
        answer = connection(request)
        return answer if request.is_preparation else change(answer)

    return transport


def shaken(value: Any) -> Any:
    """Every value another one of the same kind."""
    if isinstance(value, dict):
        return {key: shaken(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shaken(one) for one in value]
    if isinstance(value, bool):
        return not value
    return f"{value}x" if isinstance(value, str) else value + 1 if isinstance(value, int | float) else value


def emptied(value: Any) -> Any:
    """The same names, and nothing in them."""
    return {key: emptied(one) for key, one in value.items()} if isinstance(value, dict) else type(value)()


def in_json(change: Callable[[Any], Any]) -> Change:
    def changed_answer(answer: Answer) -> Answer:
        return dataclasses.replace(answer, content=json.dumps(change(answer.json)).encode())

    return changed_answer


def finding_with(change: Change, rule_id: str, server: Server) -> Finding:
    run = run_at(server, transport=changed(server, change))
    return run.finding(rule_id, CHECKS[rule_id])


@pytest.mark.parametrize("rule_id", CHECKS)
def test_a_server_that_says_yes_to_everything_differs_from_every_rule(rule_id: str, strict_server: Server) -> None:
    finding = finding_with(lambda _: Answer(200, {}, b"{}"), rule_id, strict_server)
    assert finding.outcome == "differed"
    assert finding.differences


@pytest.mark.parametrize("rule_id", all_but("R206", "R706", "R207"))  # those look at headers, or for nothing
def test_a_server_whose_answers_are_empty_differs(rule_id: str, strict_server: Server) -> None:
    assert finding_with(in_json(emptied), rule_id, strict_server).outcome == "differed"


@pytest.mark.parametrize("rule_id", all_but("R206", "R706", "R113"))  # R113's violation is not in its words
def test_a_server_whose_values_are_all_others_differs(rule_id: str, strict_server: Server) -> None:
    outcome = "failed" if rule_id == "R131" else "differed"  # R131 goes on with the id that it was told
    assert finding_with(in_json(shaken), rule_id, strict_server).outcome == outcome


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
@pytest.mark.parametrize("rule_id", ["R101", "R102", "R103", "R107", "R113", "R115", "R116", "R117", "R204", "R412"])
def test_what_any_call_could_get_is_neither_a_difference_nor_a_setting(
    rule_id: str, status: int, strict_server: Server
) -> None:
    finding = finding_with(lambda _: Answer(status, {}, b"{}"), rule_id, strict_server)
    assert (finding.outcome, finding.differences, finding.settings) == ("failed", [], {})


@pytest.mark.parametrize("rule_id", ["R212", "R704", "R705"])
@pytest.mark.parametrize("status", [401, 403])
def test_where_sign_in_is_refused_either_status_is_an_answer(rule_id: str, status: int, strict_server: Server) -> None:
    body = json.dumps({"message": "no", "details": {"applicationError": {"code": "NO"}}}).encode()
    assert finding_with(lambda _: Answer(status, {}, body), rule_id, strict_server).outcome == "differed"


@pytest.mark.parametrize("wanted", ["every entry", "the duplicate"])
def test_an_entry_that_fails_otherwise_is_no_duplicate(wanted: str, strict_server: Server) -> None:
    def failing(body: Any) -> Any:
        for result in body.get("results", [])[: 1 if wanted == "the duplicate" else None]:
            result["itemMetadata"] |= {"success": False, "error": {"code": "INTERNAL", "description": ""}}
        return body

    finding = finding_with(in_json(failing), "R117", strict_server)
    assert (finding.outcome, finding.settings) == ("differed", {})


def test_line_items_that_do_not_count_in_their_order_differ(strict_server: Server) -> None:
    connection = Connection(strict_server.url)

    def in_another_order(request: Request) -> Answer:
        items = request.body["fulfillment"]["lineItems"] if request.path.endswith("/create-fulfillment") else []
        items.sort(key=lambda item: item.get("quantity") is None)
        return connection(request)

    assert run_at(strict_server, transport=in_another_order).finding("R107", CHECKS["R107"]).outcome == "differed"


@pytest.mark.parametrize("limit", ["100000", "trackingLink", "shippingProvider", "field99", "x" * 89])
def test_a_limit_that_is_narrower_differs(limit: str, strict_server: Server) -> None:
    connection = Connection(strict_server.url)

    def narrower(request: Request) -> Answer:
        is_inside = (
            not request.is_preparation and limit in str(request.content) and "field100" not in str(request.content)
        )
        answer = connection(request)
        return Answer(400, {}, b"{}") if is_inside and answer.status == 200 else answer

    assert run_at(strict_server, transport=narrower).finding("R105", CHECKS["R105"]).outcome == "differed"


def test_a_violation_without_the_name_of_what_it_violates_is_one_all_the_same(strict_server: Server) -> None:
    def unnamed(body: Any) -> Any:
        for one in body.get("details", {}).get("validationError", {}).get("fieldViolations", []):
            one.pop("violatedRule")
        return body

    assert finding_with(in_json(unnamed), "R201", strict_server).outcome == "agreed"


@pytest.mark.parametrize("rule_id", all_but("R206", "R706"))
def test_a_server_with_other_statuses_differs(rule_id: str, strict_server: Server) -> None:
    other = finding_with(lambda answer: dataclasses.replace(answer, status=answer.status + 2), rule_id, strict_server)
    assert other.outcome == "differed"


@pytest.mark.parametrize(("rule_id", "code"), [("R101", "ORDER_NOT_APPROVED"), ("R104", "QUANTITY_EXCEEDS_REMAINING")])
def test_another_status_of_a_refusal_is_a_setting_and_not_a_broken_rule(
    rule_id: str, code: str, strict_server: Server
) -> None:
    def other(answer: Answer) -> Answer:
        return dataclasses.replace(answer, status=409 if answer.status >= 400 else answer.status)

    finding = finding_with(other, rule_id, strict_server)
    assert (finding.outcome, finding.settings) == ("differed", {f"refusals.{code}.status": "409"})


def test_a_refusal_in_another_form_differs_and_no_setting_can_give_it(strict_server: Server) -> None:
    def as_validation_error(answer: Answer) -> Answer:
        error = {"fieldViolations": [{"field": "fulfillment", "violatedRule": "CUSTOM"}]}
        body = json.dumps({"message": "no", "details": {"validationError": error}}).encode()
        return dataclasses.replace(answer, content=body) if answer.status >= 400 else answer

    finding = finding_with(as_validation_error, "R101", strict_server)
    assert (finding.outcome, finding.settings) == ("differed", {})
