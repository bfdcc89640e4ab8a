"""Puts the parts together: the only place that knows all of them."""

from emulator.api.call import Facts
from emulator.api.gateway import Gateway
from emulator.api.routes import OPERATIONS
from emulator.ids import Ids
from emulator.samples import Samples
from emulator.seeds import load
from emulator.settings import Settings
from emulator.site import Setup
from emulator.sites import Sites


def create_app(settings: Settings | None = None, *, port: int | None = None) -> Gateway:
    """The emulator as an ASGI application, its seed loaded. `port` is the one it got, if the settings leave it open.

    Raises SeedError for a seed that cannot be used.
    """
    settings = settings or Settings()
    samples = Samples()
    ids = Ids(None if settings.random_seed is None else str(settings.random_seed))
    setup = Setup(
        seed=load(settings.seed, samples, ids),
        samples=samples,
        behaviours=settings.behaviours,
        random_seed=settings.random_seed,
        start=settings.start(),
        journal_entries_max=settings.journal_entries_max,
    )
    facts = Facts(
        base_url=settings.url(settings.port if port is None else port),
        app_id=settings.app_id,
        app_secret=settings.app_secret,
        instance_id=settings.instance_id,
    )
    sites = Sites(setup, settings.sites_max)
    return Gateway(OPERATIONS, sites, facts, body_bytes_max=settings.body_bytes_max)
