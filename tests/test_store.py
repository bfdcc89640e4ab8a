from typing import Any

import pytest

from emulator.domain.orders import Order
from emulator.domain.refusals import LimitReached, OrderNotFound
from emulator.store import Store
from tests.factories import fulfillment, order


def parcel(number: str | None) -> dict[str, Any]:
    return {"trackingInfo": {"trackingNumber": number, "shippingProvider": "fedex"}}


def shipped(order_id: str, *numbers: str | None) -> Order:
    return order(id=order_id, fulfillments=[fulfillment(index, **parcel(one)) for index, one in enumerate(numbers)])


def test_an_order_is_found_by_its_id() -> None:
    one = order(id="a")
    assert Store([one]).order("a") is one
    assert Store([one]).find("a") is one


@pytest.mark.rule("R125")
def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(OrderNotFound) as refused:
        Store([]).order("a")
    assert refused.value.data == {"orderId": "a"}
    assert Store([]).find("a") is None


@pytest.mark.rule("R127")
def test_order_ids_are_compared_exactly() -> None:
    assert Store([order(id="a")]).find("A") is None


def test_orders_stand_in_the_order_of_their_arrival_also_after_a_change() -> None:
    store = Store([order(id="a"), order(id="b")])
    store.put(order(id="a", number="7"))
    assert [(one.id, one.number) for one in store.orders()] == [("a", "7"), ("b", "10001")]


def test_to_clear_it_is_to_forget_everything() -> None:
    store = Store([shipped("a", "1")])
    store.put(order(id="b", number="99999"))
    store.clear([order(id="c", number="5")])
    assert [one.id for one in store.orders()] == ["c"]
    assert store.highest_number == 10_000
    assert not store.is_tracked_outside("c", "1")


@pytest.mark.rule("R116")
def test_a_number_is_tracked_outside_the_orders_that_have_it() -> None:
    store = Store([shipped("a", "1", "2"), shipped("b", "2"), shipped("c", None)])
    assert store.is_tracked_outside("c", "1")
    assert not store.is_tracked_outside("a", "1")
    assert store.is_tracked_outside("a", "2")
    assert not store.is_tracked_outside("c", "3")


@pytest.mark.rule("R116", "R120")
def test_a_number_is_free_once_no_fulfillment_has_it() -> None:
    store = Store([shipped("a", "1"), shipped("b", "1")])
    store.put(shipped("a"))
    assert store.is_tracked_outside("c", "1")
    store.put(shipped("b", "2"))
    assert not store.is_tracked_outside("c", "1")
    assert store.is_tracked_outside("c", "2")


@pytest.mark.parametrize(
    ("number", "highest"),
    [
        ("10001", 10_001),
        ("500", 10_000),
        ("99999", 99_999),
        ("A-70000", 10_000),
        ("9" * 16, 10_000),
        ("9" * 50, 10_000),
    ],
)
def test_the_highest_order_number_is_the_one_to_count_on_from(number: str, highest: int) -> None:
    assert Store([order(number=number)]).highest_number == highest


def test_a_full_store_takes_no_more_orders_and_says_how_to_go_on() -> None:
    store = Store([order(id="a")], orders_max=2)
    store.make_room(1)
    with pytest.raises(LimitReached, match=r"makes 3 orders in this site, the emulator keeps 2; .* --orders-max"):
        store.make_room(2)


def test_an_order_that_is_there_already_needs_no_room() -> None:
    store = Store([order(id="a")], orders_max=1)
    store.put(order(id="a", number="7"))
    store.make_room(0)
    assert store.order("a").number == "7"


def test_what_was_made_of_an_order_is_kept_until_it_changes() -> None:
    before, after = shipped("a", "1"), shipped("a", "1", "2")
    store = Store([before])
    assert store.rendered(before, numbers_of) is store.rendered(before, numbers_of)
    store.put(after)
    assert store.rendered(after, numbers_of) == b"1 2"


def test_what_was_made_of_an_order_is_not_told_of_another_state_of_it() -> None:
    before, after = shipped("a", "1"), shipped("a", "1", "2")
    store = Store([before])
    store.rendered(before, numbers_of)
    assert store.rendered(after, numbers_of) == b"1 2"
    assert store.rendered(before, numbers_of) == b"1"


def test_with_other_orders_nothing_is_left_of_what_was_made() -> None:
    before, after = shipped("a", "1"), shipped("a", "2")
    store = Store([before])
    store.rendered(before, numbers_of)
    store.clear([after])
    assert store.rendered(after, numbers_of) == b"2"


def test_of_what_was_made_of_orders_only_so_much_is_kept() -> None:
    made: list[str] = []

    def render(one: Order) -> bytes:
        made.append(one.id)
        return b"x" * (100_000 if one.id == "long" else 1)

    orders = [order(id=one) for one in ("long", *map(str, range(5_000)))]
    store = Store(orders)
    for one in [*orders, orders[0], orders[1], orders[-1]]:
        store.rendered(one, render)
    assert made[len(orders) :] == ["long", "0"]


def numbers_of(one: Order) -> bytes:
    return " ".join(
        each.tracking_info.tracking_number or "" for each in one.fulfillments if each.tracking_info
    ).encode()
