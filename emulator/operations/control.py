"""What the control plane can do to a site."""

from collections.abc import Iterable, Mapping
from typing import Any

from emulator.domain.orders import Order
from emulator.seeds import SeedError, parse
from emulator.site import Site


def create_orders(site: Site, partial: Mapping[str, Any], count: int) -> list[Order]:
    """That many new orders, each the partial order completed with generated data.

    Raises pydantic's ValidationError for a partial order that is wrong, LimitReached; then none is created.
    """
    site.store.make_room(0 if "id" in partial and site.store.find(str(partial["id"])) else count)
    orders = []
    with site.ids.given_back_on_failure():
        for offset in range(count):
            number = str(site.store.highest_number + 1 + offset)
            orders.append(site.setup.samples.order(partial, ids=site.ids, number=number, now=site.clock.now()))
    _put(site, orders)
    return orders


def merge_seed(site: Site, document: Any) -> list[Order]:
    """The orders of a seed document, put in place of those with the same ids.

    Raises SeedError, LimitReached, and then changes nothing.
    """
    with site.ids.given_back_on_failure():
        first_number = site.store.highest_number + 1
        seed = parse(document, "", site.setup.samples, site.ids, site.clock.now(), first_number=first_number)
        if seed.api_keys:
            raise SeedError("", "apiKeys", "are the same for every site; start the emulator with --seed FILE")
        site.store.make_room(sum(site.store.find(order.id) is None for order in seed.orders))
    _put(site, seed.orders)
    return list(seed.orders)


def reset(site: Site) -> str:
    """The fingerprint of the site, which is as a fresh one again."""
    site.reset()
    return site.fingerprint()


def _put(site: Site, orders: Iterable[Order]) -> None:
    """Hold the orders, and have their fulfillments walk if the lifecycle is on (R601)."""
    now, are_any_walking = site.clock.now(), False
    for order in orders:
        site.store.put(order)
        are_any_walking |= site.walks.follow(order, now)
    if are_any_walking:
        site.wake()
