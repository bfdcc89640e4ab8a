"""What is refused leaves the whole site as it was, the sequence of its ids included."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from emulator.domain.refusals import QuantityExceedsRemaining, Refusal
from emulator.operations.control import create_orders, merge_seed
from emulator.operations.fulfillments import BulkEntry, create, create_in_bulk
from emulator.seeds import SeedError
from emulator.site import Site
from tests.factories import ITEM, ORDER_ID, draft, order, site

TOO_MUCH = draft(ITEM, 99)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda shop: create(shop, ORDER_ID, TOO_MUCH), QuantityExceedsRemaining),
        (lambda shop: create_orders(shop, {"status": "LOST"}, 2), ValidationError),
        (lambda shop: merge_seed(shop, {"orders": [{"lineItems": [{}]}, {"status": "LOST"}]}), SeedError),
    ],
    ids=["create a fulfillment", "create orders", "merge a seed"],
)
def test_what_is_refused_leaves_no_trace(call: Callable[[Site], object], error: type[Exception]) -> None:
    shop = site(order())
    before = shop.fingerprint()
    with pytest.raises(error):
        call(shop)
    assert shop.fingerprint() == before


@pytest.mark.rule("R123")
def test_a_refused_entry_of_a_bulk_call_leaves_no_trace() -> None:
    shop = site(order())
    before = shop.fingerprint()
    (outcome,) = create_in_bulk(shop, [BulkEntry(ORDER_ID, (draft(ITEM, 1), TOO_MUCH))])
    assert isinstance(outcome, Refusal)
    assert shop.fingerprint() == before
