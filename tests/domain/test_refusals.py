from collections.abc import Iterator

import pytest

from emulator.api.openapi import control_document, emulated_document
from emulator.api.responses import HTTP_STATUS
from emulator.api.routes import OPERATIONS
from emulator.domain import refusals
from emulator.domain.refusal_examples import examples, planned
from emulator.domain.refusals import ControlRefusal, InvalidRequest, Refusal, Violation, refusal_codes
from emulator.domain.rules import RULES, Rule

DOCUMENTED = {
    one.id: described
    for document in (emulated_document(), control_document())
    for path in document["paths"].values()
    for described in path.values()
    for one in OPERATIONS
    if one.id == described["operationId"]
}


def tree(root: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in root.__subclasses__():
        yield child
        yield from tree(child)


ALL = sorted(set(tree(Refusal)), key=lambda one: one.__qualname__)
LEAVES = [one for one in ALL if not one.__subclasses__()]
DRAWN = [one for one in ALL if one.__module__.startswith(f"{refusals.__name__}.")]


@pytest.mark.parametrize("refusal", LEAVES)
def test_every_refusal_has_an_http_status(refusal: type[Refusal]) -> None:
    assert HTTP_STATUS[refusal.status_name] >= 400


@pytest.mark.parametrize("refusal", LEAVES)
def test_every_refusal_has_a_code(refusal: type[Refusal]) -> None:
    assert refusal.code == refusal.code.upper()


@pytest.mark.parametrize("refusal", [one for one in LEAVES if one is not InvalidRequest])
def test_every_refusal_names_its_rule(refusal: type[Refusal]) -> None:
    assert isinstance(refusal.rule, Rule)
    assert RULES[refusal.rule.id] is refusal.rule


@pytest.mark.parametrize("refusal", LEAVES)
def test_every_refusal_says_what_it_is(refusal: type[Refusal]) -> None:
    assert refusal.__doc__


@pytest.mark.parametrize("refusal", DRAWN)
def test_the_docstring_draws_every_refusal(refusal: type[Refusal]) -> None:
    assert f"── {refusal.__name__}" in (refusals.__doc__ or "").replace("    ", " ")


@pytest.mark.parametrize("code", refusal_codes())
def test_a_planned_refusal_is_the_original_by_the_rule_of_faults(code: str) -> None:
    refusal, original = planned(code), examples()[code]
    assert (type(refusal), refusal.message, refusal.data) == (type(original), original.message, original.data)
    assert refusal.rule.id == "R214" != original.rule.id


def test_every_refusal_of_the_emulated_api_has_an_example() -> None:
    assert sorted(examples()) == list(refusal_codes())


def test_the_refusals_of_the_control_plane_are_none_of_the_emulated_api() -> None:
    own = [one.code for one in LEAVES if issubclass(one, ControlRefusal)]
    assert "FAULT_NOT_FOUND" in own
    assert not set(own) & set(refusal_codes())
    assert [one for one in LEAVES if one not in DRAWN and not issubclass(one, ControlRefusal)] == []


@pytest.mark.parametrize("refusal", DRAWN)
def test_every_refusal_is_found_beside_the_drawing(refusal: type[Refusal]) -> None:
    assert getattr(refusals, refusal.__name__) is refusal


def test_no_two_refusals_share_a_code() -> None:
    codes = [one.code for one in LEAVES if one is not InvalidRequest]
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize(
    ("operation_id", "refusal"),
    [
        pytest.param(one.id, refusal, id=f"{one.id}-{refusal.__name__}")
        for one in OPERATIONS
        for refusal in one.refusals
    ],
)
def test_every_refusal_of_an_operation_is_in_the_openapi_document(operation_id: str, refusal: type[Refusal]) -> None:
    response = DOCUMENTED[operation_id]["responses"][str(HTTP_STATUS[refusal.status_name])]
    assert f"`{refusal.code}`" in response["description"]


def test_the_first_violation_gives_an_invalid_request_its_rule() -> None:
    first, second = list(RULES.values())[:2]
    refusal = InvalidRequest([Violation("a", "is bad", "OTHER", rule=first), Violation("b", "", "OTHER", rule=second)])
    assert refusal.rule is first
    assert refusal.data == {"fields": ["a", "b"]}
    assert refusal.message == "a is bad; b"


def test_a_refusal_at_rest_says_the_same_and_holds_no_frames() -> None:
    with pytest.raises(InvalidRequest) as raised:
        refuse_for_another_error()
    refusal = raised.value
    assert (refusal.__traceback__ is None, refusal.__context__ is None) == (False, False)
    kept = refusal.at_rest()
    assert kept is refusal
    assert kept.message == "id is no number"
    assert (kept.__traceback__, kept.__cause__, kept.__context__) == (None, None, None)


def refuse_for_another_error() -> None:
    try:
        int("none")
    except ValueError as error:
        raise InvalidRequest([Violation("id", "is no number", "FORMAT")]) from error
