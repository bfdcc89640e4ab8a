from typing import Any

import pytest

from emulator.domain.chaos import Chaos
from emulator.domain.refusals import LimitReached
from emulator.faults import FAULTS_MAX, Effect, Fault, Faults

BLANK = Effect(status=503)
LATE = Effect(delay_ms=100)


def armed(*faults: Fault) -> Faults:
    made = Faults()
    for fault in faults:
        made.arm(fault)
    return made


def effects(faults: Faults, calls: int, operation: str = "createFulfillment") -> list[Effect | None]:
    taken = [faults.take(operation) for _ in range(calls)]
    return [fault.effect if fault else None for fault in taken]


@pytest.mark.parametrize("effects", [{}, {"status": 503, "delay_ms": 1}], ids=str)
def test_an_effect_is_exactly_one(effects: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"must have exactly one effect .*, has {len(effects)}"):
        Effect(**effects)


def test_a_fault_does_not_happen_more_often_than_it_should() -> None:
    with pytest.raises(ValueError, match="was used 2 times of 1"):
        Fault("1", "createFulfillment", BLANK, used=2)


def test_without_a_fault_nothing_goes_wrong() -> None:
    assert effects(Faults(), 2) == [None, None]


def test_a_fault_happens_once() -> None:
    assert effects(armed(Fault("1", "createFulfillment", BLANK)), 3) == [BLANK, None, None]


def test_a_fault_happens_as_often_as_it_should() -> None:
    assert effects(armed(Fault("1", "createFulfillment", BLANK, times=2)), 4) == [BLANK, BLANK, None, None]


def test_a_fault_lets_the_first_calls_go_well() -> None:
    faults = armed(Fault("1", "createFulfillment", BLANK, times=1, skip=2))
    assert effects(faults, 4) == [None, None, BLANK, None]


def test_a_site_has_a_limited_number_of_faults_and_says_how_to_go_on() -> None:
    faults = armed(*(Fault(str(number), "createFulfillment", BLANK) for number in range(FAULTS_MAX)))
    with pytest.raises(LimitReached, match=r"makes 1001 faults in this site, the emulator keeps 1000; DELETE"):
        faults.arm(Fault("too many", "createFulfillment", BLANK))
    assert len(faults.armed()) == FAULTS_MAX
    faults.disarm("0")
    faults.arm(Fault("one more", "createFulfillment", BLANK))


def test_a_fault_concerns_its_operation_only() -> None:
    faults = armed(Fault("1", "createFulfillment", BLANK))
    assert effects(faults, 2, "updateFulfillment") == [None, None]
    assert effects(faults, 1) == [BLANK]


def test_calls_of_another_operation_are_not_skipped_calls() -> None:
    faults = armed(Fault("1", "createFulfillment", BLANK, skip=1))
    faults.take("updateFulfillment")
    assert effects(faults, 2) == [None, BLANK]


def test_faults_of_one_operation_happen_in_the_order_in_which_they_were_armed() -> None:
    faults = armed(Fault("1", "createFulfillment", BLANK), Fault("2", "createFulfillment", LATE))
    assert effects(faults, 3) == [BLANK, LATE, None]


def test_while_one_fault_skips_a_call_the_next_may_happen() -> None:
    faults = armed(Fault("1", "createFulfillment", BLANK, skip=1), Fault("2", "createFulfillment", LATE))
    assert effects(faults, 3) == [LATE, BLANK, None]


def test_a_spent_fault_is_still_listed() -> None:
    faults = armed(Fault("1", "createFulfillment", BLANK))
    faults.take("createFulfillment")
    (spent,) = faults.armed()
    assert (spent.used, spent.remaining) == (1, 0)


def test_a_fault_counts_what_it_skipped_and_how_often_it_happened() -> None:
    faults = armed(Fault("1", "createFulfillment", BLANK, times=3, skip=1))
    effects(faults, 3)
    (fault,) = faults.armed()
    assert (fault.skipped, fault.used, fault.remaining) == (1, 2, 1)


def test_a_fault_that_never_happened_is_unused() -> None:
    faults = armed(Fault("1", "createFulfillment", BLANK, skip=1))
    effects(faults, 1)
    assert [fault.is_unused for fault in faults.armed()] == [True]
    effects(faults, 1)
    assert [fault.is_unused for fault in faults.armed()] == [False]


def test_a_disarmed_fault_does_not_happen() -> None:
    faults = armed(Fault("1", "createFulfillment", BLANK), Fault("2", "createFulfillment", LATE))
    assert faults.disarm("1")
    assert effects(faults, 2) == [LATE, None]


def test_to_disarm_a_fault_that_there_is_not_is_told() -> None:
    assert not armed(Fault("1", "createFulfillment", BLANK)).disarm("2")


def test_clearing_takes_all_faults_back() -> None:
    faults = armed(Fault("1", "createFulfillment", BLANK), Fault("2", "createFulfillment", LATE))
    faults.clear()
    assert (faults.armed(), effects(faults, 1)) == ((), [None])


@pytest.mark.parametrize("effect", [BLANK, LATE, Effect(drop="afterCommit"), Effect(chaos=Chaos("duplicate"))])
def test_the_effect_is_handed_out_as_it_was_armed(effect: Effect) -> None:
    assert effects(armed(Fault("1", "createFulfillment", effect)), 1) == [effect]
