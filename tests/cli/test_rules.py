"""`wix-emulator rules`: the rule book as text, as JSON, and as the README's table."""

import json

import pytest
from click.testing import CliRunner

from emulator.cli.command import verbs
from emulator.domain.rules import RULES
from tests.cli.process import NOBODY
from tests.conftest import Server
from tests.readme import README


def printed(*arguments: str) -> str:
    return CliRunner().invoke(verbs, ["rules", *arguments], catch_exceptions=False).stdout


def test_the_readme_has_the_table_as_the_rules_are_now() -> None:
    is_current = printed("--format", "md") in README
    assert is_current, "the README's table of rules is stale: put there what `wix-emulator rules --format md` prints"


def test_the_table_has_a_row_for_each_rule() -> None:
    rows = [line for line in printed("--format", "md").splitlines() if line.startswith("| R")]
    assert [row.split(" | ")[0] for row in rows] == [f"| {rule_id}" for rule_id in RULES]
    assert all(row.replace("\\|", "").count("|") == 6 for row in rows)


def test_the_table_counts_how_many_rules_are_known_how() -> None:
    first = printed("--format", "md").splitlines()[0]
    inferred = sum(rule.evidence == "inferred" for rule in RULES.values())
    assert first.startswith(f"{len(RULES)} rules: ")
    assert f"{inferred} inferred" in first


@pytest.mark.parametrize("flags", [["--json"], ["--format", "json"]])
def test_as_json_each_rule_has_all_that_is_known_of_it(flags: list[str]) -> None:
    (rule,) = json.loads(printed(*flags, "R116"))["rules"]
    assert (rule["id"], rule["evidence"], rule["setting"]) == ("R116", "inferred", "duplicate_tracking_scope")


def test_as_text_a_rule_names_its_source_and_its_setting() -> None:
    text = " ".join(printed("R113").split())
    assert text.startswith("R113 documented ")
    assert text.endswith("setting custom_provider_link")


def test_an_unknown_rule_is_wrong_usage() -> None:
    result = CliRunner().invoke(verbs, ["rules", "R999"])
    assert result.exit_code == 2
    assert "no rule R999" in result.output


def test_the_rules_of_a_running_emulator_are_asked_for_with_a_flag(server: Server) -> None:
    flags = ["--url", server.url, "--site", "my-site"]
    assert printed(*flags, "--format", "md") == printed("--format", "md")
    assert printed(*flags, "R113") == printed("R113")


def test_without_the_flag_no_emulator_has_to_run() -> None:
    result = CliRunner().invoke(verbs, ["rules", "R113"], env={"WIX_EMULATOR_URL": NOBODY})
    assert result.exit_code == 0


def test_an_emulator_that_does_not_run_is_told() -> None:
    result = CliRunner().invoke(verbs, ["rules", "--url", NOBODY])
    assert (result.exit_code, result.stdout) == (3, "")
