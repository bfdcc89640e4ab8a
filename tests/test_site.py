from datetime import timedelta

import pytest

from emulator.domain.behaviours import Behaviours
from emulator.operations.control import create_orders, reset
from emulator.operations.fulfillments import create, delete
from emulator.site import Setup, Site
from tests.factories import NOW, ORDER_ID, draft, order, site


def use(used: Site) -> None:
    """Change everything that a caller can change."""
    fulfilled = create(used, ORDER_ID, draft())
    delete(used, ORDER_ID, fulfilled.fulfillments[0].id)
    create(used, ORDER_ID, draft())
    create_orders(used, {}, 2)
    used.clock.advance(timedelta(hours=1))


def test_a_site_starts_with_the_orders_of_its_seed() -> None:
    one = order()
    assert site(one).store.orders() == (one,)


def test_equal_histories_have_equal_fingerprints() -> None:
    one, other = site(order()), site(order())
    assert one.fingerprint() == other.fingerprint()
    use(one)
    use(other)
    assert one.fingerprint() == other.fingerprint()


@pytest.mark.parametrize(
    "change",
    [
        lambda used: create(used, ORDER_ID, draft()),
        lambda used: create_orders(used, {}, 1),
        lambda used: used.clock.advance(timedelta(seconds=1)),
        lambda used: used.store.put(order(buyerNote="ring twice")),
        lambda used: used.ids.guid(),
    ],
    ids=["a fulfillment", "an order", "time", "a field", "an id"],
)
def test_any_change_shows_in_the_fingerprint(change: object) -> None:
    used = site(order())
    before = used.fingerprint()
    assert callable(change)
    change(used)
    assert used.fingerprint() != before


def test_a_reset_site_is_as_a_fresh_one() -> None:
    used = site(order())
    use(used)
    assert reset(used) == site(order()).fingerprint() == used.fingerprint()
    assert used.store.orders() == (order(),)
    assert used.clock.now() == NOW
    assert used.journal.entries() == ()


def test_a_reset_site_goes_on_as_a_fresh_one() -> None:
    used, fresh = site(order()), site(order())
    use(used)
    reset(used)
    use(used)
    use(fresh)
    assert used.fingerprint() == fresh.fingerprint()


def test_behaviours_are_those_of_the_setup() -> None:
    behaviours = Behaviours(line_item_split="once")
    assert Site("a", Setup(behaviours=behaviours)).behaviours is behaviours
