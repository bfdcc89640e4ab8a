"""Values that rules have made, and that are not validated: they are written as a validated one would be."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import emulator
from emulator.domain.fulfillments import FulfillmentLineItem
from emulator.domain.orders import Order
from emulator.domain.purchases import OrderPatch
from emulator.domain.wire import WireModel
from tests.factories import ITEM, order

PACKAGE = Path(emulator.__file__).parent


def trusted_calls() -> Iterator[tuple[str, type[WireModel], list[str]]]:
    """Each `Model.trusted(...)` of the package: where it is, the model, and the fields that it names."""
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if ".trusted(" in text else ():
            match node:
                case ast.Call(ast.Attribute(ast.Name(name), "trusted"), [], keywords):
                    module = ".".join(("emulator", *path.relative_to(PACKAGE).with_suffix("").parts))
                    model = getattr(importlib.import_module(module), name)
                    yield f"{module}:{node.lineno}", model, [one.arg for one in keywords if one.arg is not None]


CALLS = list(trusted_calls())


@pytest.mark.parametrize(("model", "names"), [call[1:] for call in CALLS], ids=[call[0] for call in CALLS])
def test_a_value_that_is_not_validated_names_fields_of_its_model(model: type[WireModel], names: list[str]) -> None:
    assert set(names) <= set(model.model_fields)
    assert len(names) < len(model.model_fields) or names == list(model.model_fields)
    assert [name for name, field in model.model_fields.items() if field.default_factory is not None] == []


def test_every_such_value_is_looked_at() -> None:
    written = sum(path.read_text(encoding="utf-8").count(".trusted(") for path in PACKAGE.rglob("*.py"))
    assert len(CALLS) == written > 5


def test_a_value_that_is_not_validated_equals_one_that_is() -> None:
    made = FulfillmentLineItem.trusted(id=ITEM, quantity=1)
    assert made == FulfillmentLineItem(id=ITEM, quantity=1)
    assert list(made.model_dump()) == list(FulfillmentLineItem(id=ITEM, quantity=1).model_dump())


def test_a_value_that_is_known_equals_one_that_is_validated() -> None:
    line_items = [{"id": ITEM, "quantity": 1, "price": {"amount": "1.00", "own": True}, "own": {"lineItems": []}}]
    wire = order(lineItems=line_items).model_dump(mode="json", exclude_none=True)
    known, validated = Order.known(wire), Order.model_validate(wire)
    assert known == validated
    assert known.model_dump_json() == validated.model_dump_json()
    assert known.line_items[0].model_fields_set == {"id", "quantity", "price", "own"}


def test_a_value_that_is_known_drops_what_its_model_drops() -> None:
    known = FulfillmentLineItem.known({"id": ITEM, "own": True})
    assert (known, known.model_fields_set) == (FulfillmentLineItem(id=ITEM), {"id"})


def test_a_model_that_makes_its_defaults_each_time_has_no_such_values() -> None:
    with pytest.raises(AssertionError, match=r"OrderPatch makes the defaults of .*recipient_info"):
        OrderPatch.trusted()
