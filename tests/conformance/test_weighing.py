"""Evidence over the rules: what becomes observed, what differs, and which settings follow."""

from datetime import UTC, datetime

import pytest
import yaml

from emulator.conformance.evidence import Difference, Evidence, Finding, Outcome
from emulator.conformance.subject import Kind
from emulator.conformance.weighing import Weighed, configuration, propose, weigh
from emulator.domain.rules import RULES
from emulator.settings import flatten

SEEN = "at https://www.wixapis.com on 2026-03-01"


def evidence(*findings: Finding, kind: Kind = "wix") -> Evidence:
    date = datetime(2026, 3, 1, 12, tzinfo=UTC)
    return Evidence(kind=kind, server="https://www.wixapis.com", date=date, rules=list(findings))


def finding(rule_id: str, outcome: Outcome, **settings: str) -> Finding:
    differences = [Difference(expected="this", actual="that")] if outcome == "differed" else []
    named = {name.replace("__", "."): value for name, value in settings.items()}
    return Finding(rule=rule_id, outcome=outcome, differences=differences, settings=named)


def weighed(rule_id: str, outcome: Outcome, kind: Kind = "wix") -> Weighed:
    (found,) = weigh([RULES[rule_id]], evidence(finding(rule_id, outcome), kind=kind))
    return found


def test_an_inferred_rule_that_wix_agrees_with_is_observed() -> None:
    assert weighed("R116", "agreed").known == "observed"
    assert weighed("R116", "agreed").source.endswith(f"observed {SEEN}")


def test_an_emulator_that_agrees_says_nothing_about_wix() -> None:
    assert weighed("R116", "agreed", "emulator") == Weighed(RULES["R116"], "inferred", RULES["R116"].source)


def test_a_documented_rule_stays_documented() -> None:
    assert weighed("R115", "agreed").known == "documented"


@pytest.mark.parametrize("outcome", ["failed", "skipped"])
def test_a_check_that_says_nothing_changes_nothing(outcome: Outcome) -> None:
    assert weighed("R116", outcome).known == "inferred"


@pytest.mark.parametrize("rule_id", ["R115", "R116", "R131"])
def test_a_rule_that_differs_is_told_with_the_difference(rule_id: str) -> None:
    found = weighed(rule_id, "differed")
    assert found.known == "differs"
    assert found.described()["differences"] == [{"expected": "this", "actual": "that"}]


def agreed_with(rule_id: str, **expected: str) -> Evidence:
    named = {name.replace("__", "."): value for name, value in expected.items()}
    return evidence(Finding(rule=rule_id, outcome="agreed", expected=named))


@pytest.mark.parametrize("server", ["http://127.0.0.1:8949", "https://www.wixapis.com.example.com", "https://wix.com"])
def test_what_only_claims_to_be_wix_says_nothing_about_it(server: str) -> None:
    claimed = evidence(finding("R116", "agreed")).model_copy(update={"server": server})
    assert weigh([RULES["R116"]], claimed)[0].known == "inferred"


@pytest.mark.parametrize(
    ("rule_id", "name", "value"),
    [
        ("R116", "duplicate_tracking_scope", "site"),
        ("R115", "duplicate_tracking_scope", "off"),
        ("R101", "refusals.ORDER_NOT_APPROVED.status", "409"),
    ],
)
def test_a_rule_that_agrees_with_another_setting_only_differs(rule_id: str, name: str, value: str) -> None:
    told = agreed_with(rule_id, **{name: value})
    (found,) = weigh([RULES[rule_id]], told)
    assert (found.known, found.source.endswith(f"differs {SEEN} (with {name}={value} it agrees)")) == ("differs", True)
    assert propose([rule_id], told).settings == {name: value}


@pytest.mark.parametrize(
    ("rule_id", "known", "name", "value"),
    [
        ("R116", "observed", "line_item_split", "once"),
        ("R116", "observed", "refusals.DUPLICATE.status", "409"),
        ("R115", "documented", "duplicate_tracking_scope", "site"),
    ],
)
def test_the_setting_of_another_rule_changes_nothing(rule_id: str, known: str, name: str, value: str) -> None:
    told = agreed_with(rule_id, **{name: value})
    assert (weigh([RULES[rule_id]], told)[0].known, propose([rule_id], told).settings) == (known, {})


def test_the_setting_that_was_found_counts_before_the_one_that_was_expected() -> None:
    found = finding("R116", "differed", duplicate_tracking_scope="site")
    told = evidence(found.model_copy(update={"expected": {"duplicate_tracking_scope": "off"}}))
    assert propose(["R116"], told).settings == {"duplicate_tracking_scope": "site"}


def test_a_rule_that_an_earlier_run_has_checked_keeps_that_date() -> None:
    earlier = datetime(2025, 1, 31, tzinfo=UTC)
    found = finding("R116", "agreed").model_copy(update={"date": earlier})
    assert weigh([RULES["R116"]], evidence(found))[0].source.endswith("on 2025-01-31")


def test_a_rule_without_a_finding_is_as_it_was() -> None:
    (found,) = weigh([RULES["R101"]], evidence())
    assert found == Weighed(RULES["R101"], "documented", RULES["R101"].source)


def test_the_settings_of_what_differs_are_proposed() -> None:
    found = evidence(finding("R101", "differed", refusals__ORDER_NOT_APPROVED__status="409"))
    assert propose(["R101", "R102"], found).settings == {"refusals.ORDER_NOT_APPROVED.status": "409"}
    assert propose(["R102"], found).settings == {}


def test_a_check_that_could_not_go_on_proposes_nothing() -> None:
    found = evidence(finding("R101", "failed", refusals__ORDER_NOT_APPROVED__status="409"))
    assert propose(["R101"], found).settings == {}


def test_of_two_that_contradict_each_other_the_first_counts_and_the_other_is_told() -> None:
    found = evidence(
        finding("R125", "differed", refusals__ORDER_NOT_FOUND__status="400"),
        finding("R127", "differed", refusals__ORDER_NOT_FOUND__status="409"),
    )
    proposal = propose(["R125", "R127"], found)
    assert proposal.settings == {"refusals.ORDER_NOT_FOUND.status": "400"}
    assert proposal.remarks == ("R127: refusals.ORDER_NOT_FOUND.status 409: another rule's check found 400",)


@pytest.mark.parametrize("value", ["200", "many"])
def test_a_setting_that_the_emulator_does_not_have_is_told_and_not_proposed(value: str) -> None:
    proposal = propose(["R101"], evidence(finding("R101", "differed", refusals__ORDER_NOT_APPROVED__status=value)))
    assert proposal.settings == {}
    assert "R101: refusals.ORDER_NOT_APPROVED.status" in proposal.remarks[0]


def test_the_configuration_reads_back_as_the_settings() -> None:
    settings = {
        "refusals.ORDER_NOT_APPROVED.status": "409",
        "refusals.ORDER_NOT_APPROVED.code": "NOT YET: 1",
        "duplicate_tracking_scope": "off",
    }
    document = yaml.load(configuration(settings), Loader=yaml.BaseLoader)  # noqa: S506 - as the command line reads it
    assert flatten(document["set"]) == [f"{name}={value}" for name, value in settings.items()]
