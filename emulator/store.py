"""A site's orders, with the index that a site-wide look at tracking numbers needs."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from emulator.domain.orders import Order
from emulator.domain.refusals import LimitReached, OrderNotFound

FIRST_NUMBER = 10_001
_NUMBER_DIGITS_MAX = 16  # a longer order number is somebody's own, not one that we count on from

ORDERS_MAX = 200_000
_RENDERED_MAX, _RENDERED_BYTES_MAX = 4_096, 8_192


class Store:
    """Holds orders by id. Values go in and come out; nothing else changes them."""

    def __init__(
        self,
        orders: Iterable[Order],
        note_change: Callable[[Order | None, Order], None] | None = None,
        orders_max: int = ORDERS_MAX,
    ) -> None:
        """`note_change` is told of each order that is put, before and after."""
        self._orders_max = orders_max
        self._note_change = note_change
        self.clear(orders)

    def clear(self, orders: Iterable[Order]) -> None:
        """Hold these orders and nothing else."""
        self.highest_number = FIRST_NUMBER - 1
        self._orders: dict[str, Order] = {}
        self._owners: defaultdict[str, set[str]] | None = None  # by tracking number; made when first asked for
        self._rendered: dict[str, bytes] = {}  # of the orders as they are
        for order in orders:
            self.put(order)

    def orders(self) -> tuple[Order, ...]:
        """All orders, in the order of their arrival."""
        return tuple(self._orders.values())

    @property
    def count(self) -> int:
        """How many orders there are."""
        return len(self._orders)

    def find(self, order_id: str) -> Order | None:
        """The order of that id, if there is one."""
        return self._orders.get(order_id)

    def order(self, order_id: str) -> Order:
        """The order of that id; OrderNotFound if there is none."""
        order = self._orders.get(order_id)
        if order is None:
            raise OrderNotFound(order_id)
        return order

    def make_room(self, orders: int) -> None:
        """Before so many new orders are put: LimitReached if they are too many."""
        self.refuse_beyond(len(self._orders) + orders)

    def refuse_beyond(self, wanted: int) -> None:
        """LimitReached if that is more orders than the store holds."""
        if wanted > self._orders_max:
            remedy = "reset the site, use another one, or start the emulator with a higher --orders-max"
            raise LimitReached("orders in this site", requested=wanted, allowed=self._orders_max, remedy=remedy)

    def put(self, order: Order) -> None:
        """Hold the order, in place of an earlier one of the same id."""
        before = self._orders.get(order.id)
        if self._note_change is not None:
            self._note_change(before, order)
        self._orders[order.id] = order
        self._rendered.pop(order.id, None)
        if self._owners is not None:
            self._index(self._owners, before, order)
        if (
            (before is None or before.number != order.number)
            and order.number.isdecimal()
            and len(order.number) < _NUMBER_DIGITS_MAX
        ):
            self.highest_number = max(self.highest_number, int(order.number))

    def rendered(self, order: Order, render: Callable[[Order], bytes]) -> bytes:
        """What `render`, always the same, makes of the order; often kept until that changes, for who reads it again."""
        if self._orders.get(order.id) is not order:
            return render(order)
        rendered = self._rendered.get(order.id)
        if rendered is None:
            rendered = render(order)
            self._keep_rendered(order.id, rendered)
        return rendered

    def is_tracked_outside(self, order_id: str, tracking_number: str) -> bool:
        """Whether a fulfillment of any other order has that tracking number (R116)."""
        if self._owners is None:
            self._owners = defaultdict(set)
            for order in self._orders.values():
                self._index(self._owners, None, order)
        return bool(self._owners.get(tracking_number, set()) - {order_id})

    def _keep_rendered(self, order_id: str, rendered: bytes) -> None:
        if len(rendered) <= _RENDERED_BYTES_MAX:
            if len(self._rendered) >= _RENDERED_MAX:
                self._rendered.clear()
            self._rendered[order_id] = rendered

    def _index(self, owners: defaultdict[str, set[str]], before: Order | None, after: Order) -> None:
        numbers_before, numbers_after = _tracking_numbers(before), _tracking_numbers(after)
        for number in numbers_before - numbers_after:
            owners[number].discard(after.id)
            if not owners[number]:
                del owners[number]
        for number in numbers_after - numbers_before:
            owners[number].add(after.id)


def _tracking_numbers(order: Order | None) -> set[str]:
    if order is None or not order.fulfillments:
        return set()
    parcels = [one.tracking_info for one in order.fulfillments]
    return {parcel.tracking_number for parcel in parcels if parcel and parcel.tracking_number}
