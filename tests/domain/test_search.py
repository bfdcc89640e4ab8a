"""Searching orders: sorted as the reference sorts them, page by page, whatever happens in between."""

import base64
import json
import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.domain.orders import Order
from emulator.domain.refusals import InvalidRequest
from emulator.domain.search import DEFAULT_SORT, Page, Search, compile_sort, find, read_cursor
from emulator.domain.wire import format_timestamp
from tests.domain.search_reference import DECLARED, SORTABLE, fields_of, filters, matches, orders, ranked
from tests.factories import NOW, guid, order

Sort = tuple[tuple[str, str], ...]


def search(
    wanted: dict[str, Any] | None = None, *, sort: Sort = DEFAULT_SORT, limit: int = 100, cursor: str | None = None
) -> Search:
    return read_cursor(cursor) if cursor else Search(wanted or {}, sort, limit)


def numbered(*numbers: int, **fields: Any) -> list[Order]:
    """Orders a minute apart, the first one the oldest."""
    return [
        order(
            id=guid(number),
            number=str(number),
            createdDate=format_timestamp(NOW + timedelta(minutes=number)),
            **fields,
        )
        for number in numbers
    ]


def numbers(page: Page) -> list[int]:
    return [int(one.number) for one in page.orders]


def pages(held: Iterable[Order], first: Search) -> list[Page]:
    held, found = list(held), [find(held, first)]
    while (cursor := found[-1].next) is not None:
        found.append(find(held, read_cursor(cursor)))
        assert len(found) <= len(held) + 1, "the pages go round in circles"
    return found


# Sorting


@pytest.mark.rule("R411", "R413")
@settings(max_examples=100)
@given(data=st.data())
def test_orders_are_found_and_sorted_as_the_reference_does(data: st.DataObject) -> None:
    wanted = data.draw(filters())
    directions = st.tuples(st.sampled_from(SORTABLE), st.sampled_from(["ASC", "DESC"]))
    sort = data.draw(st.lists(directions, min_size=1, max_size=4, unique_by=lambda one: one[0]))
    paths = fields_of(wanted) | {path for path, _ in sort}
    drawn = data.draw(st.lists(orders(paths), max_size=5))
    wires = [wire | {"id": guid(number)} for number, wire in enumerate(drawn)]
    page = find(map(Order.model_validate, wires), search(wanted, sort=tuple(sort)))

    groups = ranked([wire for wire in wires if matches(wanted, wire)], sort)
    ids = [one.id for one in page.orders]
    for group in groups:
        assert set(ids[: len(group)]) == set(group)
        del ids[: len(group)]
    assert ids == []


@pytest.mark.rule("R411", "R412")
@settings(max_examples=100)
@given(data=st.data())
def test_pages_put_together_are_what_one_page_would_be(data: st.DataObject) -> None:
    directions = st.tuples(st.sampled_from(SORTABLE), st.sampled_from(["ASC", "DESC"]))
    sort = tuple(data.draw(st.lists(directions, min_size=1, max_size=2, unique_by=lambda one: one[0])))
    drawn = data.draw(st.lists(orders({path for path, _ in sort}), max_size=7))
    held = [Order.model_validate(wire | {"id": guid(number)}) for number, wire in enumerate(drawn)]
    whole = find(held, search(sort=sort)).orders
    limit = data.draw(st.integers(1, 3))
    found = pages(held, search(sort=sort, limit=limit))
    assert [one for page in found for one in page.orders] == whole
    assert all(len(page.orders) == limit for page in found[:-1])


@pytest.mark.rule("R411")
def test_the_newest_order_comes_first_unless_told_otherwise() -> None:
    held = numbered(2, 1, 3)
    assert numbers(find(held, search())) == [3, 2, 1]
    assert numbers(find(held, search(sort=(("createdDate", "ASC"),)))) == [1, 2, 3]


@pytest.mark.rule("R411")
def test_of_equals_the_next_sort_field_decides_and_in_the_end_the_id() -> None:
    held = [
        order(id=guid(1), number="1", buyerInfo={"email": "b"}),
        order(id=guid(2), number="2", buyerInfo={"email": "a"}),
        order(id=guid(4), number="4", buyerInfo={"email": "a"}),
        order(id=guid(3), number="4", buyerInfo={"email": "a"}),
    ]
    found = find(held, search(sort=(("buyerInfo.email", "ASC"), ("number", "DESC"))))
    assert [one.id for one in found.orders] == [guid(3), guid(4), guid(2), guid(1)]


@pytest.mark.rule("R411", "R412")
def test_of_dates_that_are_printed_alike_the_id_decides_on_every_page() -> None:
    held = [order(id=guid(number), updatedDate=f"2026-01-01T00:00:00.33400{9 - number}Z") for number in range(4)]
    sort = (("updatedDate", "ASC"),)
    found = [find(held, search(sort=sort)), *pages(held, search(sort=sort, limit=1))]
    ids = [[one.id for one in page.orders] for page in found]
    assert ids == [[guid(number) for number in range(4)], *([guid(number)] for number in range(4))]


@pytest.mark.rule("R413")
def test_a_missing_value_sorts_first_and_last_the_other_way_round() -> None:
    held = [
        *numbered(1, buyerInfo={"email": "b"}),
        *numbered(2),
        *numbered(3, buyerInfo={"email": "a"}),
    ]
    assert numbers(find(held, search(sort=(("buyerInfo.email", "ASC"),)))) == [2, 3, 1]
    assert numbers(find(held, search(sort=(("buyerInfo.email", "DESC"),)))) == [1, 3, 2]


@pytest.mark.rule("R411")
def test_order_numbers_sort_as_numbers_and_other_texts_behind_them() -> None:
    held = [order(id=guid(place), number=text) for place, text in enumerate(["B-2", "10", "9", "B-10"])]
    found = find(held, search(sort=(("number", "ASC"),)))
    assert [one.number for one in found.orders] == ["9", "10", "B-10", "B-2"]


@pytest.mark.rule("R411")
def test_amounts_sort_as_numbers() -> None:
    held = [
        order(id=guid(place), number=str(place), priceSummary={"total": {"amount": amount}})
        for place, amount in enumerate(["10.00", "9", "-1", "9.5"])
    ]
    assert numbers(find(held, search(sort=(("priceSummary.total.amount", "ASC"),)))) == [2, 1, 3, 0]


@pytest.mark.rule("R411")
@pytest.mark.parametrize("path", [path for path in DECLARED if path not in SORTABLE] + ["buyerNote", "", "$and"])
def test_a_field_that_does_not_sort_is_refused(path: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        compile_sort([(path, "ASC")])
    assert refused.value.message == f"search.sort Field '{path}' is not declared as sortable"
    assert refused.value.rule.id == "R411"


# What is never found


@pytest.mark.rule("R411")
@pytest.mark.parametrize("wanted", [{}, {"status": "INITIALIZED"}, {"status": {"$in": ["INITIALIZED", "APPROVED"]}}])
def test_an_initialized_order_is_never_found(wanted: dict[str, Any]) -> None:
    held = [*numbered(1, status="INITIALIZED"), *numbered(2)]
    assert 1 not in numbers(find(held, search(wanted)))


# Paging


@pytest.mark.rule("R411")
@pytest.mark.parametrize(("limit", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (100, [5])])
def test_a_page_has_no_more_orders_than_its_limit(limit: int, sizes: list[int]) -> None:
    assert [len(page.orders) for page in pages(numbered(*range(5)), search(limit=limit))] == sizes


@pytest.mark.rule("R411")
def test_nothing_found_is_one_empty_page() -> None:
    assert find([], search()) == Page([], None, None)


@pytest.mark.rule("R412")
def test_only_the_last_page_has_no_next_and_only_the_first_no_previous() -> None:
    found = pages(numbered(*range(6)), search(limit=2))
    assert [page.next is None for page in found] == [False, False, True]
    assert [page.previous is None for page in found] == [True, False, False]


@pytest.mark.rule("R412")
def test_the_way_back_leads_over_the_same_pages() -> None:
    held = numbered(*range(7))
    forth = pages(held, search(limit=2))
    back = [forth[-1]]
    while (cursor := back[-1].previous) is not None and len(back) < 10:
        back.append(find(held, read_cursor(cursor)))
    assert [numbers(page) for page in reversed(back)] == [numbers(page) for page in forth]


@pytest.mark.rule("R412")
def test_a_page_that_was_reached_backwards_leads_forwards_again() -> None:
    held = numbered(*range(6))
    second = find(held, read_cursor(pages(held, search(limit=2))[-1].previous or ""))
    assert numbers(find(held, read_cursor(second.next or ""))) == [1, 0]


@pytest.mark.rule("R412")
def test_a_cursor_keeps_filter_sort_and_limit() -> None:
    held = [*numbered(*range(10)), *numbered(10, 11, paymentStatus="NOT_PAID")]
    first = find(held, search({"paymentStatus": "PAID"}, sort=(("number", "ASC"),), limit=4))
    second = find(held, read_cursor(first.next or ""))
    assert (numbers(first), numbers(second)) == ([0, 1, 2, 3], [4, 5, 6, 7])


@pytest.mark.rule("R412")
def test_a_cursor_continues_behind_its_order_even_when_that_is_gone() -> None:
    held = numbered(*range(6))
    first = find(held, search(limit=2))
    left = [one for one in held if one.number != "4"]
    assert numbers(find(left, read_cursor(first.next or ""))) == [3, 2]


@pytest.mark.rule("R412")
@pytest.mark.parametrize("sort", [(("createdDate", "DESC"),), (("number", "ASC"),), (("buyerInfo.email", "ASC"),)])
def test_no_order_that_stands_still_is_lost_or_repeated_while_others_change(sort: Sort) -> None:
    chance = random.Random(949)  # noqa: S311 - a test's own, and repeatable
    fields = [{}, {"buyerInfo": {"email": "a"}}, {"buyerInfo": {"email": "b"}}]
    held = {one.id: one for number in range(1_000) for one in numbered(number, **fields[number % 3])}
    still, seen = {guid(number) for number in range(0, 1_000, 2)}, []
    page, newest = find(held.values(), search(sort=sort, limit=37)), 1_000
    while True:
        seen += [one.id for one in page.orders]
        assert len(seen) < 5_000, "the pages go round in circles"
        if page.next is None:
            break
        for _ in range(5):  # between pages: some are created, some changed in what is sorted by, some deleted
            newest += 1
            held |= {one.id: one for one in numbered(newest, **fields[newest % 3])}
            restless = sorted(held.keys() - still)
            moved = held[chance.choice(restless)]
            date = NOW + timedelta(minutes=chance.randrange(-500, 1_500))
            held[moved.id] = moved.model_copy(
                update={"created_date": date, "number": str(chance.randrange(-1_000, 2_000)), "buyer_info": None}
            )
            del held[chance.choice(restless)]
        page = find(held.values(), read_cursor(page.next))
    assert sorted(one for one in seen if one in still) == sorted(still)


# Cursors that no search has answered with


def forged(**fields: Any) -> str:
    held = {
        "filter": {},
        "sort": [["createdDate", "DESC"]],
        "limit": 2,
        "back": False,
        "after": ["2026-01-01T00:00:00+00:00", guid(1)],
    }
    return base64.urlsafe_b64encode(json.dumps(held | fields).encode()).decode()


def test_the_cursor_that_the_next_tests_forge_would_be_a_good_one() -> None:
    assert find(numbered(1), read_cursor(forged())) == Page([], None, None)


@pytest.mark.rule("R412")
@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "eyJhIjoxfQ==",
        "W10=",
        "bnVsbA==",
        "äöü",
        "=",
        " ",
        base64.urlsafe_b64encode(b"[" * 11_000).decode(),
        forged(after=[]),
        forged(after=["2026-01-01T00:00:00+00:00"]),
        forged(after=["yesterday", guid(1)]),
        forged(after=[1, guid(1)]),
        forged(after=["2026-01-01T00:00:00+00:00", 7]),
        forged(after=["2026-01-01T00:00:00+00:00", None]),
        forged(after="ab"),
        forged(limit=101),
        forged(limit=-1),
        forged(limit="many"),
        forged(limit=1e400),
        forged(sort="createdDate"),
        forged(sort=[["createdDate"]]),
        forged(sort=[["createdDate", "DOWN"]]),
        forged(filter=[1]),
        forged(filter="x"),
        forged(back="yes"),
    ],
    ids=lambda cursor: cursor[:20],
)
def test_a_forged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        find(numbered(1, 2, 3), read_cursor(cursor))
    assert refused.value.message == ("search.cursorPaging.cursor is not a cursor that a search has answered with")
    assert refused.value.rule.id == "R412"


@pytest.mark.rule("R411")
@pytest.mark.parametrize("fields", [{"sort": [["buyerNote", "ASC"]], "after": ["x", guid(1)]}, {"filter": {"x": 1}}])
def test_a_forged_cursor_can_search_for_nothing_that_is_not_declared(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="is not declared as") as refused:
        find(numbered(1), read_cursor(forged(**fields)))
    assert refused.value.rule.id == "R411"


@pytest.mark.rule("R412")
@given(text=st.text(max_size=30) | st.binary(max_size=30).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_no_text_is_anything_but_a_cursor_or_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        find([], read_cursor(text))
