"""A shop to call: orders are made over the control plane, everything else over the emulated API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from httpx2 import Response
from pydantic_core import to_json
from starlette.testclient import TestClient

from emulator.api.gateway import Gateway
from tests.factories import ITEM

BASE = "/ecom/v1/fulfillments"


@dataclass(frozen=True)
class Shop:
    """A client of one emulator that has no orders but those a test makes."""

    client: TestClient

    def order(self, quantities: Mapping[str, int] | None = None, **fields: Any) -> str:
        """A new order, of `ITEM` ten unless told otherwise; its id."""
        items = [{"id": item_id, "quantity": quantity} for item_id, quantity in (quantities or {ITEM: 10}).items()]
        answer = self.client.post("/_emulator/orders", json={"order": {"lineItems": items, **fields}})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["orders"][0]["id"])

    def create(self, order_id: str, *items: dict[str, Any], **fields: Any) -> Response:
        """Ask for a fulfillment, of one `ITEM` unless told otherwise."""
        body = {"fulfillment": {"lineItems": list(items) or [{"id": ITEM, "quantity": 1}], **fields}}
        return self.client.post(f"{BASE}/orders/{order_id}/create-fulfillment", json=body)

    def created(self, order_id: str, *items: dict[str, Any], **fields: Any) -> str:
        """A new fulfillment's id."""
        answer = self.create(order_id, *items, **fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["fulfillmentId"])

    def update(self, order_id: str, fulfillment_id: str, **fields: Any) -> Response:
        return self.client.patch(f"{BASE}/{fulfillment_id}/orders/{order_id}", json={"fulfillment": fields})

    def delete(self, order_id: str, fulfillment_id: str) -> Response:
        return self.client.delete(f"{BASE}/{fulfillment_id}/orders/{order_id}")

    def bulk(self, *entries: Any) -> Response:
        """Ask for fulfillments of several orders; an entry is `(order id, fulfillment, ...)`."""
        orders = [{"orderId": order_id, "fulfillments": list(wanted)} for order_id, *wanted in entries]
        return self.client.post(f"{BASE}/orders/bulk/create-fulfillments", json={"ordersWithFulfillments": orders})

    def fulfillments(self, order_id: str) -> list[dict[str, Any]]:
        """What the order has now."""
        answer = self.client.get(f"{BASE}/orders/{order_id}")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["orderWithFulfillments"]["fulfillments"])

    def status(self, order_id: str) -> str:
        """The order's fulfillment status."""
        return str(self.client.get(f"/ecom/v1/orders/{order_id}").json()["order"]["fulfillmentStatus"])

    def state(self) -> list[Any]:
        """Every order that the default site holds, with all of its fulfillments."""
        gateway = self.client.app
        assert isinstance(gateway, Gateway)
        orders = gateway.emulator.sites.site().store.orders()
        return [(one.model_dump_json(), to_json(one.with_all_fulfillments())) for one in orders]


def violations(answer: Response) -> list[tuple[str, str]]:
    """The field and rule of every violation of a validation error."""
    assert answer.status_code == 400, answer.text
    found = answer.json()["details"]["validationError"]["fieldViolations"]
    return [(one["field"], one["violatedRule"]) for one in found]


def code(answer: Response) -> tuple[int, str]:
    """The status and application code of a refusal."""
    return answer.status_code, answer.json()["details"]["applicationError"]["code"]
