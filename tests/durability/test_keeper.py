"""The keeper: when changes are written, who waits for that, and what happens when they cannot be."""

import asyncio
import logging
import threading
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from emulator.domain.behaviours import Behaviours
from emulator.domain.deliveries import Subscription
from emulator.durability.file import NotWritten, SiteRows, StateFile, StateFileError
from emulator.durability.keeper import Keeper
from emulator.operations.control import create_orders
from emulator.operations.fulfillments import create
from emulator.operations.lifecycle import take_due_steps
from emulator.seeds import Seed
from emulator.site import Setup, Site
from emulator.sites import Sites
from tests.factories import ITEM, NOW, ORDER_ID, draft, fulfillment, order

PATIENCE_S = 20
SUBSCRIPTION = Subscription(id="flag", url="http://127.0.0.1:9/flag")


class Disk(StateFile):
    """A state file that counts its commits, and whose disk can be full, or slow."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, syncs=False)
        self.commits: list[list[str]] = []
        self.is_full = False
        self._may_go_on = threading.Event()
        self._may_go_on.set()
        self.is_busy = threading.Event()
        self.has_refused = threading.Event()

    def write(self, batch: Iterable[SiteRows]) -> None:
        batch = list(batch)
        self.is_busy.set()
        assert self._may_go_on.wait(PATIENCE_S)
        self.is_busy.clear()
        if self.is_full:
            self.has_refused.set()
            raise NotWritten("the disk is full")
        super().write(batch)
        self.commits.append([site.site_id for site in batch])

    @contextmanager
    def held(self) -> Iterator[None]:
        """A commit that begins meanwhile lasts until the block is over."""
        self._may_go_on.clear()
        try:
            yield
        finally:
            self._may_go_on.set()

    async def busy(self) -> None:
        """Return when a commit has begun."""
        assert await asyncio.to_thread(self.is_busy.wait, PATIENCE_S)

    async def refused(self) -> None:
        """Return when a commit has failed since the last one that did."""
        assert await asyncio.to_thread(self.has_refused.wait, PATIENCE_S)
        self.has_refused.clear()


class Emulator:
    """Sites with a keeper, and the file below it."""

    def __init__(self, path: Path, *, waits: bool = True, sites_max: int = 10, **setup: Any) -> None:
        self.disk = Disk(path)
        self.keeper = Keeper(self.disk, waits=waits)
        self.woken: list[str] = []
        made = Setup(seed=Seed((order(),)), random_seed=1, start=NOW, wake=lambda site: self.woken.append(site.id))
        self.sites = Sites(made._replace(**setup), sites_max, self.keeper)

    def site(self, site_id: str = "a") -> Site:
        return self.sites.site(site_id)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def run(work: Coroutine[Any, Any, None]) -> None:
    async def patiently() -> None:
        async with asyncio.timeout(PATIENCE_S):
            await work

    asyncio.run(patiently())


def ship(site: Site) -> None:
    create(site, ORDER_ID, draft(ITEM, 1))


def saved(path: Path, site_id: str = "a", **setup: Any) -> str:
    """The fingerprint of the site as the next emulator finds it."""
    next_one = Emulator(path, **setup)
    try:
        return next_one.site(site_id).fingerprint()
    finally:
        next_one.disk.close()


# Keeping


@pytest.mark.parametrize("waits", [True, False])
def test_a_site_is_after_a_restart_as_it_was(path: Path, waits: bool) -> None:
    async def work() -> None:
        emulator = Emulator(path, waits=waits)
        ship(emulator.site("a"))
        emulator.site("b").reset()
        create_orders(emulator.site("b"), {}, 2)
        await emulator.keeper.close()
        assert [saved(path, name) for name in "ab"] == [emulator.site(name).fingerprint() for name in "ab"]

    run(work())


def test_behind_the_answers_many_changes_are_one_commit(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path, waits=False)
        for name in ("a", "b", "a"):
            ship(emulator.site(name))
            assert await emulator.keeper.kept(emulator.site(name)) is None
        assert emulator.disk.commits == []
        await written(emulator)
        assert emulator.disk.commits == [["a", "b"]]
        emulator.disk.close()  # as a kill would, without a clean end
        assert saved(path) == emulator.site().fingerprint()

    run(work())


async def written(emulator: Emulator) -> None:
    """Return when nothing is left to write."""
    if emulator.keeper._writing is not None:
        await emulator.keeper._writing


def test_what_an_answer_tells_is_in_the_file_before_it_leaves(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path)
        ship(emulator.site())
        assert await emulator.keeper.kept(emulator.site()) is None
        emulator.disk.close()  # as a kill would, without a clean end
        assert saved(path) == emulator.site().fingerprint()

    run(work())


def test_who_waits_during_a_commit_shares_the_next_one(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path)
        sites = [emulator.site(name) for name in "abcd"]
        with emulator.disk.held():
            ship(sites[0])
            first = asyncio.create_task(emulator.keeper.kept(sites[0]))
            await emulator.disk.busy()
            for site in sites:
                ship(site)
            others = [asyncio.create_task(emulator.keeper.kept(site)) for site in sites]
        assert await asyncio.gather(first, *others) == [None] * 5
        assert emulator.disk.commits == [["a"], ["a", "b", "c", "d"]]
        await emulator.keeper.close()

    run(work())


def test_who_waits_for_a_commit_that_has_begun_waits_for_its_end(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path)
        with emulator.disk.held():
            ship(emulator.site())
            first = asyncio.create_task(emulator.keeper.kept(emulator.site()))
            await emulator.disk.busy()
            late = asyncio.create_task(emulator.keeper.kept(emulator.site()))
            await asyncio.sleep(0)
            assert not late.done()
        assert (await first, await late) == (None, None)
        assert len(emulator.disk.commits) == 1
        await emulator.keeper.close()

    run(work())


def test_one_who_gives_up_waiting_takes_the_commit_from_nobody(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path)
        with emulator.disk.held():
            ship(emulator.site())
            impatient, patient = (asyncio.create_task(emulator.keeper.kept(emulator.site())) for _ in range(2))
            await emulator.disk.busy()
            impatient.cancel()
        assert await patient is None
        await emulator.keeper.close()

    run(work())


def big(site: Site) -> None:
    for number in range(1_001):
        site.store.put(order(id=f"{number}"))


def test_big_changes_are_written_one_by_one_behind_the_small_ones(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path)
        sites = {name: emulator.site(name) for name in "abcd"}
        for name in "ac":
            big(sites[name])
        for name in "bd":
            ship(sites[name])
        with emulator.disk.held():
            waiting = [asyncio.create_task(emulator.keeper.kept(site)) for site in sites.values()]
            await emulator.disk.busy()
        assert await asyncio.gather(*waiting) == [None] * 4
        assert emulator.disk.commits == [["b", "d"], ["a"], ["c"]]
        emulator.disk.close()  # as a kill would, without a clean end
        assert [saved(path, name) for name in sites] == [site.fingerprint() for site in sites.values()]

    run(work())


def test_who_waits_for_a_big_change_does_not_go_with_the_small_ones(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path)
        big(emulator.site("a"))
        ship(emulator.site("b"))
        of_big, of_small = (asyncio.create_task(emulator.keeper.kept(emulator.site(name))) for name in "ab")
        assert await of_small is None
        assert not of_big.done()
        assert await of_big is None
        await emulator.keeper.close()

    run(work())


def test_at_the_end_all_big_changes_are_written(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path, waits=False)
        for name in "ab":
            big(emulator.site(name))
        await emulator.keeper.close()
        assert sorted(emulator.disk.commits) == [["a"], ["b"]]

    run(work())


def test_who_has_changed_nothing_waits_for_nothing(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path)
        assert await emulator.keeper.kept(emulator.site()) is None
        await emulator.keeper.close()
        assert emulator.disk.commits == []

    run(work())


def test_a_site_that_nobody_has_changed_is_not_kept(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path)
        emulator.site().changes.tell("request", None)
        await emulator.keeper.close()

    run(work())
    reseeded = Emulator(path, seed=Seed(()))
    assert reseeded.site().store.orders() == ()
    reseeded.disk.close()


def test_counters_that_nobody_was_told_of_are_written_at_the_end(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path)
        ship(emulator.site())
        await emulator.keeper.kept(emulator.site())
        emulator.site().ids.request_id()
        await emulator.keeper.close()
        assert saved(path) == emulator.site().fingerprint()

    run(work())


# Taking up again


def test_a_kept_site_is_not_seeded_again_and_a_new_one_is(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path)
        create_orders(emulator.site(), {"id": "mine"}, 1)
        await emulator.keeper.close()

    async def again() -> None:
        emulator = Emulator(path, seed=Seed((order(id="reseeded"),)))
        assert [one.id for one in emulator.site("a").store.orders()] == [ORDER_ID, "mine"]
        assert [one.id for one in emulator.site("b").store.orders()] == ["reseeded"]
        emulator.site("a").reset()
        assert [one.id for one in emulator.site("a").store.orders()] == ["reseeded"]
        await emulator.keeper.close()

    run(work())
    run(again())


def test_ids_do_not_repeat_after_a_restart(path: Path) -> None:
    drawn: list[str] = []

    async def work() -> None:
        emulator = Emulator(path)
        drawn.extend(one.id for one in create_orders(emulator.site(), {}, 2))
        await emulator.keeper.close()

    run(work())
    run(work())
    assert len(set(drawn)) == 4


def test_whom_the_flags_subscribe_is_added_to_a_kept_site_once(path: Path) -> None:
    mine = Subscription(id="mine", url="http://127.0.0.1:9/mine")

    async def work() -> None:
        emulator = Emulator(path)
        emulator.site().outbox.subscribe(mine)
        create_orders(emulator.site(), {}, 1)
        await emulator.keeper.close()

    run(work())
    for moved in (SUBSCRIPTION, SUBSCRIPTION.model_copy(update={"id": "flag, in another place"})):
        again = Emulator(path, subscriptions=(moved,))
        assert tuple(again.site().outbox.subscriptions.values()) == (mine, SUBSCRIPTION)
        run(again.keeper.close())


def test_a_kept_subscription_stays_as_it_is_when_a_flag_has_its_id(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path, subscriptions=(SUBSCRIPTION,))
        create_orders(emulator.site(), {}, 1)
        await emulator.keeper.close()

    run(work())
    again = Emulator(path, subscriptions=(SUBSCRIPTION.model_copy(update={"format": "sdk"}),))
    assert tuple(again.site().outbox.subscriptions.values()) == (SUBSCRIPTION,)
    run(again.keeper.close())


def test_deliveries_that_found_no_room_any_more_do_not_come_back(path: Path) -> None:
    async def work(deliveries_max: int, expected: int) -> None:
        emulator = Emulator(path, subscriptions=(SUBSCRIPTION,), deliveries_max=deliveries_max)
        outbox = emulator.site().outbox
        assert len(outbox.deliveries()) == expected
        create_orders(emulator.site(), {}, 1)
        if not expected:
            ship(emulator.site())
        await emulator.keeper.kept(emulator.site())
        emulator.disk.close()  # as a kill would, without a clean end

    run(work(10, 0))
    run(work(1, 1))
    run(work(10, 1))


def test_sites_go_on_when_the_emulator_starts_and_not_before(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path)
        for name in "ab":
            create_orders(emulator.site(name), {}, 1)
        await emulator.keeper.close()

    run(work())
    again = Emulator(path)
    again.site("a")
    assert again.woken == []
    again.keeper.start()
    again.site("b")
    again.site("c")
    assert again.woken == ["a", "b"]
    again.disk.close()


def test_a_kept_site_has_the_walks_that_it_had_and_a_new_one_those_of_the_seed(path: Path) -> None:
    walking: dict[str, Any] = {
        "seed": Seed((order(fulfillments=[fulfillment(1)]),)),
        "behaviours": Behaviours(lifecycle="on"),
    }

    async def work() -> None:
        emulator = Emulator(path, **walking)
        emulator.site().clock.advance(timedelta(minutes=10))
        assert take_due_steps(emulator.site()) == 1
        (before,) = emulator.site().walks.state().walks
        await emulator.keeper.close()
        again = Emulator(path, **walking)
        assert again.site().walks.state().walks == (before,)
        again.keeper.start()
        assert [walk.status for walk in again.site("new").walks.state().walks] == [None]
        assert again.woken == ["a", "new"]
        await again.keeper.close()

    run(work())


def test_a_damaged_row_is_refused_and_named(path: Path) -> None:
    disk = Disk(path)
    disk.write([SiteRows("a", True, [("sites", "", "{}")])])
    disk.close()
    emulator = Emulator(path)
    with pytest.raises(StateFileError, match=r"state\.db is damaged: site a: sites: time must not be empty; choose"):
        emulator.site("a")
    assert "a" not in emulator.sites
    emulator.disk.close()


# Too many sites


def test_a_dropped_site_is_as_it_was_when_it_is_named_again(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path, sites_max=1)
        ship(emulator.site("a"))
        before = emulator.site("a").fingerprint()
        await written(emulator)
        emulator.site("b")
        assert "a" not in emulator.sites
        assert emulator.site("a").fingerprint() == before
        await emulator.keeper.close()
        assert saved(path) == before

    run(work())


def test_a_site_is_not_dropped_before_the_file_has_all_of_it(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path, sites_max=1)
        with emulator.disk.held():
            ship(emulator.site("a"))
            emulator.site("b")
            assert "a" in emulator.sites
            waiting = asyncio.create_task(emulator.keeper.kept(emulator.site("a")))
            await emulator.disk.busy()
            emulator.site("c")
            assert "a" in emulator.sites
        await waiting
        emulator.site("d")
        emulator.site("e")
        assert "a" not in emulator.sites
        await emulator.keeper.close()

    run(work())


# Trouble


@pytest.mark.parametrize("waits", [True, False])
def test_what_cannot_be_written_is_written_when_it_can(
    path: Path, waits: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        emulator = Emulator(path, waits=waits)
        emulator.disk.is_full = True
        for _ in range(3):
            ship(emulator.site())
            emulator.keeper._hurry.set()
            answer = await emulator.keeper.kept(emulator.site())
            assert answer == ("the disk is full" if waits else None)
            await emulator.disk.refused()
        assert str(emulator.keeper.trouble) == "the disk is full"
        assert emulator.disk.commits == []
        emulator.disk.is_full = False
        emulator.keeper._hurry.set()
        await written(emulator)
        assert emulator.keeper.trouble is None
        assert len(emulator.disk.commits) == 1
        emulator.disk.close()
        assert saved(path) == emulator.site().fingerprint()

    with caplog.at_level(logging.WARNING, "emulator.state"):
        run(work())
    told = [record.message for record in caplog.records]
    assert len(told) == 2, "once when it begins, and once when it ends"
    assert told[0].startswith("the disk is full; what changes is in memory only")
    assert told[1].endswith("is written again, nothing is missing")


def test_an_end_in_trouble_says_what_is_lost(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        emulator = Emulator(path)
        ship(emulator.site())
        emulator.disk.is_full = True
        await emulator.keeper.close()

    run(work())
    assert caplog.records[-1].message == "the latest changes of 1 sites are lost: the disk is full"


def test_a_fault_of_ours_is_told_and_does_not_end_the_writing(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        emulator = Emulator(path)
        unfit = order().model_copy(update={"number": object()})
        emulator.site().store._orders[ORDER_ID] = unfit
        emulator.site().changes.tell("control", "anything")
        trouble = await emulator.keeper.kept(emulator.site())
        assert trouble is not None
        emulator.site().reset()
        emulator.site().changes.tell("control", "reset")
        assert await emulator.keeper.kept(emulator.site()) is None
        await emulator.keeper.close()
        assert saved(path) == emulator.site().fingerprint()

    run(work())
    assert "the state file could not be written" in caplog.text


def test_who_waits_for_the_file_itself_outwaits_its_trouble_and_nothing_newer(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path)
        emulator.disk.is_full = True
        ship(emulator.site())
        waiting = asyncio.create_task(emulator.keeper.committed(emulator.site()))
        await emulator.disk.refused()
        emulator.keeper._hurry.set()
        await emulator.disk.refused()
        assert not waiting.done()
        emulator.disk.is_full = False
        emulator.keeper._hurry.set()
        await waiting
        with emulator.disk.held():
            ship(emulator.site())
            older = asyncio.create_task(emulator.keeper.committed(emulator.site()))
            await emulator.disk.busy()
            create_orders(emulator.site(), {}, 1)
            newer = emulator.site().changes
        await older
        newer.tell("control", "anything")
        await emulator.keeper.close()

    run(work())


@pytest.mark.parametrize("waits", [True, False])
def test_who_has_nothing_to_wait_for_does_not_wait_for_the_file(path: Path, waits: bool) -> None:
    async def work() -> None:
        emulator = Emulator(path, waits=waits)
        if not waits:
            ship(emulator.site())
        await emulator.keeper.committed(emulator.site())
        assert emulator.disk.commits == []
        await emulator.keeper.close()

    run(work())


def test_deliveries_wait_in_the_file_for_the_next_emulator(path: Path) -> None:
    async def work() -> None:
        emulator = Emulator(path, subscriptions=(SUBSCRIPTION,))
        ship(emulator.site())
        (lane,) = emulator.site().outbox.lanes_due(NOW)
        assert emulator.site().outbox.take_due(lane, NOW) is not None, "it is in flight"
        await emulator.keeper.close()

    run(work())
    again = Emulator(path, subscriptions=(SUBSCRIPTION,))
    outbox = again.site().outbox
    (lane,) = outbox.lanes_due(NOW)
    taken = [outbox.take_due(lane, NOW + timedelta(days=1)) for _ in range(3)]
    assert [one and one.event.sequence for one in taken] == [1, 1, None]  # the fulfillments', and the order's
    again.disk.close()
