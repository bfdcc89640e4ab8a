from emulator.changes import ChangeKind, Changes
from emulator.journal import Entry
from emulator.site import Setup, Site
from tests.events import delivery
from tests.factories import NOW, order

Told = list[tuple[ChangeKind, object]]


def listening(changes: Changes) -> Told:
    told: Told = []
    changes.listen(lambda kind, subject: told.append((kind, subject)))
    return told


def watched(told: Told) -> Told:
    """What a stream shows of it."""
    return [(kind, subject) for kind, subject in told if kind != "detail"]


def test_every_listener_is_told_in_the_order_in_which_they_came() -> None:
    changes, told = Changes(), []
    changes.listen(lambda kind, subject: told.append((1, kind, subject)))
    changes.listen(lambda kind, subject: told.append((2, kind, subject)))
    changes.tell("control", "reset")
    assert told == [(1, "control", "reset"), (2, "control", "reset")]


def test_one_who_stopped_is_told_no_more() -> None:
    changes, told = Changes(), []
    stop = changes.listen(lambda kind, subject: told.append((kind, subject)))
    stop()
    changes.tell("control", "reset")
    assert told == []


def test_a_site_tells_of_its_orders_requests_and_deliveries() -> None:
    site = Site("a", Setup())
    told = listening(site.changes)
    made, queued = order(), delivery("d")
    site.store.put(made)
    entry = Entry("1", NOW, "GET", "/")
    site.journal.record(entry)
    site.journal.close(entry)
    site.outbox.put(queued)
    assert watched(told) == [("order", made), ("request", entry), ("delivery", queued)]


def test_a_request_is_told_when_it_is_complete_and_not_if_nobody_kept_it() -> None:
    site = Site("a", Setup())
    told = listening(site.changes)
    site.journal.record(Entry("1", NOW, "GET", "/"))
    site.journal.close(Entry("2", NOW, "GET", "/_emulator/health"))
    assert told == []
