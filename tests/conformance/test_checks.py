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
    assert finding_with(in_json(emptied), rule_id, strict_server).outcome != "agreed"


@pytest.mark.parametrize("rule_id", all_but("R206", "R706", "R113"))  # R113's violation is not in its words
def test_a_server_whose_values_are_all_others_differs(rule_id: str, strict_server: Server) -> None:
    assert finding_with(in_json(shaken), rule_id, strict_server).outcome != "agreed"


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
