"""Ids repeat with a seed, and a few numbers say where their sequences stand."""

import re
from contextlib import suppress

from emulator.domain.wire import GUID_PATTERN
from emulator.ids import Ids
from emulator.states import IdsState


def drawn(ids: Ids, count: int = 3) -> list[str]:
    return [ids.guid() for _ in range(count)]


def test_a_guid_is_a_version_4_guid_in_lower_case() -> None:
    for one in drawn(Ids(None), 50):
        assert re.fullmatch(GUID_PATTERN, one)
        assert re.fullmatch(r".{14}4.{4}[89ab].*", one)
        assert one == one.lower()


def test_with_a_seed_the_same_ids_come_again() -> None:
    assert drawn(Ids("7")) == drawn(Ids("7"))


def test_another_seed_draws_other_ids() -> None:
    assert set(drawn(Ids("7"))).isdisjoint(drawn(Ids("8")))


def test_without_a_seed_no_id_comes_again() -> None:
    ids = Ids(None)
    before = drawn(ids)
    ids.reset()
    assert set(before).isdisjoint(drawn(ids))


def test_a_reset_begins_the_sequences_again() -> None:
    ids = Ids("7")
    before = [*drawn(ids), ids.request_id(), ids.control_request_id(), ids.number()]
    ids.reset()
    assert [*drawn(ids), ids.request_id(), ids.control_request_id(), ids.number()] == before


def test_request_ids_do_not_disturb_the_guids() -> None:
    quiet, busy = Ids("7"), Ids("7")
    busy.request_id()
    busy.control_request_id()
    assert drawn(busy) == drawn(quiet)


def test_control_calls_do_not_disturb_the_ids_of_other_requests() -> None:
    quiet, busy = Ids("7"), Ids("7")
    busy.control_request_id()
    assert busy.request_id() == quiet.request_id()
    assert busy.state() == quiet.state()


def test_however_many_are_drawn_each_is_another() -> None:
    assert len({*drawn(Ids("7"), 1_000)}) == 1_000


def test_sequences_go_on_from_any_place() -> None:
    expected = drawn(Ids("7"), 100)
    for place in range(100):
        ids = Ids("7")
        ids.restore(IdsState("7", drawn=place))
        assert ids.guid() == expected[place]


def test_what_was_drawn_before_a_failure_is_drawn_again() -> None:
    expected, ids = drawn(Ids("7"), 80), Ids("7")
    for place in range(0, 70, 10):
        with suppress(ValueError), ids.given_back_on_failure():
            raise ValueError(drawn(ids, 40))
        assert drawn(ids, 10) == expected[place : place + 10]


def test_sequences_go_on_from_a_state() -> None:
    ids, other = Ids("7"), Ids("8")
    drawn(ids)
    ids.request_id()
    other.restore(ids.state())
    assert [*drawn(other), other.request_id()] == [*drawn(ids), ids.request_id()]


def test_without_a_seed_a_restored_state_draws_what_nobody_has_seen() -> None:
    ids = Ids(None)
    state = ids.state()
    before = drawn(ids)
    ids.restore(state)
    assert set(before).isdisjoint(drawn(ids))


def test_every_request_id_is_another() -> None:
    ids = Ids(None)
    assert len({ids.request_id() for _ in range(1_000)}) == 1_000
