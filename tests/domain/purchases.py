"""Orders as a test places and changes them."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from emulator.domain.orders import Order
from emulator.domain.purchases import ApprovalStrategy, OrderDraft, OrderPatch, place
from emulator.domain.violations import violations_of
from tests.factories import NOW, ORDER_ID, guid

LATER = NOW + timedelta(hours=1)


def line_item(**fields: Any) -> dict[str, Any]:
    return {
        "productName": {"original": "Coffee"},
        "catalogReference": {"catalogItemId": guid(1), "appId": guid(2)},
        "quantity": 2,
        "itemType": {"preset": "PHYSICAL"},
        "price": {"amount": "12.50"},
        **fields,
    }


def wire_draft(**fields: Any) -> dict[str, Any]:
    return {
        "lineItems": [line_item()],
        "channelInfo": {"type": "WEB"},
        "priceSummary": {"total": {"amount": "25.00"}},
        "shippingInfo": {"title": "Standard"},
        **fields,
    }


def draft(**fields: Any) -> OrderDraft:
    return OrderDraft.model_validate(wire_draft(**fields), by_alias=True, by_name=False)


def placed(strategy: ApprovalStrategy = "DEFAULT", **fields: Any) -> Order:
    return place(draft(**fields), order_id=ORDER_ID, number="10001", now=NOW, strategy=strategy)


def patch(**fields: Any) -> OrderPatch:
    return OrderPatch.model_validate(fields, by_alias=True, by_name=False)


def wire(made: Order) -> dict[str, Any]:
    return made.model_dump(mode="json", exclude_none=True)


def activities(made: Order) -> list[str]:
    return [one.type for one in made.activities or ()]


def refused_draft(**fields: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as refused:
        draft(**fields)
    return [(one.field, one.violated_rule) for one in violations_of(refused.value)]
