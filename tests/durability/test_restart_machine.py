"""Any sequence of calls with restarts in between: after each of them every site is as it was."""

import tempfile
from pathlib import Path

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from emulator.settings import Settings
from emulator.site import Site
from emulator.snapshots import SiteState, state_of
from tests.test_site_machine import NOWHERE, SITES, Sites, sites


class KeptSites(Sites):
    """The sites of that machine, in a state file."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        super().__init__()

    def settings(self) -> Settings:
        state = Path(self.folder.name) / "state.db"
        return super().settings().model_copy(update={"state": state, "state_sync": "full"})

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()

    @rule(sites_max=st.sampled_from([1, 20]), is_killed=st.booleans())
    def restart(self, sites_max: int, is_killed: bool) -> None:
        before = {name: self.known(self.site(name)) for name in SITES}
        if is_killed:  # everything was answered, so nothing is left to write
            assert self.app.emulator.keeper is not None
            self.app.emulator.keeper.file.close()
        self.stop()
        self.start(self.settings().model_copy(update={"sites_max": sites_max}))
        assert {name: self.known(self.site(name)) for name in SITES} == before
        self.fingerprints = {name: self.site(name).fingerprint() for name in SITES}

    @rule(name=sites)
    def unsubscribe(self, name: str) -> None:
        for webhook in self.control(name, "GET", "webhooks")["webhooks"][:1]:
            self.control(name, "DELETE", f"webhooks/{webhook['id']}")
        self.control(name, "POST", "webhooks", {"url": NOWHERE})

    @rule(name=sites)
    def look_at_deliveries(self, name: str) -> None:
        self.control(name, "GET", "deliveries")

    def known(self, site: Site) -> SiteState:
        """What is so of the site, but for how many requests it has named: nobody waits for that to be written."""
        state = state_of(site)
        return state.model_copy(update={"ids": (state.ids.seed, state.ids.drawn)})


TestKeptSites = KeptSites.TestCase
TestKeptSites.settings = hypothesis_settings(max_examples=10, stateful_step_count=25)
