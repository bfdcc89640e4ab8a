"""All sites of one emulator: created when first named, the least recently used one dropped when there are too many."""

from collections import OrderedDict

from emulator.site import Setup, Site

DEFAULT_SITE_ID = "5e7b1d60-0000-4000-8000-000000000949"


class Sites:
    """Finds sites by id."""

    def __init__(self, setup: Setup, sites_max: int = 1_000) -> None:
        self.setup = setup
        self._sites_max = sites_max
        self._sites: OrderedDict[str, Site] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sites)

    def site(self, site_id: str | None = None) -> Site:
        """The site of that id, fresh from the seed if it is new; without an id the default site."""
        site_id = site_id or DEFAULT_SITE_ID
        site = self._sites.get(site_id)
        if site is None:
            site = self._sites[site_id] = Site(site_id, self.setup)
            if len(self._sites) > self._sites_max:
                self._sites.popitem(last=False)
        else:
            self._sites.move_to_end(site_id)
        return site
