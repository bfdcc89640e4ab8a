"""Wix's search language once more, written down independently, over plain wire dicts: what the real one is held to."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from decimal import Decimal
from functools import cmp_to_key
from itertools import groupby
from typing import Any

from hypothesis import strategies as st

from tests.factories import guid

Wire = dict[str, Any]

EQUALITY = {"$eq", "$ne", "$in", "$nin"}
MEMBERSHIP = {"$hasAll", "$hasSome"}
ALL = EQUALITY | MEMBERSHIP | {"$gt", "$gte", "$lt", "$lte", "$startsWith", "$isEmpty", "$exists"}

# OrderSearchSpec of the types of @wix/auto_sdk_ecom_orders: kind, operators, sortable or not.
DECLARED: dict[str, tuple[str, set[str], bool]] = {
    "channelInfo.type": ("text", EQUALITY, True),
    "fulfillmentStatus": ("text", EQUALITY, True),
    "paymentStatus": ("text", EQUALITY, True),
    "shippingInfo.region.name": ("text", EQUALITY, True),
    "shippingInfo.title": ("text", EQUALITY, True),
    "status": ("text", EQUALITY, True),
    "createdDate": ("date", ALL, True),
    "updatedDate": ("date", ALL, True),
    "purchasedDate": ("date", ALL, True),
    "shippingInfo.logistics.deliveryTimeSlot.from": ("date", ALL, True),
    "shippingInfo.logistics.deliveryTimeSlot.to": ("date", ALL, True),
    "balanceSummary.authorized.amount": ("amount", ALL, True),
    "balanceSummary.pending.amount": ("amount", ALL, True),
    "balanceSummary.pendingRefund.amount": ("amount", ALL, True),
    "priceSummary.total.amount": ("amount", ALL, True),
    "taxInfo.totalExempt.amount": ("amount", ALL, True),
    "taxInfo.totalTax.amount": ("amount", ALL, True),
    "number": ("number", ALL, True),
    "billingInfo.contactDetails.firstName": ("text", ALL, True),
    "billingInfo.contactDetails.lastName": ("text", ALL, True),
    "businessLocation.id": ("text", ALL, True),
    "businessLocation.name": ("text", ALL, True),
    "buyerInfo.email": ("text", ALL, True),
    "shippingInfo.logistics.deliveryTime": ("text", ALL, True),
    "archived": ("flag", ALL, False),
    "imported": ("flag", ALL, False),
    "seenByAHuman": ("flag", ALL, False),
    "demo": ("flag", ALL, False),
    "id": ("text", EQUALITY, False),
    "buyerInfo.contactId": ("text", EQUALITY, False),
    "buyerInfo.memberId": ("text", EQUALITY, False),
    "channelInfo.externalOrderId": ("text", EQUALITY, False),
    "checkoutId": ("text", EQUALITY, False),
    "createdBy.userId": ("text", EQUALITY, False),
    "lineItems.subscriptionInfo.id": ("text", EQUALITY, False),
    "lineItems.catalogReference.appId": ("text", MEMBERSHIP, False),
    "lineItems.catalogReference.catalogItemId": ("text", MEMBERSHIP, False),
    "lineItems.locations.id": ("text", MEMBERSHIP, False),
    "appliedDiscounts.coupon.id": ("text", MEMBERSHIP, False),
    "fulfillmentStatusesAggregate.statuses": ("text", MEMBERSHIP, True),
    "lineItems.productName.original": ("text", MEMBERSHIP, True),
}
SORTABLE = [path for path, (_, _, is_sortable) in DECLARED.items() if is_sortable]


# What an order has at a path


def raw(order: Any, path: str) -> list[Any]:
    """Every value that the wire dict has there, as it stands."""
    if path == "fulfillmentStatusesAggregate.statuses":
        return [one["status"] for one in order.get("fulfillments", ()) if one.get("status")]
    if isinstance(order, list):
        return [value for one in order for value in raw(one, path)]
    if not isinstance(order, dict):
        return []
    step, _, rest = path.partition(".")
    if order.get(step) is None:
        return []
    return raw(order[step], rest) if rest else [order[step]]


def read(kind: str, value: Any) -> Any:
    """The value as something that compares; None for one of another kind."""
    if kind == "date":
        moment = datetime.fromisoformat(value) if isinstance(value, str) and value[:1].isdigit() else None
        return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000).timestamp() if moment else None
    if kind == "amount":
        is_amount = isinstance(value, str | int | float) and not isinstance(value, bool) and value not in ("", "n/a")
        return Decimal(str(value)) if is_amount else None
    if kind == "number":
        text = str(value)
        return (0, int(text), text) if text.isdigit() else (1, 0, text)
    if kind == "flag":
        return value if isinstance(value, bool) else None
    return value if isinstance(value, str) else None


def known(order: Wire, path: str) -> list[Any]:
    kind = DECLARED[path][0]
    return [one for one in (read(kind, value) for value in raw(order, path)) if one is not None]


def printed(order: Wire, path: str) -> list[str]:
    """The texts that answers show there: a date that is modelled in UTC, anything else as it was sent."""
    kind = DECLARED[path][0]
    texts = [one for one in raw(order, path) if isinstance(one, str) and read(kind, one) is not None]
    if path not in ("createdDate", "updatedDate", "purchasedDate"):
        return texts
    dates = [datetime.fromisoformat(one).astimezone(UTC) for one in texts]
    return [one.isoformat(timespec="milliseconds").replace("+00:00", "Z") for one in dates]


# Filters


def matches(wanted: Wire, order: Wire) -> bool:
    """Whether the order is what the filter wants."""
    for name, condition in wanted.items():
        if name == "$and":
            fits = all(matches(one, order) for one in condition)
        elif name == "$or":
            fits = any(matches(one, order) for one in condition)
        elif name == "$not":
            fits = not matches(condition[0] if isinstance(condition, list) else condition, order)
        elif isinstance(condition, dict):
            fits = all(holds(name, operator, operand, order) for operator, operand in condition.items())
        else:
            fits = holds(name, "$eq", condition, order)
        if not fits:
            return False
    return True


def holds(path: str, operator: str, operand: Any, order: Wire) -> bool:
    """Whether one condition on one field is true of the order. A missing field equals null and is empty."""
    kind, there = DECLARED[path][0], known(order, path)
    if operator in NEGATIONS:
        return not holds(path, NEGATIONS[operator], operand, order)
    if operator == "$eq":
        return not there if operand is None else read(kind, operand) in there
    if operator == "$in":
        return any(holds(path, "$eq", one, order) for one in operand)
    if operator in ("$hasSome", "$hasAll"):
        found = [read(kind, one) in there for one in operand]
        return any(found) if operator == "$hasSome" else all(found)
    if operator == "$exists":
        return bool(there) is operand
    if operator == "$isEmpty":
        return all(one == "" for one in there) is operand
    if operator == "$startsWith":
        return any(text.startswith(operand) for text in printed(order, path))
    return any(ORDERINGS[operator](one, read(kind, operand)) for one in there)


NEGATIONS = {"$ne": "$eq", "$nin": "$in"}
ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": lambda one, bound: one > bound,
    "$gte": lambda one, bound: one >= bound,
    "$lt": lambda one, bound: one < bound,
    "$lte": lambda one, bound: one <= bound,
}


# Sorting


def ranked(orders: list[Wire], sort: list[tuple[str, str]]) -> list[list[str]]:
    """The ids of the orders, sorted; those that the sort does not tell apart together."""

    def compare(left: Wire, right: Wire) -> int:
        for path, direction in sort:
            one, other = (min(known(order, path), default=None) for order in (left, right))
            if one != other:
                is_before = one is None or (other is not None and one < other)
                return -1 if is_before is (direction == "ASC") else 1
        return 0

    position = cmp_to_key(compare)
    return [[order["id"] for order in group] for _, group in groupby(sorted(orders, key=position), key=position)]


# Random orders and filters. Values come from small pools, so that they meet.

NAMES = ["", "Ada", "Adam", "ada", "Ärger", "Zoë"]
IDS = [guid(number) for number in range(4)]
AMOUNTS = ["0", "0.00", "5", "5.0", "10.50", "-3", "100"]
NUMBERS = ["7", "007", "10", "10001", "A-1", "A-10", "99999999999999999999999"]
DATES = [
    "2026-01-01T00:00:00.000Z",
    "2026-01-01T01:00:00.000+01:00",
    "2026-02-01T12:30:00.250Z",
    "2025-12-31T23:59:59.999Z",
    "2026-02-01T12:30:00.250999Z",
    "2026-02-01T12:30:00.251Z",
]
BEGINNINGS = ["", "A", "Ad", "1", "00", "f0", "2026", "2026-02-01T12:30:00.250Z", "5.", "10.50"]
POOLS: dict[str, list[Any]] = {
    "text": NAMES + IDS,
    "date": DATES,
    "amount": AMOUNTS,
    "number": NUMBERS,
    "flag": [True, False],
}
ENUMS: dict[str, list[Any]] = {
    "channelInfo.type": ["WEB", "POS", "EBAY"],
    "fulfillmentStatus": ["NOT_FULFILLED", "PARTIALLY_FULFILLED", "FULFILLED"],
    "paymentStatus": ["PAID", "NOT_PAID", "PENDING"],
    "status": ["APPROVED", "CANCELED", "PENDING"],
    "fulfillmentStatusesAggregate.statuses": ["Pending", "Ready", "Fulfilled"],
    "id": IDS,
    "businessLocation.id": IDS,
}
# What nothing models can hold anything; what is no value of the field's kind counts as missing.
STRAY = [5, [], {}, "n/a", True]
_UNMODELLED = ("shippingInfo.logistics.deliveryTimeSlot", "demo")


def values(path: str) -> st.SearchStrategy[Any]:
    """A value that the field may have."""
    return st.sampled_from(ENUMS.get(path, POOLS[DECLARED[path][0]]))


def _optional(path: str) -> st.SearchStrategy[Any]:
    is_stray = path.startswith(_UNMODELLED) and DECLARED[path][0] != "text"
    stray = st.sampled_from([one for one in STRAY if not (path == "demo" and one is True)])
    return st.none() | values(path) | stray if is_stray else st.none() | values(path)


def _line_items() -> st.SearchStrategy[list[Wire]]:
    def item(number: int, app: str, thing: str, name: str, subscription: str | None, places: list[str]) -> Wire:
        made: Wire = {
            "id": guid(number),
            "quantity": 1,
            "catalogReference": {"appId": app, "catalogItemId": thing or "x"},
            "productName": {"original": name or "x"},
            "locations": [{"id": place} for place in places],
        }
        return made | ({"subscriptionInfo": {"id": subscription}} if subscription else {})

    identified = st.sampled_from(IDS)
    one = st.tuples(
        identified, identified, st.sampled_from(NAMES), st.none() | identified, st.lists(identified, max_size=2)
    )
    lists = st.lists(one, min_size=1, max_size=3)
    return lists.map(lambda parts: [item(number, *part) for number, part in enumerate(parts)])


@st.composite
def orders(draw: st.DrawFn, paths: Collection[str]) -> Wire:
    """An order with, without or with odd values in these fields, and little else."""
    order: Wire = dict(_PLAIN)
    if any(path.startswith("lineItems.") for path in paths):
        order["lineItems"] = draw(_line_items())
    if "appliedDiscounts.coupon.id" in paths:
        order["appliedDiscounts"] = [
            {"coupon": {"id": one}} for one in draw(st.lists(st.sampled_from(IDS), max_size=3))
        ]
    if "fulfillmentStatusesAggregate.statuses" in paths:
        order["fulfillments"] = draw(
            st.lists(values("fulfillmentStatusesAggregate.statuses").map(_fulfillment), max_size=1)
        )
    for path in sorted(paths):
        if not path.startswith(("lineItems.", "appliedDiscounts.", "fulfillmentStatusesAggregate.")):
            value = draw(values(path) if path in _PLAIN else _optional(path))
            if value is not None:
                _put(order, path, value)
    return order


_PLAIN: Wire = {
    "id": IDS[0],
    "number": "10001",
    "createdDate": DATES[0],
    "updatedDate": DATES[0],
    "status": "APPROVED",
    "paymentStatus": "PAID",
    "fulfillmentStatus": "NOT_FULFILLED",
    "lineItems": [{"id": guid(0), "quantity": 1}],
}


def _fulfillment(status: str) -> Wire:
    return {"id": guid(0), "createdDate": DATES[0], "lineItems": [{"id": guid(0), "quantity": 1}], "status": status}


def fields_of(wanted: Wire) -> set[str]:
    """The fields that the filter is about."""
    found = set()
    for name, condition in wanted.items():
        below = condition if isinstance(condition, list) else [condition]
        found |= {path for one in below for path in fields_of(one)} if name in ("$and", "$or", "$not") else {name}
    return found


def _put(order: Wire, path: str, value: Any) -> None:
    *parents, leaf = path.split(".")
    for parent in parents:
        order = order.setdefault(parent, {} if parent != "channelInfo" else {"type": "WEB"})
    order[leaf] = value


def conditions(path: str) -> st.SearchStrategy[Any]:
    """A condition on the field: operators with operands, or a value alone."""
    operators = DECLARED[path][1]
    one, nothing = values(path), st.none()
    operands: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(["$eq", "$ne"], nothing | one)
    operands |= dict.fromkeys(["$in", "$nin"], st.lists(nothing | one, max_size=3))
    operands |= dict.fromkeys(["$hasAll", "$hasSome"], st.lists(one, max_size=3))
    operands |= dict.fromkeys(["$exists", "$isEmpty"], st.booleans())
    operands |= dict.fromkeys(ORDERINGS, one)
    operands["$startsWith"] = st.sampled_from(BEGINNINGS)
    allowed = sorted(operators)
    dicts = st.lists(st.sampled_from(allowed), min_size=1, max_size=3, unique=True).flatmap(
        lambda chosen: st.fixed_dictionaries({operator: operands[operator] for operator in chosen})
    )
    return dicts | one if "$eq" in operators else dicts


def _fields() -> st.SearchStrategy[Wire]:
    paths = st.lists(st.sampled_from(sorted(DECLARED)), min_size=0, max_size=2, unique=True)
    return paths.flatmap(lambda chosen: st.fixed_dictionaries({path: conditions(path) for path in chosen}))


def filters() -> st.SearchStrategy[Wire]:
    """A filter over any fields, nested with $and, $or and $not."""
    return st.recursive(
        _fields(),
        lambda inner: st.fixed_dictionaries(
            {},
            optional={
                "$and": st.lists(inner, min_size=1, max_size=3),
                "$or": st.lists(inner, min_size=1, max_size=3),
                "$not": inner | inner.map(lambda one: [one]),
            },
        ),
        max_leaves=6,
    )
