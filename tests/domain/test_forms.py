from typing import Annotated

import pytest
from pydantic import Field

from emulator.domain import rules
from emulator.domain.forms import rule_at
from emulator.domain.rules import Rule
from emulator.domain.wire import Items, WireModel


class Leaf(WireModel):
    colour: Annotated[str | None, rules.CLOSED_STATUS_SET] = None
    size: int = 1


class Branch(WireModel):
    leaves: Annotated[Items[Leaf], Field(max_length=3), rules.FIELD_LIMITS] = ()
    best_leaf: Leaf | None = None


@pytest.mark.parametrize(
    ("location", "rule"),
    [
        ((), rules.VALIDATION_ERRORS),
        (("bestLeaf",), rules.VALIDATION_ERRORS),
        (("bestLeaf", "colour"), rules.CLOSED_STATUS_SET),
        (("leaves",), rules.FIELD_LIMITS),
        (("leaves", 0), rules.FIELD_LIMITS),
        (("leaves", 0, "size"), rules.FIELD_LIMITS),
        (("leaves", 0, "colour"), rules.CLOSED_STATUS_SET),
        (("leaves", 0, "nothing", "known"), rules.FIELD_LIMITS),
        (("best_leaf", "colour"), rules.VALIDATION_ERRORS),
    ],
)
def test_the_innermost_rule_on_the_way_to_a_field_states_its_form(location: tuple[int | str, ...], rule: Rule) -> None:
    assert rule_at(Branch, location) == rule
