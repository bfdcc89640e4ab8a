"""Puts the parts together: the only place that knows all of them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from emulator.api.admission import Admission
from emulator.api.call import Emulator, Tls
from emulator.api.credentials import Guard
from emulator.api.fulfillment_routes import FULFILLMENTS
from emulator.api.gateway import Gateway
from emulator.api.paths import PathTable
from emulator.api.stream import Streams
from emulator.domain.credentials import ApiKey
from emulator.ids import Ids
from emulator.operations.lifecycle import take_due_steps
from emulator.samples import Samples
from emulator.seeds import Seed, SeedError, load
from emulator.settings import Settings
from emulator.site import Setup
from emulator.sites import Sites
from emulator.webhooks.dispatcher import Dispatcher
from emulator.webhooks.envelope import Sealer
from emulator.webhooks.keys import SigningKey
from emulator.webhooks.transport import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.api.contract import Contract
    from emulator.api.operation import Operation
    from emulator.durability.keeper import Keeper


def create_app(settings: Settings | None = None, *, port: int | None = None, tls: Tls | None = None) -> Gateway:
    """The emulator as an ASGI application, its seed loaded. `port` is the one it got, if the settings leave it open.

    Raises SeedError for a seed that cannot be used, KeyFileError for a key, StateFileError for a state file.
    """
    settings = settings or Settings()
    sealer = Sealer(SigningKey(settings.key_file), SigningKey.wrong(), settings.app_id, settings.instance_id)
    keeper = _keeper(settings)
    dispatcher = Dispatcher(
        sealer,
        HttpTransport(),
        in_background=settings.delivery == "background",
        committed=keeper.committed if keeper is not None else None,
    )
    setup = _setup(settings, dispatcher)
    emulator = Emulator(
        sites=_sites(setup, settings.sites_max, keeper),
        dispatcher=dispatcher,
        sealer=sealer,
        guard=_guard(settings, setup.seed),
        admission=Admission(settings.names(), settings.origins(), settings.control_token),
        api_key=settings.api_key,
        base_url=settings.url(settings.port if port is None else port),
        app_id=settings.app_id,
        app_secret=settings.app_secret,
        instance_id=settings.instance_id,
        streams=Streams(),
        tls=tls,
        keeper=keeper,
    )
    return Gateway(
        PathTable(FULFILLMENTS, _emulated),
        _control,
        emulator,
        body_bytes_max=settings.body_bytes_max,
        contract=_contract() if settings.check_responses else None,
    )


def _setup(settings: Settings, dispatcher: Dispatcher) -> Setup:
    samples = Samples()
    ids = Ids(str(settings.random_seed))  # what seeds leave out is generated alike in every run, asked for or not
    return Setup(
        seed=_fitting(load(settings.seed, samples, ids, settings.time), settings),
        samples=samples,
        behaviours=settings.behaviours,
        random_seed=settings.random_seed,
        start=settings.time,
        subscriptions=settings.subscriptions(),
        rate_limit=settings.rate_limit,
        journal_entries_max=settings.journal_entries_max,
        deliveries_max=settings.deliveries_max,
        orders_max=settings.orders_max,
        wake=dispatcher.wake,
        take_due_steps=take_due_steps,
    )


def _fitting(seed: Seed, settings: Settings) -> Seed:
    if len(seed.orders) > settings.orders_max:
        reason = (
            f"{len(seed.orders)} orders are more than --orders-max {settings.orders_max} allows; raise it to "
            f"--orders-max {len(seed.orders)}, or start with --seed empty"
        )
        raise SeedError(", ".join(settings.seed), "", reason)
    return seed


def _keeper(settings: Settings) -> "Keeper | None":
    if settings.state is None:
        return None
    from emulator.durability.file import StateFile
    from emulator.durability.keeper import Keeper

    waits = settings.state_sync == "full"
    return Keeper(StateFile(settings.state, syncs=waits), waits=waits)


def _sites(setup: Setup, sites_max: int, keeper: "Keeper | None") -> Sites:
    """The sites that are kept, and those to come. All are read, so that a damaged file is refused before it is used."""
    sites = Sites(setup, sites_max, keeper)
    if keeper is not None:
        with keeper.file.closed_on_failure(), _garbage_left_alone():
            for site_id in keeper.file.site_ids():
                sites.site(site_id)
    return sites


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """All that is read stays; looking through it for garbage again and again would take longer than reading it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _guard(settings: Settings, seed: Seed) -> Guard:
    api_keys = (ApiKey(settings.api_key), *seed.api_keys)
    return Guard(settings.auth, settings.app_secret, {api_key.key: api_key for api_key in api_keys})


def _emulated() -> "Iterable[Operation]":
    from emulator.api.emulated_routes import EMULATED

    return EMULATED


def _control() -> "Iterable[Operation]":
    from emulator.api.control_routes import CONTROL

    return CONTROL


def _contract() -> "Contract":
    from emulator.api.contract import own_contract

    return own_contract()
