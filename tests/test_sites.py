"""Sites: created when first named, apart from each other, and dropped fairly."""

import gc
import weakref
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from emulator.domain.behaviours import Behaviours
from emulator.domain.deliveries import Subscription
from emulator.domain.site_ids import DEFAULT_SITE_ID
from emulator.operations.control import create_orders
from emulator.operations.fulfillments import create
from emulator.outbox import Outbox
from emulator.seeds import Seed
from emulator.site import Setup, Site
from emulator.sites import Sites
from tests.factories import ITEM, NOW, ORDER_ID, draft, fulfillment, order

SUBSCRIPTION = Subscription(id="1", url="http://127.0.0.1:9/webhooks", event_types=("*fulfillments_updated",))


def sites(sites_max: int = 3, **setup: object) -> Sites:
    return Sites(Setup(seed=Seed((order(),)), random_seed=1, start=NOW)._replace(**setup), sites_max)  # type: ignore[arg-type]  # by name


def ship(site: Site) -> None:
    create(site, ORDER_ID, draft(ITEM, 1))


def test_a_site_is_created_when_it_is_first_named() -> None:
    made = sites()
    assert "a" not in made
    made.site("a")
    assert "a" in made


def test_without_a_name_it_is_the_default_site() -> None:
    assert sites().site().id == DEFAULT_SITE_ID


def test_what_happens_on_one_site_changes_nothing_on_another() -> None:
    made = sites()
    one, other = made.site("a"), made.site("b")
    before = other.fingerprint()
    ship(one)
    one.outbox.subscribe(SUBSCRIPTION)
    one.clock.advance(timedelta(hours=1))
    create_orders(one, {}, 2)
    assert other.fingerprint() == before
    assert other.journal.entries() == ()


def test_with_a_seed_each_site_has_ids_of_its_own() -> None:
    made = sites()
    assert made.site("a").ids.guid() != made.site("b").ids.guid()


def test_the_ids_of_a_site_do_not_depend_on_its_neighbours() -> None:
    alone, beside = sites(), sites()
    ship(beside.site("b"))
    assert alone.site("a").ids.guid() == beside.site("a").ids.guid()


def test_one_too_many_drops_the_least_recently_used() -> None:
    made = sites(sites_max=2)
    made.site("a")
    made.site("b")
    made.site("a")
    made.site("c")
    assert [name for name in "abc" if name in made] == ["a", "c"]


def test_a_dropped_site_is_fresh_when_it_comes_again() -> None:
    made = sites(sites_max=1)
    fresh = made.site("a").fingerprint()
    ship(made.site("a"))
    made.site("b")
    assert made.site("a").fingerprint() == fresh


@pytest.fixture
def no_collections() -> Iterator[None]:
    """What goes, goes for want of references, or stays."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collections")
def test_nothing_of_a_dropped_site_stays_and_it_takes_no_garbage_collection() -> None:
    made = sites(sites_max=1)
    ship(made.site("a"))
    dropped = weakref.ref(made.site("a"))
    made.site("b")
    assert dropped() is None


def test_who_delivers_is_woken_for_a_dropped_site_that_has_nothing_to_deliver_any_more() -> None:
    woken: list[tuple[str, datetime | None]] = []
    made = sites(sites_max=1, wake=lambda site: woken.append((site.id, site.outbox.next_due())))
    made.site("a").outbox.subscribe(SUBSCRIPTION)
    ship(made.site("a"))
    made.site("b")
    assert woken == [("a", NOW), ("a", None)]


def walking(**setup: object) -> Sites:
    seed = Seed((order(fulfillments=[fulfillment(1)]),))
    return sites(1, seed=seed, behaviours=Behaviours(lifecycle="on"), **setup)


def test_who_delivers_is_woken_for_a_site_that_starts_and_for_one_that_is_reset_with_what_walks() -> None:
    woken: list[tuple[str, bool]] = []
    made = walking(wake=lambda site: woken.append((site.id, site.walks.next_due() is not None)))
    site = made.site("a")
    assert woken == [("a", True)]
    site.reset()
    assert woken == [("a", True)] * 2


def test_nothing_walks_on_a_dropped_site() -> None:
    woken: list[tuple[str, bool]] = []
    made = walking(wake=lambda site: woken.append((site.id, site.walks.next_due() is not None)))
    made.site("a")
    made.site("b")
    assert [walks for site_id, walks in woken if site_id == "a"][-1] is False


def test_a_site_with_a_request_in_flight_is_not_dropped() -> None:
    made = sites(sites_max=2)
    made.site("a").requests_in_flight += 1
    made.site("b")
    made.site("c")
    assert [name for name in "abc" if name in made] == ["a", "c"]


def test_a_site_with_a_due_delivery_is_not_dropped() -> None:
    made = sites(sites_max=2, subscriptions=(SUBSCRIPTION,))
    ship(made.site("a"))
    made.site("b")
    made.site("c")
    assert [name for name in "abc" if name in made] == ["a", "c"]


def test_a_site_with_a_delivery_in_flight_is_not_dropped() -> None:
    made = sites(sites_max=2, subscriptions=(SUBSCRIPTION,))
    ship(made.site("a"))
    take_due(made.site("a").outbox)
    made.site("b")
    made.site("c")
    assert [name for name in "abc" if name in made] == ["a", "c"]


def test_a_site_with_a_delivery_for_later_goes_after_one_without() -> None:
    made = sites(sites_max=2, subscriptions=(SUBSCRIPTION,))
    ship(made.site("a"))
    made.site("a").clock.set(NOW - timedelta(minutes=1))
    made.site("b")
    made.site("c")
    assert [name for name in "abc" if name in made] == ["a", "c"]


def test_the_default_site_goes_last() -> None:
    made = sites(sites_max=2)
    made.site()
    made.site("b")
    made.site("c")
    assert DEFAULT_SITE_ID in made
    assert [name for name in "bc" if name in made] == ["c"]


def test_if_no_site_is_idle_the_least_recently_used_without_a_request_goes() -> None:
    made = sites(sites_max=2, subscriptions=(SUBSCRIPTION,))
    made.site("a").requests_in_flight += 1
    ship(made.site("b"))
    made.site("c")
    assert [name for name in "abc" if name in made] == ["a", "c"]


def test_while_every_site_has_a_request_none_is_dropped() -> None:
    made = sites(sites_max=1)
    made.site("a").requests_in_flight += 1
    made.site("b")
    assert len(made) == 2


def test_what_is_in_flight_for_a_dropped_site_comes_to_nothing() -> None:
    made = sites(sites_max=1)
    dropped = made.site("a")
    epoch = dropped.epoch
    made.site("b")
    assert dropped.epoch != epoch


def take_due(outbox: Outbox) -> None:
    (lane,) = outbox.lanes_due(NOW)
    assert outbox.take_due(lane, NOW) is not None
