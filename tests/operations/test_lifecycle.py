"""The lifecycle simulation at work on a site."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from emulator.domain.deliveries import Subscription
from emulator.domain.refusals import OrderNotFound
from emulator.operations.control import create_orders, merge_seed
from emulator.operations.fulfillments import create, delete, update
from emulator.operations.lifecycle import set_lifecycle, take_due_steps
from emulator.operations.provider_states import NO_ORDERS, set_up
from emulator.site import Site
from tests.factories import ITEM, ORDER_ID, draft, fulfillment, order, patch, site

FAST = "1s,1s,1s,1s,1s"


def walking() -> Site:
    made = site(order(), lifecycle=FAST)
    made.outbox.subscribe(Subscription(id="1", url="http://127.0.0.1:9", event_types=("*fulfillments_updated",)))
    create(made, ORDER_ID, draft(ITEM, 1))
    return made


def statuses(made: Site) -> list[str | None]:
    return [one.status for one in made.store.order(ORDER_ID).fulfillments]


def after(made: Site, seconds: float) -> list[str | None]:
    made.clock.advance(timedelta(seconds=seconds))
    take_due_steps(made)
    return statuses(made)


@pytest.mark.rule("R601")
def test_a_fulfillment_takes_a_step_for_each_interval() -> None:
    made = walking()
    assert [after(made, 1) for _ in range(6)] == [
        ["Pending"],
        ["Accepted"],
        ["Ready"],
        ["In_Delivery"],
        ["Fulfilled"],
        ["Fulfilled"],
    ]


@pytest.mark.rule("R601")
def test_each_step_is_an_update_with_its_webhook() -> None:
    made = walking()
    for _ in range(5):
        after(made, 1)
    told = [one.event.json_body()["fulfillments"][0].get("status") for one in made.outbox.deliveries()]
    assert told == [None, "Pending", "Accepted", "Ready", "In_Delivery", "Fulfilled"]
    assert [one.event.sequence for one in made.outbox.deliveries()] == [1, 2, 3, 4, 5, 6]


@pytest.mark.rule("R602")
def test_a_status_that_a_call_sets_counts() -> None:
    made = walking()
    (parcel,) = made.store.order(ORDER_ID).fulfillments
    update(made, ORDER_ID, parcel.id, patch(status="In_Delivery"))
    assert after(made, 1) == ["Fulfilled"]


@pytest.mark.rule("R602")
def test_a_deleted_fulfillment_walks_no_more() -> None:
    made = walking()
    (parcel,) = made.store.order(ORDER_ID).fulfillments
    delete(made, ORDER_ID, parcel.id)
    before = len(made.outbox.deliveries())
    assert after(made, 10) == []
    assert len(made.outbox.deliveries()) == before


def test_without_the_setting_nothing_moves() -> None:
    made = site(order())
    create(made, ORDER_ID, draft(ITEM, 1))
    assert after(made, 10**7) == [None]


def test_one_order_can_be_set_to_walk_with_the_fulfillments_that_it_has() -> None:
    made = site(order())
    create(made, ORDER_ID, draft(ITEM, 1))
    set_lifecycle(made, ORDER_ID, FAST)
    assert after(made, 1) == ["Pending"]


SHIPPED = {"lineItems": [{"id": ITEM, "quantity": 2}], "fulfillments": [fulfillment(1)]}
LATER = [fulfillment(2, status="In_Delivery"), fulfillment(3, status="Fulfilled")]


@pytest.mark.rule("R601")
def test_the_fulfillments_that_a_site_starts_with_walk() -> None:
    made = site(order(fulfillments=[fulfillment(1), *LATER]), lifecycle=FAST)
    assert after(made, 1) == ["Pending", "Fulfilled", "Fulfilled"]
    assert after(made, 1) == ["Accepted", "Fulfilled", "Fulfilled"]


@pytest.mark.rule("R601")
def test_the_fulfillments_that_a_reset_site_has_again_walk_from_the_start() -> None:
    made = site(order(fulfillments=[fulfillment(1)]), lifecycle=FAST)
    fresh = made.fingerprint()
    after(made, 2)
    made.reset()
    assert made.fingerprint() == fresh
    assert after(made, 1) == ["Pending"]


@pytest.mark.rule("R601")
@pytest.mark.parametrize(
    "give",
    [
        lambda made: create_orders(made, {"id": ORDER_ID, **SHIPPED}, 1),
        lambda made: merge_seed(made, {"orders": [{"id": ORDER_ID, **SHIPPED}]}),
    ],
    ids=["createOrders", "seed"],
)
def test_the_fulfillments_that_a_site_is_given_walk(give: Callable[[Site], object]) -> None:
    made = site(lifecycle=FAST)
    give(made)
    assert after(made, 1) == ["Pending"]


def test_without_the_setting_no_fulfillment_of_a_seed_moves() -> None:
    made = site(order(fulfillments=[fulfillment(1)]))
    merge_seed(made, {"orders": [{"id": "another", **SHIPPED}]})
    assert after(made, 10**7) == [None]


def test_a_site_that_is_to_have_no_orders_has_nothing_that_walks() -> None:
    made = site(order(fulfillments=[fulfillment(1)]), lifecycle=FAST)
    set_up(made, [NO_ORDERS], {})
    assert made.walks.next_due() is None


def test_an_order_that_stands_still_does_so_when_it_is_given_again() -> None:
    made = site(order(), lifecycle=FAST)
    set_lifecycle(made, ORDER_ID, "off")
    merge_seed(made, {"orders": [{"id": ORDER_ID, **SHIPPED}]})
    assert after(made, 10) == [None]


def test_an_unknown_order_cannot_be_set_to_walk() -> None:
    with pytest.raises(OrderNotFound):
        set_lifecycle(site(), "nobody", "on")
