"""The rule book: numbered without gaps in meaning, sourced, and every rule pinned by a test."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import get_args

import pytest

from emulator.domain import refusals, rules
from emulator.domain.behaviours import Behaviours
from emulator.domain.refusals import refusal_codes
from emulator.domain.rules import RULES, Evidence, Rule

TESTS = Path(__file__).parents[1]


def cited() -> set[str]:
    """The ids in every `@pytest.mark.rule(...)` and `pytestmark = pytest.mark.rule(...)` of the test sources."""
    return {rule_id for path in TESTS.rglob("test_*.py") for rule_id in _markers(ast.parse(path.read_text()))}


def _markers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rule":
            yield from (str(one.value) for one in node.args if isinstance(one, ast.Constant))


def rules_of(area: str) -> dict[str, Rule]:
    """The rules that a module of the rule book defines, by name, as they stand in it."""
    defined = vars(import_module(f"{rules.__name__}.{area}"))
    return {name: one for name, one in defined.items() if isinstance(one, Rule)}


CITED = cited()
AREAS = [one.name for one in iter_modules(rules.__path__) if one.name != "rule"]


@pytest.mark.parametrize("rule_id", RULES)
def test_every_rule_is_cited_by_a_test(rule_id: str) -> None:
    assert rule_id in CITED, f'mark the test that pins it with @pytest.mark.rule("{rule_id}")'


def test_no_test_cites_a_rule_that_does_not_exist() -> None:
    assert CITED - RULES.keys() == set()


@pytest.mark.parametrize("area", AREAS)
def test_every_rule_of_an_area_is_in_the_rule_book_under_its_name(area: str) -> None:
    for name, rule in rules_of(area).items():
        assert getattr(rules, name) is RULES[rule.id] is rule


@pytest.mark.parametrize("area", AREAS)
def test_the_rules_of_an_area_share_a_hundred_and_stand_in_the_order_of_their_numbers(area: str) -> None:
    ids = [rule.id for rule in rules_of(area).values()]
    assert ids == sorted(set(ids))
    assert len({rule_id[:2] for rule_id in ids}) == 1


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_has_a_number_a_statement_evidence_and_a_source(rule: Rule) -> None:
    assert re.fullmatch(r"R[1-9]\d{2}", rule.id)
    assert rule.statement.endswith((".", ".)"))
    assert rule.evidence in get_args(Evidence)
    assert rule.source


def test_the_rules_stand_in_the_order_of_their_numbers() -> None:
    assert list(RULES) == sorted(RULES)


@pytest.mark.parametrize("rule", [one for one in RULES.values() if one.setting], ids=lambda one: str(one.id))
def test_the_setting_that_a_rule_names_exists(rule: Rule) -> None:
    known = set(Behaviours.model_fields) - {"refusals"} | {f"refusals.{code}" for code in refusal_codes()}
    assert rule.setting in known


@pytest.mark.parametrize("name", [name for name in Behaviours.model_fields if name != "refusals"])
def test_every_behaviour_belongs_to_a_rule(name: str) -> None:
    assert name in {rule.setting for rule in RULES.values()}


def test_every_rule_that_a_source_file_mentions_exists() -> None:
    sources = Path(refusals.__file__).parents[1].rglob("*.py")
    mentioned = {found for path in sources for found in re.findall(r"\bR[1-9]\d\d\b", path.read_text())}
    assert mentioned - RULES.keys() == set()
