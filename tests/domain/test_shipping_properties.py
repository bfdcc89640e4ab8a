"""Any sequence of calls, with any quantities, against a model of ten lines that only counts."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pydantic_core import to_json

from emulator.domain.fulfillments import FulfillmentDraft
from emulator.domain.orders import Order
from emulator.domain.refusals import Refusal
from emulator.operations import fulfillments as operations
from tests.factories import FOREIGN_ITEM, guid, order, patch, site

ITEMS = [f"00000000-0000-0000-0000-{number:012d}" for number in (1, 2, 3)]

Wanted = tuple[list[tuple[str, int | None]], str | None]

quantities = st.lists(st.integers(1, 6), min_size=1, max_size=3)
orders = st.lists(
    st.tuples(quantities, st.sampled_from(["APPROVED"] * 5 + ["PENDING", "CANCELED"])), min_size=1, max_size=3
)
line_items = st.lists(
    st.tuples(st.sampled_from([*ITEMS, *ITEMS, FOREIGN_ITEM]), st.none() | st.integers(1, 4)), min_size=1, max_size=3
)
numbers = st.none() | st.sampled_from("ABC")
wanted = st.tuples(line_items, numbers)
position = st.integers(0, 3)


@dataclass
class Expected:
    """What an order should hold: a count of line items and a tracking number for each fulfillment."""

    ordered: Counter[str]
    approved: bool
    held: dict[str, Counter[str]] = field(default_factory=dict)
    numbers: dict[str, str | None] = field(default_factory=dict)

    def remaining(self) -> Counter[str]:
        left = Counter(self.ordered)
        for one in self.held.values():
            left.subtract(one)
        return left

    def allotted(self, wish: Wanted) -> Counter[str] | None:
        """What a new fulfillment would hold; None if it must be refused."""
        items, number = wish
        left, taken = self.remaining(), Counter[str]()
        for item_id, quantity in items:
            taking = left[item_id] if quantity is None else quantity
            if not 0 < taking <= left[item_id]:
                return None
            left[item_id] -= taking
            taken[item_id] += taking
        is_duplicate = number is not None and number in self.numbers.values()
        return taken if self.approved and not is_duplicate else None

    def status(self) -> str:
        if not self.held:
            return "NOT_FULFILLED"
        return "PARTIALLY_FULFILLED" if any(self.remaining().values()) else "FULFILLED"


class Shop(RuleBasedStateMachine):
    @initialize(described=orders)
    def open(self, described: list[tuple[list[int], str]]) -> None:
        made = [
            order(dict(zip(ITEMS, counts, strict=False)), id=f"order {index}", number=str(index), status=status)
            for index, (counts, status) in enumerate(described)
        ]
        self.site = site(*made)
        self.expected = {
            one.id: Expected(Counter({item.id: item.quantity for item in one.line_items}), one.status == "APPROVED")
            for one in made
        }

    # What a caller does

    @rule(which=position, wish=wanted)
    def create(self, which: int, wish: Wanted) -> None:
        order_id = self._order_id(which)
        before, allotted = self._state(), self._allotted(order_id, wish)
        try:
            after = operations.create(self.site, order_id, _draft(wish))
        except Refusal:
            assert allotted is None
            assert self._state() == before
        else:
            self._note(after, allotted, wish)

    @rule(which=position, wish=wanted)
    def create_and_delete(self, which: int, wish: Wanted) -> None:
        order_id = self._order_id(which)
        if self._allotted(order_id, wish) is None:
            return
        before = self._state(with_history=False)
        created = operations.create(self.site, order_id, _draft(wish))
        operations.delete(self.site, order_id, created.fulfillments[-1].id)
        assert self._state(with_history=False) == before

    @rule(which=position, nth=position, number=numbers, with_items=st.sampled_from(["none", "same", "other"]))
    def update(self, which: int, nth: int, number: str | None, with_items: str) -> None:
        order_id = self._order_id(which)
        fulfillment_id = self._fulfillment_id(order_id, nth)
        changes: dict[str, Any] = {"trackingInfo": number and {"trackingNumber": number, "shippingProvider": "ups"}}
        expected = self.expected.get(order_id)
        is_known = expected is not None and fulfillment_id in expected.held
        if expected is not None and is_known and with_items != "none":
            held = expected.held[fulfillment_id]
            changes["lineItems"] = self._items_of(order_id, fulfillment_id)
            if with_items == "other":
                changes["lineItems"][0]["quantity"] = held.total() + 1
        before = self._state()
        try:
            operations.update(self.site, order_id, fulfillment_id, patch(**changes))
        except Refusal:
            assert self._state() == before
            assert not is_known or with_items == "other" or self._is_taken(order_id, fulfillment_id, number)
        else:
            assert expected is not None
            assert is_known
            assert with_items != "other"
            expected.numbers[fulfillment_id] = number

    @rule(which=position, nth=position)
    def delete(self, which: int, nth: int) -> None:
        order_id = self._order_id(which)
        fulfillment_id = self._fulfillment_id(order_id, nth)
        before = self._state()
        try:
            operations.delete(self.site, order_id, fulfillment_id)
        except Refusal:
            assert self._state() == before
            assert order_id not in self.expected or fulfillment_id not in self.expected[order_id].held
        else:
            del self.expected[order_id].held[fulfillment_id], self.expected[order_id].numbers[fulfillment_id]

    @rule(entries=st.lists(st.tuples(position, st.lists(wanted, min_size=1, max_size=2)), min_size=1, max_size=3))
    def create_in_bulk(self, entries: list[tuple[int, list[Wanted]]]) -> None:
        asked = [(self._order_id(which), wishes) for which, wishes in entries]
        bulk = [operations.BulkEntry(order_id, tuple(map(_draft, wishes))) for order_id, wishes in asked]
        before = self._state()
        outcomes = operations.create_in_bulk(self.site, bulk)
        assert len(outcomes) == len(asked)
        changed = {one.id for one in outcomes if isinstance(one, Order)}
        assert {key for key, value in self._state().items() if value != before[key]} == changed
        for (order_id, wishes), outcome in zip(asked, outcomes, strict=True):
            self._expect_entry(order_id, wishes, outcome)

    # What must hold after each call

    @precondition(lambda self: hasattr(self, "site"))
    @invariant()
    def each_order_holds_what_is_expected(self) -> None:
        for one in self.site.store.orders():
            held = {each.id: _count(each.line_items) for each in one.fulfillments}
            assert held == self.expected[one.id].held

    @precondition(lambda self: hasattr(self, "site"))
    @invariant()
    def fulfilled_never_exceeds_ordered_and_totals_conserve(self) -> None:
        for one in self.site.store.orders():
            fulfilled = sum((_count(each.line_items) for each in one.fulfillments), start=Counter[str]())
            for item in one.line_items:
                assert 0 <= fulfilled[item.id] <= item.quantity
                assert fulfilled[item.id] + one.remaining()[item.id] == item.quantity

    @precondition(lambda self: hasattr(self, "site"))
    @invariant()
    def the_status_agrees_with_the_quantities(self) -> None:
        for one in self.site.store.orders():
            assert one.fulfillment_status == self.expected[one.id].status()

    # The machine's own

    def _order_id(self, which: int) -> str:
        """One of the orders, or one past the last: unknown."""
        return f"order {which % (len(self.expected) + 1)}"

    def _fulfillment_id(self, order_id: str, nth: int) -> str:
        """One of the order's fulfillments, or an unknown one."""
        known = [*self.expected[order_id].held] if order_id in self.expected else []
        return [*known, guid(0)][nth % (len(known) + 1)]

    def _allotted(self, order_id: str, wish: Wanted) -> Counter[str] | None:
        return self.expected[order_id].allotted(wish) if order_id in self.expected else None

    def _is_taken(self, order_id: str, fulfillment_id: str, number: str | None) -> bool:
        others = {one: taken for one, taken in self.expected[order_id].numbers.items() if one != fulfillment_id}
        return number is not None and number in others.values()

    def _items_of(self, order_id: str, fulfillment_id: str) -> list[dict[str, Any]]:
        held = self.site.store.order(order_id).fulfillment(fulfillment_id)
        return [item.model_dump(by_alias=True) for item in held.line_items]

    def _note(self, after: Order, allotted: Counter[str] | None, wish: Wanted) -> None:
        assert allotted is not None
        made = after.fulfillments[-1]
        assert _count(made.line_items) == allotted
        self.expected[after.id].held[made.id] = allotted
        self.expected[after.id].numbers[made.id] = wish[1]

    def _expect_entry(self, order_id: str, wishes: list[Wanted], outcome: Order | Refusal) -> None:
        """One entry of a bulk call: all of its fulfillments or none."""
        if order_id not in self.expected:
            assert isinstance(outcome, Refusal)
            return
        expected = self.expected[order_id]
        trial = Expected(expected.ordered, expected.approved, dict(expected.held), dict(expected.numbers))
        new = iter(outcome.fulfillments[-len(wishes) :] if isinstance(outcome, Order) else ())
        for index, wish in enumerate(wishes):
            allotted = trial.allotted(wish)
            if allotted is None:
                assert isinstance(outcome, Refusal)
                return
            key = next(new).id if isinstance(outcome, Order) else f"trial {index}"
            trial.held[key], trial.numbers[key] = allotted, wish[1]
        assert isinstance(outcome, Order)
        self.expected[order_id] = trial

    def _state(self, *, with_history: bool = True) -> dict[str, Any]:
        """Everything about every order; without its history, what can be undone."""
        left_out = set() if with_history else {"updated_date", "activities"}
        return {
            one.id: (one.model_dump_json(exclude=left_out), to_json(one.with_all_fulfillments()))
            for one in self.site.store.orders()
        }


def _draft(wish: Wanted) -> FulfillmentDraft:
    items, number = wish
    wire: dict[str, Any] = {"lineItems": [{"id": item_id, "quantity": quantity} for item_id, quantity in items]}
    if number is not None:
        wire["trackingInfo"] = {"trackingNumber": number, "shippingProvider": "dhl"}
    return FulfillmentDraft.model_validate(wire)


def _count(items: Any) -> Counter[str]:
    counted = Counter[str]()
    for item in items:
        counted[item.id] += item.quantity
    return counted


TestAnySequenceOfCalls = Shop.TestCase
TestAnySequenceOfCalls.settings = settings(max_examples=150, stateful_step_count=25)
