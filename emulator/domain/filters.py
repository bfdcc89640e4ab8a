"""Wix's filter language over orders: which fields, which operators, how values compare (R411, R413)."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel

from emulator.domain import rules
from emulator.domain.orders import Order
from emulator.domain.refusals import InvalidRequest, Violation
from emulator.domain.wire import format_timestamp

_DEPTH_MAX = 20

Kind = Literal["text", "date", "amount", "number", "flag"]
Values = tuple[Any, ...]
Predicate = Callable[[Order], bool]

_EQUALITY = frozenset({"$eq", "$in", "$ne", "$nin"})
_MEMBERSHIP = frozenset({"$hasAll", "$hasSome"})
_ALL = _EQUALITY | _MEMBERSHIP | {"$gt", "$gte", "$lt", "$lte", "$startsWith", "$isEmpty", "$exists"}


@dataclass(frozen=True, slots=True)
class SearchField:
    """A field that orders can be searched by: its operators, whether it sorts, and how its values compare."""

    path: str
    operators: frozenset[str]
    is_sortable: bool
    kind: Kind = "text"

    def values(self, order: Order) -> Values:
        """What the order has there: nothing, one value, or one of each line item."""
        if self.path == "fulfillmentStatusesAggregate.statuses":
            return tuple(dict.fromkeys(one.status for one in order.fulfillments if one.status))
        return tuple(known for value in self._found(order) if (known := self._known(value)) is not None)

    def texts(self, order: Order) -> Values:
        """What the order has there as text, as every answer prints it; of a flag, that is nothing."""
        known = (value for value in self._found(order) if self._known(value) is not None)
        printed = (format_timestamp(value) if isinstance(value, datetime) else value for value in known)
        return tuple(text for text in printed if isinstance(text, str))

    def comparable(self, value: Any) -> Any:
        """The value in a form that compares as its kind does; a ValueError if it is of another kind."""
        if value is None:
            return None
        return _COMPARABLE[self.kind](value)

    def _found(self, order: Order) -> list[Any]:
        found: list[Any] = [order]
        for step in self.path.split("."):
            found = [below for value in found for below in _below(value, step)]
        return found

    def _known(self, value: Any) -> Any:
        """As `comparable`, but what is of another kind, where nothing models the field, counts as missing (R413)."""
        try:
            return self.comparable(value)
        except (ValueError, TypeError, InvalidOperation):
            return None


def _fields(paths: str, operators: frozenset[str], *, is_sortable: bool, kind: Kind = "text") -> dict[str, SearchField]:
    return {path: SearchField(path, operators, is_sortable, kind) for path in paths.split()}


_AMOUNTS = (
    "balanceSummary.authorized.amount balanceSummary.pending.amount balanceSummary.pendingRefund.amount "
    "priceSummary.total.amount taxInfo.totalExempt.amount taxInfo.totalTax.amount"
)
_DATES = (
    "createdDate updatedDate purchasedDate shippingInfo.logistics.deliveryTimeSlot.from "
    "shippingInfo.logistics.deliveryTimeSlot.to"
)
_TEXTS = (
    "billingInfo.contactDetails.firstName billingInfo.contactDetails.lastName businessLocation.id "
    "businessLocation.name buyerInfo.email shippingInfo.logistics.deliveryTime"
)
_STATES = "channelInfo.type fulfillmentStatus paymentStatus shippingInfo.region.name shippingInfo.title status"
_IDS = (
    "id buyerInfo.contactId buyerInfo.memberId channelInfo.externalOrderId checkoutId createdBy.userId "
    "lineItems.subscriptionInfo.id"
)
_REFERENCES = (
    "lineItems.catalogReference.appId lineItems.catalogReference.catalogItemId lineItems.locations.id "
    "appliedDiscounts.coupon.id"
)

FIELDS: Mapping[str, SearchField] = {
    **_fields(_STATES, _EQUALITY, is_sortable=True),
    **_fields(_DATES, _ALL, is_sortable=True, kind="date"),
    **_fields(_AMOUNTS, _ALL, is_sortable=True, kind="amount"),
    **_fields("number", _ALL, is_sortable=True, kind="number"),
    **_fields(_TEXTS, _ALL, is_sortable=True),
    **_fields("archived imported seenByAHuman demo", _ALL, is_sortable=False, kind="flag"),
    **_fields(_IDS, _EQUALITY, is_sortable=False),
    **_fields(_REFERENCES, _MEMBERSHIP, is_sortable=False),
    **_fields("fulfillmentStatusesAggregate.statuses lineItems.productName.original", _MEMBERSHIP, is_sortable=True),
}


def compile_filter(wanted: Any, path: str = "search.filter", depth: int = 0) -> Predicate:
    """The filter as a predicate. Raises InvalidRequest."""
    if not isinstance(wanted, Mapping) or depth > _DEPTH_MAX:
        raise refused(path, "must be an object of fields and conditions" if depth <= _DEPTH_MAX else "is too deep")
    parts = [_part(name, condition, path, depth) for name, condition in wanted.items()]
    return lambda order: all(part(order) for part in parts)


def _part(name: str, condition: Any, path: str, depth: int) -> Predicate:
    if name in ("$and", "$or"):
        if not isinstance(condition, Sequence) or isinstance(condition, str) or not condition:
            raise refused(path, f"{name} takes an array of filters")
        parts = [compile_filter(one, path, depth + 1) for one in condition]
        combine = all if name == "$and" else any
        return lambda order: combine(part(order) for part in parts)
    if name == "$not":
        negated = condition[0] if isinstance(condition, list) and len(condition) == 1 else condition
        part = compile_filter(negated, path, depth + 1)
        return lambda order: not part(order)
    field = FIELDS.get(name)
    if field is None:
        raise refused(path, f"Field '{name}' is not declared as filterable")
    is_conditions = isinstance(condition, Mapping) and condition and all(key.startswith("$") for key in condition)
    conditions = condition if is_conditions else {"$eq": condition}
    tests = [
        (field.texts if operator == "$startsWith" else field.values, _test(field, operator, operand, path))
        for operator, operand in conditions.items()
    ]
    return lambda order: all(test(look(order)) for look, test in tests)


def _test(field: SearchField, operator: str, operand: Any, path: str) -> Callable[[Values], bool]:
    if operator not in field.operators:
        known = ", ".join(sorted(field.operators))
        raise refused(path, f"Field '{field.path}' does not support {operator}; it supports {known}")
    try:
        return _OPERATORS[operator](field, operand)
    except (ValueError, TypeError, InvalidOperation):
        shown = json.dumps(operand, default=str)[:60]
        raise refused(path, f"Field '{field.path}' cannot be compared with {shown} by {operator}") from None


def _equal(field: SearchField, operand: Any) -> Callable[[Values], bool]:
    wanted = field.comparable(operand)
    return lambda values: wanted in values if wanted is not None else not values


def _any_of(field: SearchField, operand: Any) -> Callable[[Values], bool]:
    tests = [_equal(field, one) for one in _listed(operand)]
    return lambda values: any(test(values) for test in tests)


def _not(make: Callable[[SearchField, Any], Callable[[Values], bool]]) -> Any:
    def negated(field: SearchField, operand: Any) -> Callable[[Values], bool]:
        test = make(field, operand)
        return lambda values: not test(values)

    return negated


def _ordered(is_fine: Callable[[Any, Any], bool]) -> Any:
    def make(field: SearchField, operand: Any) -> Callable[[Values], bool]:
        bound = field.comparable(operand)
        if bound is None:
            raise ValueError("nothing to compare with")
        return lambda values: any(is_fine(value, bound) for value in values)

    return make


def _starts_with(_: SearchField, operand: Any) -> Callable[[Values], bool]:
    if not isinstance(operand, str):
        raise TypeError(operand)
    return lambda texts: any(text.startswith(operand) for text in texts)


def _has_all(field: SearchField, operand: Any) -> Callable[[Values], bool]:
    wanted = [field.comparable(one) for one in _listed(operand)]
    return lambda values: all(one in values for one in wanted)


def _has_some(field: SearchField, operand: Any) -> Callable[[Values], bool]:
    wanted = [field.comparable(one) for one in _listed(operand)]
    return lambda values: any(one in values for one in wanted)


def _exists(_: SearchField, operand: Any) -> Callable[[Values], bool]:
    if not isinstance(operand, bool):
        raise TypeError(operand)
    return lambda values: bool(values) == operand


def _is_empty(_: SearchField, operand: Any) -> Callable[[Values], bool]:
    if not isinstance(operand, bool):
        raise TypeError(operand)
    return lambda values: all(value == "" for value in values) == operand


_OPERATORS: Mapping[str, Callable[[SearchField, Any], Callable[[Values], bool]]] = {
    "$eq": _equal,
    "$ne": _not(_equal),
    "$in": _any_of,
    "$nin": _not(_any_of),
    "$gt": _ordered(lambda value, bound: value > bound),
    "$gte": _ordered(lambda value, bound: value >= bound),
    "$lt": _ordered(lambda value, bound: value < bound),
    "$lte": _ordered(lambda value, bound: value <= bound),
    "$startsWith": _starts_with,
    "$hasAll": _has_all,
    "$hasSome": _has_some,
    "$exists": _exists,
    "$isEmpty": _is_empty,
}


def _listed(operand: Any) -> list[Any]:
    if not isinstance(operand, list):
        raise TypeError(operand)
    return operand


def _below(value: Any, step: str) -> Iterable[Any]:
    """What the value has under that wire name; of an array, what each item has."""
    if isinstance(value, tuple | list):
        return [found for item in value for found in _below(item, step)]
    if isinstance(value, BaseModel):
        attribute = _attributes(type(value)).get(step)
        found = getattr(value, attribute) if attribute else (value.model_extra or {}).get(step)
    else:
        found = value.get(step) if isinstance(value, Mapping) else None
    return [] if found is None else [found]


@cache
def _attributes(model: type[BaseModel]) -> dict[str, str]:
    return {field.alias or name: name for name, field in model.model_fields.items()}


def _moment(value: Any) -> datetime:
    """The moment in whole milliseconds: no answer shows more of it, so nobody could ask for more."""
    if not isinstance(value, datetime | str):
        raise TypeError(value)
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=moment.tzinfo or UTC)


def _amount(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError(value)
    amount = Decimal(str(value))
    if not amount.is_finite():
        raise ValueError(value)
    return amount


def _order_number(value: Any) -> tuple[int, str]:
    """Numbers compare as numbers; an order number of the shop's own comes behind all of them."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(value)
    text = str(value)
    return (int(text) if text.isdecimal() and len(text) < 20 else 10**20, text)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


_COMPARABLE: Mapping[Kind, Callable[[Any], Any]] = {
    "text": _text,
    "date": _moment,
    "amount": _amount,
    "number": _order_number,
    "flag": _flag,
}


def refused(field: str, description: str, rule: rules.Rule = rules.SEARCH) -> InvalidRequest:
    """The refusal of a search, by that rule (R411, R412)."""
    return InvalidRequest([Violation(field, description, "VALIDATION", rule=rule)])
