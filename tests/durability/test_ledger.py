"""What is written of a site: what has changed since, and no more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from emulator.domain.deliveries import Sealed, Subscription
from emulator.durability.ledger import Ledger, Page
from emulator.durability.rows import state_from
from emulator.faults import Effect, Fault
from emulator.operations.control import create_orders
from emulator.operations.fulfillments import create
from emulator.operations.lifecycle import set_lifecycle, take_due_steps
from emulator.outbox import Outbox
from emulator.site import Site
from emulator.snapshots import fill, state_of
from tests.events import delivery
from tests.factories import ITEM, NOW, ORDER_ID, draft, guid, order, site
from tests.test_snapshots import busy_site

REST = ("sites", "")


class Book:
    """A ledger, and the notes that it has given."""

    def __init__(self, made: Site, *, is_kept: bool = True) -> None:
        self.notes: list[bool] = []
        self.ledger = Ledger(made, lambda _, is_told: self.notes.append(is_told), is_kept=is_kept)

    def tables(self) -> list[str]:
        """The tables in which rows are written now."""
        return sorted({table for table, _ in self.taken().values})

    def taken(self) -> Page:
        page = self.ledger.take()
        self.ledger.confirm()
        return page


def hundred_orders() -> Site:
    return site(*[order(id=guid(number)) for number in range(100)])


def test_one_changed_order_of_many_is_one_row() -> None:
    made = hundred_orders()
    book = Book(made)
    create(made, guid(50), draft(ITEM, 1))
    page = book.taken()
    assert not page.is_whole
    assert [row for table, row in page.values if table == "orders"] == [guid(50)]
    assert sorted({table for table, _ in page.values}) == ["orders", "sequences", "sites"]


def test_what_was_taken_is_not_taken_again() -> None:
    made = busy_site()
    book = Book(made)
    create(made, ORDER_ID, draft(ITEM, 1))
    assert book.tables() == ["deliveries", "orders", "places", "sequences", "sites", "walks"]
    assert book.tables() == []


@pytest.mark.parametrize(
    ("touch", "tables"),
    [
        (lambda one: one.outbox.subscribe(Subscription(id="9", url="http://127.0.0.1:9")), ["sites"]),
        (lambda one: one.clock.advance(timedelta(seconds=1)), ["sites"]),
        (lambda one: one.faults.arm(Fault("g", "getOrder", Effect(status=500))), ["sites"]),
        (lambda one: one.ids.request_id(), ["sites"]),
        (lambda one: create_orders(one, {}, 1), ["orders", "sites"]),
        (lambda one: one.outbox.next_sequence("x"), ["sequences"]),
        (lambda one: one.outbox.put(delivery("new")), ["deliveries", "places"]),
        (lambda one: one.outbox.unsubscribe("1"), ["deliveries", "places", "sites"]),
        (lambda one: one.outbox.keep_sealed(one.outbox.deliveries()[1].id, Sealed(b"", "")), ["deliveries"]),
        (lambda one: set_lifecycle(one, one.store.orders()[1].id, "off"), ["lifecycles"]),
        (lambda one: one.walks.take_due(one.clock.now() + timedelta(days=1)), ["walks"]),
    ],
)
def test_every_change_is_written_in_its_table_only(touch: Callable[[Site], object], tables: list[str]) -> None:
    made = busy_site()
    book = Book(made)
    touch(made)
    assert book.tables() == tables


def test_a_walk_that_goes_on_is_written_behind_the_others() -> None:
    made = busy_site()
    create(made, ORDER_ID, draft(ITEM, 1))
    book = Book(made)
    made.clock.advance(timedelta(minutes=10))
    assert take_due_steps(made) == 2
    written = [row for table, row in book.taken().values if table == "walks"]
    assert written == [walk.fulfillment_id for walk in made.walks.state().walks]


def test_a_delivery_that_is_queued_again_meanwhile_is_written_in_its_latest_place() -> None:
    made = site()
    book = Book(made)
    for name in "ab":
        made.outbox.put(delivery(name))
    made.outbox.put(replace(delivery("a"), due=NOW + timedelta(seconds=1)))
    values = book.taken().values
    assert [row for table, row in values if table == "deliveries"] == ["a", "b"]
    assert [row for table, row in values if table == "places"] == ["b", "a"]


def test_event_numbers_are_written_in_the_order_of_their_use_and_forgotten_ones_go() -> None:
    made = site()
    made.outbox = Outbox((), 10, made.changes, sequences_max=2)
    book = Book(made)
    for entity_id in ("a", "b", "a", "c"):
        made.outbox.next_sequence(entity_id)
    written = {row: value for (table, row), value in book.taken().values.items() if table == "sequences"}
    assert written == {"a": 2, "b": None, "c": 1}
    assert [row for row, number in written.items() if number] == ["a", "c"]


def test_what_is_forgotten_is_taken_out_of_the_file() -> None:
    made = site()
    made.outbox = Outbox((), 1, made.changes)
    made.outbox.put(delivery("old"))
    book = Book(made)
    made.outbox.put(delivery("new"))
    values = book.taken().values
    assert values["deliveries", "old"] is values["places", "old"] is None
    assert values["deliveries", "new"] == delivery("new")


def test_a_site_that_the_file_does_not_have_is_written_whole() -> None:
    made = busy_site()
    page = Book(made, is_kept=False).taken()
    rows: dict[str, list[tuple[str, str]]] = {}
    for table, row, document in page.rows().rows:
        rows.setdefault(table, []).append((row, document or ""))
    other = site()
    fill(other, state_from(rows))
    assert page.is_whole
    assert other.fingerprint() == made.fingerprint()


@pytest.mark.parametrize("touch", [Site.reset, lambda one: fill(one, state_of(busy_site()))])
def test_a_site_that_was_reset_or_restored_is_written_whole(touch: Callable[[Site], object]) -> None:
    made = busy_site()
    book = Book(made)
    touch(made)
    assert book.taken().is_whole
    assert not book.taken().is_whole


def test_what_could_not_be_written_is_taken_again_before_what_came_since() -> None:
    made = site()
    book = Book(made)
    first, second, third = create_orders(made, {}, 3)
    book.ledger.take()
    made.store.put(second)
    (fourth,) = create_orders(made, {}, 1)
    book.ledger.put_back()
    page = book.taken()
    orders = [row for table, row in page.values if table == "orders"]
    assert orders == [first.id, second.id, third.id, fourth.id]
    assert REST in page.values
    assert book.tables() == []


def test_a_whole_site_that_could_not_be_written_is_written_whole_the_next_time() -> None:
    book = Book(busy_site(), is_kept=False)
    book.ledger.take()
    book.ledger.put_back()
    assert book.taken().is_whole


def test_questions_alone_do_not_make_a_site_that_is_kept() -> None:
    made = site()
    book = Book(made, is_kept=False)
    made.changes.tell("request", None)
    assert book.notes == []
    made.changes.tell("control", "pauseClock")
    assert book.notes == [True]


def test_a_request_moves_counters_of_a_kept_site_and_is_nothing_to_wait_for() -> None:
    made = site()
    book = Book(made)
    made.changes.tell("request", None)
    assert book.notes == [False]


@pytest.mark.parametrize("skip", [0, 1])
def test_a_fault_that_a_call_meets_or_passes_is_a_change_to_wait_for(skip: int) -> None:
    made = site()
    made.faults.arm(Fault("f", "getOrder", Effect(status=500), skip=skip))
    book = Book(made)
    made.faults.take("createOrder")
    assert book.notes == []
    made.faults.take("getOrder")
    assert book.notes == [True]
    assert book.tables() == ["sites"]


def test_a_ledger_that_is_closed_hears_nothing_more() -> None:
    made = site(order())
    book = Book(made)
    book.ledger.stop()
    create_orders(made, {}, 1)
    assert book.notes == []
