"""The server under test as a check sees it: what can be asked of it, and orders of the check's own."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote
from uuid import uuid4

from emulator.conformance.disagreement import Disagreement, NotPrepared, expect
from emulator.conformance.exchange import Answer, Request, Transport
from emulator.conformance.interruption import held_back
from emulator.conformance.orders import MARK, Json, Order, draft, is_of, marked, read_order
from emulator.domain.behaviours import Behaviours
from emulator.settings import flatten

Kind = Literal["emulator", "wix"]

FULFILLMENTS = "/ecom/v1/fulfillments"
ORDERS = "/ecom/v1/orders"
UNKNOWN_GUID = "c0ffee00-0000-4000-8000-00000000dead"


@dataclass(frozen=True)
class Target:
    """Which server, which of its sites, with which key, and what is expected where Wix leaves it open.

    `waits_s` are the pauses in which a search may catch up, for a server that is consistent in the end only.
    """

    kind: Kind
    site_id: str
    api_key: str
    behaviours: Behaviours
    orders_max: int
    waits_s: tuple[float, ...] = ()
    sleep: Callable[[float], None] = time.sleep
    control_token: str | None = None

    @property
    def expected(self) -> dict[str, str]:
        """The behaviours that are not the defaults, as settings."""
        chosen = self.behaviours.model_dump(exclude_defaults=True, exclude_none=True)
        return dict(one.split("=", 1) for one in flatten(chosen))


class Subject:
    """One site of the server under test, for one check: it remembers every exchange, difference and order."""

    def __init__(self, transport: Transport, target: Target, *, orders_made: int = 0) -> None:
        self.target = target
        self.behaviours = target.behaviours
        self.exchanges: list[tuple[Request, Answer]] = []
        self.differences: list[Disagreement] = []
        self.orders: list[str] = []
        self.may_have_lost_order = False  # by a Create Order that was not answered
        self._mark = uuid4().hex[:10]
        self._transport = transport
        self._orders_made = orders_made
        self._is_preparing = False

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str | None] | None = None) -> Answer:
        """The answer of the site; a header that is None is left out. Raises NoAnswer."""
        given = {
            "wix-site-id": self.target.site_id,
            "authorization": self.target.api_key,
            "content-type": None if body is None else "application/json",
            **(headers or {}),
        }
        sent = {name: value for name, value in given.items() if value is not None}
        request = Request(method, path, body, sent, self._is_preparing)
        answer = self._transport(request)
        if not self._is_preparing:
            self.exchanges.append((request, answer))
        if answer.status in (401, 429) and self._is_preparing:
            raise NotPrepared(f"{method} {path}: {answer.described()}")
        return answer

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """What is asked and goes wrong in here says nothing about the rule. Raises NotPrepared."""
        was_preparing, self._is_preparing = self._is_preparing, True
        try:
            yield
        except (Disagreement, KeyError, TypeError) as unexpected:
            raise NotPrepared(str(unexpected)) from None
        finally:
            self._is_preparing = was_preparing

    def control(self, method: str, path: str, body: Any = None) -> Answer:
        """The control plane's answer, if it is a success: of an emulator only. Raises Disagreement."""
        return self.ask(method, f"/_emulator/{path}", body, {"x-emulator-token": self.target.control_token}).ok()

    # Orders of the check's own

    def order(self, *quantities: int, **fields: Any) -> Order:
        """A new approved order with line items of these quantities; 1 if none is given. Raises NotPrepared."""
        with self.preparing():
            answer = self.create_order(draft(*(quantities or (1,)), **fields)).ok()
            if answer.at("order", "status") != "APPROVED":
                answer = self.mark_as_paid(answer.at("order", "id")).ok()
            return _in_status(answer, "APPROVED")

    def unpaid_order(self) -> Order:
        """A new order that waits for its payment. Raises NotPrepared."""
        with self.preparing():
            return _in_status(self.create_order(draft(1, price="10.00")).ok(), "INITIALIZED")

    def create_order(self, body: Json) -> Answer:
        """Create Order; what it makes is removed after the check. Raises NotPrepared beyond the limit of orders."""
        if self._orders_made + len(self.orders) >= self.target.orders_max:
            raise NotPrepared(f"it would create more than {self.target.orders_max} orders; raise --orders-max")
        was_lost, self.may_have_lost_order = self.may_have_lost_order, True
        with held_back():
            answer = self.ask("POST", ORDERS, marked(body, self.mark))
            made = _made(answer)
            self.orders += made
            self.may_have_lost_order = was_lost or answer.status >= 500 or (answer.status == 200 and not made)
        return answer

    @property
    def mark(self) -> str:
        """What the check's orders, and no others, have in channelInfo.externalOrderId."""
        return f"{MARK}-{self._mark}"

    def lost_orders(self) -> list[str]:
        """The check's orders that a search finds and that no Create Order has answered with. Raises Disagreement."""
        wanted = {"filter": {"channelInfo.externalOrderId": self.mark}}
        for wait_s in (0.0, *self.target.waits_s):
            self.target.sleep(wait_s)
            found = self.ask("POST", f"{ORDERS}/search", {"search": wanted}).ok().at("orders")
            lost = [one["id"] for one in found if is_of(one, self.mark) and one["id"] not in self.orders]
            if lost:
                return lost
        return []

    def get_order(self, order_id: str) -> Answer:
        """Get Order."""
        return self.ask("GET", f"{ORDERS}/{quote(order_id)}")

    def update_order(self, order_id: str, changes: Json) -> Answer:
        """Update Order."""
        return self.ask("PATCH", f"{ORDERS}/{order_id}", {"order": changes})

    def cancel(self, order_id: str) -> Answer:
        """Cancel Order, silently."""
        return self.ask("POST", f"{ORDERS}/{order_id}/cancel", {"sendOrderCanceledEmail": False})

    def set_status(self, order_id: str, status: str) -> Answer:
        """Update Order Status."""
        return self.ask("POST", f"{ORDERS}/{order_id}/update-status", {"status": status})

    def mark_as_paid(self, order_id: str) -> Answer:
        """Mark Order As Paid."""
        return self.ask("POST", f"/ecom/v1/payments-collector/orders/{order_id}/mark-as-paid", {})

    # Fulfillments

    def number(self, name: str) -> str:
        """A tracking number that no order of the site has had: the scope of duplicates is one rule's matter (R116)."""
        return f"{name}-{self._mark}"

    def list_fulfillments(self, order_id: str) -> Answer:
        """List Fulfillments For Single Order."""
        return self.ask("GET", f"{FULFILLMENTS}/orders/{quote(order_id)}")

    def list_by_ids(self, order_ids: Any) -> Answer:
        """List Fulfillments For Multiple Orders."""
        return self.ask("POST", f"{FULFILLMENTS}/list-by-ids", {"orderIds": order_ids})

    def create(self, order: Order, **fields: Any) -> Answer:
        """Create Fulfillment: of one of the first line item, unless the fields say otherwise."""
        body = {"lineItems": [{"id": order.item, "quantity": 1}], **fields}
        return self.ask("POST", f"{FULFILLMENTS}/orders/{order.id}/create-fulfillment", {"fulfillment": body})

    def update(self, order: Order, fulfillment_id: str, /, **changes: Any) -> Answer:
        """Update Fulfillment."""
        return self.ask("PATCH", f"{FULFILLMENTS}/{fulfillment_id}/orders/{order.id}", {"fulfillment": changes})

    def delete(self, order: Order, fulfillment_id: str) -> Answer:
        """Delete Fulfillment."""
        return self.ask("DELETE", f"{FULFILLMENTS}/{fulfillment_id}/orders/{order.id}")

    def bulk(self, *entries: tuple[Order, list[Json]]) -> Answer:
        """Bulk Create Fulfillments."""
        named = [{"orderId": order.id, "fulfillments": fulfillments} for order, fulfillments in entries]
        return self.ask("POST", f"{FULFILLMENTS}/orders/bulk/create-fulfillments", {"ordersWithFulfillments": named})

    def shipped(self, order: Order, **fields: Any) -> str:
        """The id of a fulfillment that the check starts from. Raises NotPrepared."""
        with self.preparing():
            return str(self.create(order, **fields).ok().at("fulfillmentId"))

    def fulfillments(self, order: Order) -> Any:
        """The order's fulfillments as they are now. Raises Disagreement."""
        return self.list_fulfillments(order.id).ok().at("orderWithFulfillments", "fulfillments")


def _made(answer: Answer) -> list[str]:
    """The id of the order that it tells of, if it does."""
    order = answer.json.get("order") if answer.status == 200 and isinstance(answer.json, dict) else None
    return [str(order.get("id", ""))] if isinstance(order, dict) else []


def _in_status(answer: Answer, wanted: str) -> Order:
    """The order of the answer, if it is in that status. Raises Disagreement."""
    expect(answer.at("order", "status"), wanted, "a new order that is")
    return read_order(answer.at("order"))
