"""All sites of one emulator: created when first named, and dropped when there are too many."""

import logging
from collections import OrderedDict
from typing import TYPE_CHECKING

from emulator.domain.site_ids import DEFAULT_SITE_ID
from emulator.site import Setup, Site

if TYPE_CHECKING:
    from emulator.durability.keeper import Keeper

SITES_MAX = 1_000

_log = logging.getLogger("emulator")


class Sites:
    """Finds sites by id, and keeps `sites_max` of them.

    One too many, and the least recently used idle one goes: no request of it is in flight, and no delivery is in
    flight or due. One without planned retries goes before one with them, and the default site goes last. So a suite
    that makes many sites cannot take one away that somebody works with just now. If none is idle, the least recently
    used one without a request goes with its deliveries; only when each has a request are there more.

    With a `keeper`, a site that is named again is as it was when it went, and none goes before the file has all of it.
    """

    def __init__(self, setup: Setup, sites_max: int = SITES_MAX, keeper: "Keeper | None" = None) -> None:
        self.setup = setup
        self._keeper = keeper
        self._sites_max = sites_max
        self._sites: OrderedDict[str, Site] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sites)

    def __contains__(self, site_id: str) -> bool:
        return site_id in self._sites

    @property
    def dropped_deliveries(self) -> int:
        """How many deliveries of all sites were dropped before they had been sent, for lack of room."""
        return sum(site.outbox.dropped for site in self._sites.values())

    def ids(self) -> tuple[str, ...]:
        """All sites, the least recently used first."""
        return tuple(self._sites)

    def site(self, site_id: str | None = None) -> Site:
        """The site of that id, fresh from the seed if it is new; without an id the default site.

        Raises StateFileError if its keeper cannot read it.
        """
        site_id = site_id or DEFAULT_SITE_ID
        site = self._sites.get(site_id)
        if site is None:
            if len(self._sites) >= self._sites_max:
                self._drop_one()
            site = Site(site_id, self.setup)
            if self._keeper is not None:
                self._keeper.adopt(site)
            elif site.walks.next_due() is not None:
                site.wake()
            self._sites[site_id] = site
        else:
            self._sites.move_to_end(site_id)
        return site

    def _drop_one(self) -> None:
        unused = [site for site in self._sites.values() if not site.requests_in_flight and self._may_go(site)]
        if not unused:
            return
        dropped = min(unused, key=_worth)  # of equals the first, which is the least recently used
        _log.info("site %s is dropped, because there are %d sites", dropped.id, len(self._sites))
        del self._sites[dropped.id]
        if self._keeper is not None:
            self._keeper.release(dropped)
        dropped.reset()  # a new epoch: deliveries in flight and timers of it come to nothing
        dropped.outbox.clear(())
        dropped.walks.clear()
        dropped.wake()  # nothing is due any more: whoever was to be woken for it lets go of it

    def _may_go(self, site: Site) -> bool:
        return self._keeper is None or self._keeper.has_all_of(site)


def _worth(site: Site) -> tuple[bool, bool, bool]:
    """What speaks against dropping a site, the weightiest first."""
    return site.id == DEFAULT_SITE_ID, not site.is_idle, site.outbox.next_due() is not None
