"""`wix-emulator conformance`: which servers it checks, what it says, and how its evidence comes back as settings."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from emulator.address import is_loopback
from emulator.cli.command import verbs
from emulator.client import Control
from emulator.conformance.checks import CHECKS, UNCHECKED
from emulator.conformance.receiver import receiving
from emulator.conformance.servers import Limits, at_emulator, at_wix
from emulator.domain.rules import RULES
from emulator.errors import UsageError
from tests.cli.process import NOBODY, run, running
from tests.conftest import Server, start_server, stop_server

API_KEY = "IST.emulator-api-key"
SITE_ID = "7e57517e-0000-4000-8000-000000000001"
INTERRUPTED = "7e57517e-0000-4000-8000-000000000002"
AT_WIX = ["--wix", "--site-id", SITE_ID, "--api-key", API_KEY, "--yes"]


def invoke(*arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(verbs, ["conformance", *arguments], input=said)


@contextmanager
def emulator(*flags: str, **popen: Any) -> Iterator[Server]:
    server = start_server(*flags, **popen)
    try:
        yield server
    finally:
        stop_server(server)


@pytest.fixture(scope="module")
def other() -> Iterator[Server]:
    """An emulator that poses as a server that is not ours, and does otherwise in much."""
    otherwise = [
        "refusals.ORDER_NOT_APPROVED.status=409",
        "refusals.QUANTITY_EXCEEDS_REMAINING.code=TOO_MUCH",
        "refusals.ORDER_NOT_FOUND.status=400",
        "line_item_split=once",
        "custom_provider_link=optional",
        "duplicate_tracking_scope=site",
        "duplicate_tracking_in_bulk=allow",
        "cursor_with_filter=ignore",
    ]
    with emulator("--auth", "strict", *(part for one in otherwise for part in ("--set", one))) as server:
        yield server


def test_a_running_emulator_agrees_with_its_own_rules(server: Server) -> None:
    done = invoke("--url", server.url)
    *lines, summary = done.stdout.splitlines()
    assert done.exit_code == 0
    assert {"R101 agreed", "R306 agreed"} <= set(lines)
    strict = sum("strictness" in one.needs for one in CHECKS.values())
    agreed, skipped = len(CHECKS) - strict, len(UNCHECKED) + strict
    assert summary == f"{len(RULES)} rules: {agreed} agreed, 0 differed, 0 failed, {skipped} skipped"


def test_an_emulator_agrees_whatever_its_clock_seed_and_deliveries_and_its_receivers_hear_nothing() -> None:
    flags = "--auth strict --control-token steer-me --delivery manual --set lifecycle=on"
    flags += " --seed empty --random-seed 1 --time 2031-01-01T00:00:00Z"
    with receiving(200) as receiver, emulator(*flags.split(), "--webhook-url", receiver.url) as server:
        done = invoke("--url", server.url, "--control-token", "steer-me")
    summary = f"{len(RULES)} rules: {len(CHECKS)} agreed, 0 differed, 0 failed, {len(UNCHECKED)} skipped"
    assert done.stdout.splitlines()[-1] == summary
    assert receiver.received == []


def test_a_few_rules_can_be_chosen(server: Server) -> None:
    done = invoke("--url", server.url, "--rule", "R40x", "--rule", "R101", "--rule", "R401")
    told = [line.split()[0] for line in done.stdout.splitlines()]
    assert told == [*(f"R40{number}" for number in range(1, 10)), "R101", "10"]


def test_as_json_it_prints_the_evidence_and_nothing_else(server: Server) -> None:
    document = json.loads(invoke("--url", server.url, "--json", "--rule", "R101").stdout)
    assert (document["version"], document["kind"], document["server"]) == (1, "emulator", server.url)
    assert [one["outcome"] for one in document["rules"]] == ["agreed"]


def test_the_sites_of_others_are_not_touched(server: Server) -> None:
    before = Control(server.url, "bystander").call("GET", "state")["fingerprint"]
    assert invoke("--url", server.url, "--rule", "R120").exit_code == 0
    assert Control(server.url, "bystander").call("GET", "state")["fingerprint"] == before


def test_what_differs_is_told_with_the_setting_and_is_a_failure(other: Server, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    done = invoke(*AT_WIX, "--base-url", other.url, "--rule", "R101", "--evidence", str(file))
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "R101 differed",
        "     expected refused with HTTP 428 ORDER_NOT_APPROVED, got HTTP 409 ORDER_NOT_APPROVED",
        "     the emulator does so with --set refusals.ORDER_NOT_APPROVED.status=409",
        f"1 rule: 0 agreed, 1 differed, 0 failed, 0 skipped; evidence in {file}",
    ]


def test_expecting_that_behaviour_it_agrees(other: Server, tmp_path: Path) -> None:
    where = [*AT_WIX, "--base-url", other.url, "--evidence", str(tmp_path / "evidence.json")]
    expected = ["--set", "refusals.ORDER_NOT_APPROVED.status=409", "--set", "duplicate_tracking_scope=site"]
    assert invoke(*where, "--rule", "R101", "--rule", "R116", *expected).exit_code == 0


def test_evidence_of_differences_becomes_the_configuration_that_ends_them(other: Server, tmp_path: Path) -> None:
    rules = ["R101", "R102", "R104", "R112", "R113", "R116", "R117", "R125", "R412"]
    chosen = [part for rule_id in rules for part in ("--rule", rule_id)]
    where = ["conformance", *AT_WIX, "--base-url", other.url, *chosen]
    assert run(*where, folder=tmp_path).status == 1
    evidence = (tmp_path / "wix-evidence.json").read_text()
    assert API_KEY not in evidence
    assert SITE_ID not in evidence
    (tmp_path / "wix-emulator.yaml").write_text(
        run("rules", "--evidence", "wix-evidence.json", "--format", "md", folder=tmp_path).out.split("```")[1][4:]
    )
    assert yaml.safe_load((tmp_path / "wix-emulator.yaml").read_text())["set"]["refusals"] == {
        "ORDER_NOT_APPROVED": {"status": 409},
        "QUANTITY_EXCEEDS_REMAINING": {"code": "TOO_MUCH"},
        "ORDER_NOT_FOUND": {"status": 400},
    }
    again = run(*where, folder=tmp_path)
    assert (again.status, "differed\n" in again.out) == (0, False)
    with emulator(cwd=tmp_path) as ours:  # the emulator now does as the other
        mine = run("conformance", "--url", ours.url, folder=tmp_path)
        assert (mine.status, "R101 agreed" in mine.out) == (0, True)
        plain = invoke("--url", ours.url, "--rule", "R101")
        assert "got HTTP 409 ORDER_NOT_APPROVED" in plain.stdout


def evidence_of(server: str, **more: Any) -> str:
    """Hand-made evidence of a run that agreed on R112."""
    date = "2026-03-01T00:00:00Z"
    rules = [{"rule": "R112", "outcome": "agreed"}]
    return json.dumps({"version": 1, "kind": "wix", "server": server, "date": date, "rules": rules, **more})


@pytest.mark.parametrize(
    ("server", "known"), [("https://www.wixapis.com", "observed"), ("http://127.0.0.1:8949", "inferred")]
)
def test_only_evidence_of_wix_makes_an_inferred_rule_an_observed_one(server: str, known: str, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    file.write_text(evidence_of(server))
    told = CliRunner().invoke(verbs, ["rules", "R112", "--evidence", str(file), "--json"])
    (rule,) = json.loads(told.stdout)["rules"]
    assert rule["evidence"] == known
    assert (f"observed at {server} on 2026-03-01" in rule["source"]) is (known == "observed")
    as_text = CliRunner().invoke(verbs, ["rules", "R112", "--evidence", str(file)]).stdout
    assert as_text.startswith(f"R112 {known} ")
    assert "wix-emulator.yaml" not in as_text


def test_an_emulators_evidence_says_what_it_is_worth(tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    file.write_text(evidence_of(NOBODY, kind="emulator"))
    told = CliRunner().invoke(verbs, ["rules", "R112", "--evidence", str(file)])
    assert told.stderr == f"an emulator's evidence proves nothing about Wix: 1 agreed at {NOBODY}\n"
    file.write_text(evidence_of("https://www.wixapis.com"))
    assert CliRunner().invoke(verbs, ["rules", "R112", "--evidence", str(file)]).stderr == ""


def test_what_agrees_with_another_setting_only_is_told_and_proposed(other: Server, tmp_path: Path) -> None:
    file = str(tmp_path / "evidence.json")
    where = [*AT_WIX, "--base-url", other.url, "--evidence", file, "--rule", "R116", "--rule", "R112"]
    assert invoke(*where, "--set", "duplicate_tracking_scope=site").exit_code == 0
    told = json.loads(CliRunner().invoke(verbs, ["rules", "R116", "R112", "--evidence", file, "--json"]).stdout)
    assert [one["evidence"] for one in told["rules"]] == ["differs", "inferred"]
    assert told["rules"][0]["source"].endswith("(with duplicate_tracking_scope=site it agrees)")
    assert told["settings"] == {"duplicate_tracking_scope": "site"}


def test_a_second_run_adds_to_the_evidence_of_the_first(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    file.touch()  # as of mktemp
    for rule_id in ("R102", "R101", "R102"):
        assert invoke("--url", server.url, "--rule", rule_id, "--evidence", str(file)).exit_code == 0
    assert [one["rule"] for one in json.loads(file.read_text())["rules"]] == ["R101", "R102"]


@pytest.mark.parametrize("content", ["notes", "[1]", evidence_of("https://www.wixapis.com")])
def test_a_file_that_is_no_evidence_of_that_server_is_left_as_it_is(
    content: str, server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "evidence.json"
    file.write_text(content)
    refused = invoke("--url", server.url, "--rule", "R101", "--evidence", str(file))
    assert isinstance(refused.exception, UsageError)
    assert (file.read_text(), refused.stdout) == (content, "")


def test_a_server_that_is_not_wix_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with receiving(200) as web_server:  # answers a GET with a page
        url = web_server.url.removesuffix("/webhooks")
        done = run("conformance", *AT_WIX, "--base-url", url, folder=tmp_path)
    assert (done.status, done.out, list(tmp_path.iterdir())) == (3, "", [])
    assert "this is not the Wix API (GET /ecom/v1/orders/" in done.err


@pytest.mark.parametrize("named", ["r101", "R10x", "r1XX"])
def test_rules_are_named_alike_everywhere(named: str, server: Server) -> None:
    listed = CliRunner().invoke(verbs, ["rules", named, "--json"]).stdout
    checked = invoke("--url", server.url, "--json", "--rule", named).stdout
    ids = [one["id"] for one in json.loads(listed)["rules"]]
    assert ids[0] == "R101"
    assert ids == [one["rule"] for one in json.loads(checked)["rules"]]


def test_the_confirmation_counts_the_orders_of_the_chosen_rules() -> None:
    flags = [one for one in AT_WIX if one != "--yes"]
    some = invoke(*flags, "--base-url", NOBODY, "--rule", "R122", "--rule", "R301", "--rule", "R112")
    assert "creates up to 3 orders on site" in some.stderr
    fewer = invoke(*flags, "--base-url", NOBODY, "--orders-max", "1")
    assert "creates up to 1 order on site" in fewer.stderr


def test_a_broken_evidence_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "evidence.json").write_text('{"version": 2}')
    refused = run("rules", "--evidence", "evidence.json", folder=tmp_path)
    assert (refused.status, refused.out) == (2, "")
    assert "evidence.json is of version 2" in refused.err


@pytest.mark.parametrize("base_url", ["https://www.wixapis.com", "http://192.0.2.1:8949", "http://wix:8949"])
def test_no_server_elsewhere_is_checked_without_the_flag(base_url: str) -> None:
    refused = invoke("--base-url", base_url)
    assert isinstance(refused.exception, UsageError)
    assert f"{base_url} is not on this machine" in str(refused.exception)
    assert "--wix --site-id ID" in str(refused.exception)


@pytest.mark.parametrize(
    ("setting", "status"), [("wix: true", 2), ("yes: true", 2), ("base_url: https://www.wixapis.com", 3)]
)
def test_no_file_can_say_that_it_is_wix(setting: str, status: int, tmp_path: Path) -> None:
    (tmp_path / "wix-emulator.yaml").write_text(setting)
    done = run("conformance", "--url", NOBODY, folder=tmp_path)
    assert (done.status, "wixapis.com" in done.err) == (status, False)  # `base_url` there is that of serve


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--wix"], "--wix needs --site-id"),
        (["--wix", "--site-id", "s"], "--wix needs --api-key, or WIX_EMULATOR_CONFORMANCE_API_KEY"),
        (["--wix", "--site-id", "s", "--api-key", "k"], "--site-id s is no GUID such as"),
        ([*AT_WIX, "--base-url", "https://www.wixapis.com/ecom/v1"], "has a path; --base-url takes scheme and host"),
        ([*AT_WIX, "--base-url", "http://www.wixapis.com"], "would send the key in the clear; use https"),
        ([*AT_WIX, "--base-url", "https://me:pass@www.wixapis.com"], "leave the user out"),
        (["--base-url", "http://me@127.0.0.1:1"], "leave the user out"),
        (["--set", "line_item_splt=once"], "did you mean line_item_split?"),
    ],
)
def test_what_is_missing_or_unsafe_is_refused(arguments: list[str], complaint: str) -> None:
    refused = invoke(*arguments)
    assert isinstance(refused.exception, UsageError)
    assert complaint in str(refused.exception)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--rule", "R999"], "no rule R999"),
        (["--site-id", "s"], "go with --wix"),
        (["--yes"], "go with --wix"),
        ([*AT_WIX, "--url", NOBODY], "--url is for emulators; with --wix use --base-url"),
        ([*AT_WIX, "--url", NOBODY, "--base-url", NOBODY], "--url is for emulators; with --wix use --base-url"),
        (["--orders-max", "0"], "--orders-max"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], complaint: str) -> None:
    refused = invoke(*arguments)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert complaint in refused.stderr


@pytest.mark.parametrize("typed", ["another-site\n", "\n", ""])
def test_without_the_site_id_typed_nothing_is_asked_of_wix(typed: str) -> None:
    flags = [one for one in AT_WIX if one != "--yes"]
    refused = invoke(*flags, "--base-url", NOBODY, said=typed)
    assert refused.exit_code == 2
    assert f"creates up to 76 orders on site {SITE_ID} at {NOBODY}" in refused.stderr
    assert "not confirmed" in refused.stderr


def test_the_site_id_typed_is_the_confirmation(other: Server, tmp_path: Path) -> None:
    flags = [one for one in AT_WIX if one != "--yes"]
    file = str(tmp_path / "evidence.json")
    asked = [*flags, "--base-url", other.url, "--rule", "R112", "--evidence", file]
    assert invoke(*asked, said=f"{SITE_ID}\n").exit_code == 0


@pytest.mark.parametrize("flags", [[], [*AT_WIX, "--evidence", "evidence.json"]])
def test_a_server_that_does_not_answer_is_told(flags: list[str], tmp_path: Path) -> None:
    done = run("conformance", "--base-url", NOBODY, *flags, folder=tmp_path)
    assert (done.status, list(tmp_path.iterdir())) == (3, [])


def test_a_key_that_is_refused_is_a_failure(other: Server, tmp_path: Path) -> None:
    flags = ["--wix", "--site-id", SITE_ID, "--api-key", "IST.another", "--yes", "--base-url", other.url]
    done = run("conformance", *flags, folder=tmp_path)
    assert (done.status, done.out, list(tmp_path.iterdir())) == (1, "", [])
    assert "the server refuses a call with this key and site: HTTP 401 UNAUTHENTICATED" in done.err
    assert "look at the key in WIX_EMULATOR_CONFORMANCE_API_KEY" in done.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_removes_its_orders_and_writes_what_it_has(
    number: signal.Signals, other: Server, tmp_path: Path
) -> None:
    control, file = Control(other.url, INTERRUPTED), tmp_path / "evidence.json"
    control.call("POST", "faults", {"operation": "searchOrders", "effect": {"delayMs": 60_000}})
    before = [{"rule": rule_id, "outcome": "skipped"} for rule_id in ("R101", "R112", "R412")]
    file.write_text(evidence_of(other.url, rules=before))
    flags = ["--wix", "--site-id", INTERRUPTED, "--api-key", API_KEY, "--yes", "--base-url", other.url]
    rules = ["--rule", "R112", "--rule", "R412", "--evidence", str(file)]
    with running("conformance", *flags, *rules) as command:
        assert command.line() == "R112 agreed"
        assert control_has_met(control)
        assert command.stop(number) == 1
    kept = {one["rule"]: one["outcome"] for one in json.loads(file.read_text())["rules"]}
    assert kept == {"R101": "skipped", "R112": "agreed", "R412": "skipped"}
    ours = control.call("GET", "orders", search="Conformance")["orders"]
    assert {one["status"] for one in ours} == {"CANCELED"}


def control_has_met(control: Control) -> bool:
    """Whether the fault was met; asks until it was."""
    while control.call("GET", "faults", unused="true")["faults"]:
        pass
    return True


@pytest.mark.parametrize(
    ("url", "is_here"),
    [
        ("http://127.0.0.1:8949", True),
        ("http://127.8.9.1", True),
        ("http://[::1]:8949", True),
        ("http://localhost:8949", True),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://0.0.0.0:8949", False),
        ("https://www.wixapis.com", False),
    ],
)
def test_what_is_on_this_machine(url: str, is_here: bool) -> None:
    assert is_loopback(url) is is_here


def test_the_limits_of_the_flags_are_those_of_a_run() -> None:
    run_at_wix = at_wix("http://127.0.0.1:1", SITE_ID, "k", Limits(orders_max=7))
    assert (run_at_wix.target.kind, run_at_wix.target.orders_max) == ("wix", 7)
    with pytest.raises(UsageError):
        at_emulator("https://www.wixapis.com", Limits())
