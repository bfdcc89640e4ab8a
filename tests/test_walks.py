"""Walks: a planned step for each fulfillment whose order has the lifecycle on."""

from datetime import timedelta

from emulator.domain.orders import Order
from emulator.walks import Walks
from tests.factories import ITEM, NOW, ORDER_ID, fulfillment, guid, order

FAST = "1s,2s,3s,4s,5s"


def shipped(**fields: str) -> Order:
    return order(fulfillments=[fulfillment(1, {ITEM: 1}, **fields)])


def test_a_new_fulfillment_takes_its_first_step_after_the_first_interval() -> None:
    walks = Walks(FAST)
    walks.follow(shipped(), NOW)
    assert walks.next_due() == NOW + timedelta(seconds=1)


def test_a_fulfillment_walks_on_from_the_status_that_it_has() -> None:
    walks = Walks(FAST)
    walks.follow(shipped(status="Ready"), NOW)
    assert walks.next_due() == NOW + timedelta(seconds=4)


def test_a_fulfillment_that_has_arrived_walks_no_more() -> None:
    walks = Walks(FAST)
    walks.follow(shipped(status="Fulfilled"), NOW)
    assert walks.next_due() is None


def test_plans_that_come_to_nothing_are_not_kept_until_they_would_have_been_due() -> None:
    walks = Walks(FAST)
    for number in range(1_000):
        walks.follow(shipped(status=("Accepted", "Ready")[number % 2]), NOW)
    assert len(walks._queue) <= 2 + 100
    walk = walks.take_due(NOW + timedelta(hours=1))
    assert walk is not None
    assert walk.status == "Ready"
    assert walks.next_due() is None


def test_a_clock_that_jumps_loses_no_step_and_takes_none_twice() -> None:
    walks = Walks(FAST)
    walks.follow(shipped(), NOW)
    assert walks.take_due(NOW - timedelta(days=3650)) is None
    assert walks.next_due() == NOW + timedelta(seconds=1)
    assert walks.take_due(NOW + timedelta(days=3650)) is not None
    assert walks.take_due(NOW + timedelta(days=3650)) is None


def test_off_plans_nothing() -> None:
    walks = Walks("off")
    walks.follow(shipped(), NOW)
    assert walks.next_due() is None


def test_a_change_that_keeps_the_status_does_not_put_the_step_off() -> None:
    walks = Walks(FAST)
    walks.follow(shipped(), NOW)
    walks.follow(shipped(), NOW + timedelta(hours=1))
    assert walks.next_due() == NOW + timedelta(seconds=1)


def test_a_status_that_is_set_begins_the_waiting_time_again() -> None:
    walks = Walks(FAST)
    walks.follow(shipped(), NOW)
    walks.follow(shipped(status="Accepted"), NOW + timedelta(hours=1))
    assert walks.next_due() == NOW + timedelta(hours=1, seconds=3)


def test_an_order_may_walk_where_the_site_does_not() -> None:
    walks = Walks("off")
    walks.set_lifecycle(shipped(), FAST, NOW)
    assert walks.lifecycle(ORDER_ID) == FAST
    assert walks.next_due() == NOW + timedelta(seconds=1)


def test_an_order_may_stand_still_where_the_site_walks() -> None:
    walks = Walks(FAST)
    walks.follow(shipped(), NOW)
    walks.set_lifecycle(shipped(), "off", NOW)
    assert walks.next_due() is None


def test_a_step_is_taken_when_it_is_due_and_only_once() -> None:
    walks = Walks(FAST)
    walks.follow(shipped(), NOW)
    due = NOW + timedelta(seconds=1)
    assert walks.take_due(due - timedelta(milliseconds=1)) is None
    walk = walks.take_due(due)
    assert walk is not None
    assert (walk.order_id, walk.fulfillment_id, walk.status, walk.due) == (ORDER_ID, guid(1), None, due)
    assert walks.take_due(due) is None


def test_walks_go_on_from_a_state() -> None:
    walks, other = Walks(FAST), Walks("off")
    walks.follow(shipped(), NOW)
    walks.set_lifecycle(order(id="another"), "off", NOW)
    other.restore(walks.state())
    assert other.state() == walks.state()
    assert other.next_due() == walks.next_due()
