"""What the control plane can do to a site."""

from collections.abc import Mapping
from typing import Any

from emulator.domain.orders import Order
from emulator.seeds import SeedError, parse
from emulator.site import Site


def create_orders(site: Site, partial: Mapping[str, Any], count: int) -> list[Order]:
    """That many new orders, each the partial order completed with generated data.

    Raises pydantic's ValidationError for a partial order that is wrong; then none is created.
    """
    orders = []
    with site.ids.given_back_on_failure():
        for offset in range(count):
            number = str(site.store.highest_number + 1 + offset)
            orders.append(site.setup.samples.order(partial, ids=site.ids, number=number, now=site.clock.now()))
    for order in orders:
        site.store.put(order)
    return orders


def merge_seed(site: Site, document: Any) -> list[Order]:
    """The orders of a seed document, put in place of those with the same ids.

    Raises SeedError, and then changes nothing.
    """
    with site.ids.given_back_on_failure():
        seed = parse(document, "", site.setup.samples, site.ids, site.clock.now())
        if seed.api_keys:
            raise SeedError("", "apiKeys", "are the same for every site; start the emulator with --seed FILE")
    for order in seed.orders:
        site.store.put(order)
    return list(seed.orders)


def reset(site: Site) -> str:
    """The fingerprint of the site, which is as a fresh one again."""
    site.reset()
    return site.fingerprint()
