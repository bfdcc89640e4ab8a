from datetime import UTC, datetime, timedelta, timezone

from emulator.clock import Clock

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_clock_that_follows_the_system_goes_wherever_that_goes() -> None:
    times = iter([NOON, NOON - timedelta(days=365), NOON + timedelta(days=3650)])
    clock = Clock(system=lambda: next(times))
    assert [clock.now() - NOON for _ in range(3)] == [timedelta(), timedelta(days=-365), timedelta(days=3650)]


def test_without_a_start_it_follows_the_system() -> None:
    clock = Clock()
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert not clock.is_manual


def test_with_a_start_it_stands_there() -> None:
    clock = Clock(NOON)
    assert clock.is_manual
    assert clock.now() == clock.now() == NOON


def test_it_stands_where_it_is_set_in_utc() -> None:
    clock = Clock()
    clock.set(NOON.astimezone(timezone(5 * HOUR)))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC


def test_it_may_be_set_back() -> None:
    clock = Clock(NOON)
    clock.set(NOON - HOUR)
    assert clock.now() == NOON - HOUR


def test_it_moves_on_by_steps() -> None:
    clock = Clock(NOON)
    clock.advance(HOUR)
    clock.advance(HOUR)
    assert clock.now() == NOON + 2 * HOUR


def test_to_move_a_running_clock_on_stops_it() -> None:
    clock = Clock()
    before = datetime.now(UTC)
    clock.advance(HOUR)
    assert clock.is_manual
    assert clock.now() >= before + HOUR
    assert clock.now() == clock.now()


def test_it_may_follow_the_system_again() -> None:
    clock = Clock(NOON)
    clock.follow_system()
    assert not clock.is_manual
    assert clock.now() > NOON - timedelta(days=365 * 100)


def test_a_reset_brings_the_start_back() -> None:
    started, running = Clock(NOON), Clock()
    for clock in (started, running):
        clock.advance(HOUR)
        clock.reset()
    assert started.now() == NOON
    assert not running.is_manual
