"""A site as rows, and back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from emulator.domain.deliveries import Attempt, Sealed
from emulator.durability.rows import TABLES, RowError, Rows, state_from
from emulator.outbox import Outbox
from emulator.site import Site
from emulator.snapshots import fill, state_of
from tests.events import delivery
from tests.factories import NOW, ORDER_ID, site
from tests.test_snapshots import busy_site


def rows_of(made: Site) -> dict[str, list[tuple[str, str]]]:
    return {table.name: [(row, table.encode(table.find(made, row))) for row in table.ids(made)] for table in TABLES}


def loaded(rows: Rows) -> Site:
    other = site(site_id="b")
    fill(other, state_from(rows))
    return other


def test_a_site_is_the_same_after_the_way_through_its_rows() -> None:
    made = busy_site()
    made.walks.set_lifecycle(made.store.orders()[1], "off", NOW)
    made.rate_limit.clear(NOW, 3)
    other = loaded(rows_of(made))
    assert state_of(other) == state_of(made)
    assert other.fingerprint() == made.fingerprint()


def test_every_part_of_a_site_has_a_table() -> None:
    made = busy_site()
    assert all(rows_of(made).values()), "the busy site has a bit of everything"


def test_a_sealed_delivery_keeps_its_bytes() -> None:
    made = busy_site()
    made.outbox.keep_sealed(made.outbox.deliveries()[0].id, Sealed(bytes(range(256)), "text/plain"))
    kept = loaded(rows_of(made)).outbox.deliveries()[0].sealed
    assert kept == Sealed(bytes(range(256)), "text/plain")


def test_deliveries_are_queued_and_forgotten_in_the_same_order() -> None:
    made = site()
    made.outbox = Outbox((), 10, made.changes)
    for name in "abcd":
        made.outbox.put(delivery(name))
    for name in "ca":
        made.outbox.put(delivery(name).attempted(Attempt(NOW, 200, None, 1)))
    made.outbox.put(replace(delivery("b"), due=NOW + timedelta(seconds=1)))
    assert loaded(rows_of(made)).outbox.state() == made.outbox.state()


@pytest.mark.parametrize(
    ("table", "spoil", "message"),
    [
        ("orders", lambda text: text.replace("APPROVED", "SOLD"), f"orders {ORDER_ID}: status must be one of"),
        ("orders", lambda text: text[:-1], f"orders {ORDER_ID}: "),
        ("deliveries", lambda text: text.replace("waiting", "lost"), "status must be one of"),
        ("deliveries", lambda text: text.replace("1.fulfillments_updated", "1.teleported"), "must be one of"),
        ("places", lambda _: "[]", "places "),
        ("sequences", lambda _: '"many"', "sequences "),
        ("walks", lambda _: "{}", "order_id"),
        ("lifecycles", lambda _: '"sometimes"', f"lifecycles {ORDER_ID}: must be off, on, or how long"),
        ("sites", lambda _: "{}", "sites: time"),
    ],
)
def test_a_row_that_no_emulator_has_written_is_refused_and_named(
    table: str, spoil: Callable[[str], str], message: str
) -> None:
    rows = rows_of(busy_site())
    rows[table] = [(row, spoil(document)) for row, document in rows[table]]
    with pytest.raises(RowError) as refused:
        state_from(rows)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("table", "message"),
    [("sites", "sites: there is no row of it"), ("places", "outbox.queue lacks the waiting delivery")],
)
def test_rows_that_are_missing_are_noticed(table: str, message: str) -> None:
    rows: dict[str, Any] = rows_of(busy_site()) | {table: []}
    with pytest.raises(RowError, match=message):
        state_from(rows)
