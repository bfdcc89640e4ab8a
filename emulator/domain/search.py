"""Searching orders: filter, sort and cursor paging (R411, R412)."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cmp_to_key
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from emulator.domain import rules
from emulator.domain.behaviours import Behaviours
from emulator.domain.filters import FIELDS, SearchField, compile_filter, refused
from emulator.domain.orders import Order
from emulator.domain.refusals import InvalidRequest

PAGE_ORDERS_MAX = 100

# Fields and directions, the weightiest first.
Sort = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SortKey:
    """A field to sort by, and which way."""

    field: SearchField
    is_descending: bool


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for, in which order, how many at once, and behind which order to begin."""

    filter: Mapping[str, Any]
    sort: Sort
    limit: int
    after: tuple[Any, ...] | None = None
    is_backward: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A part of what was found, and the cursors to what follows and what precedes it."""

    orders: list[Order]
    next: str | None
    previous: str | None


DEFAULT_SORT = (("createdDate", "DESC"),)


def find(orders: Iterable[Order], search: Search) -> Page:
    """The page of orders. Raises InvalidRequest for fields, operators and values that cannot be searched by."""
    wanted = compile_filter(search.filter)
    keys = compile_sort(search.sort)
    found = [order for order in orders if order.status != "INITIALIZED" and wanted(order)]
    position = cmp_to_key(_comparison(keys))
    ranked = sorted(((_rank(order, keys), order) for order in found), key=lambda pair: position(pair[0]))
    if search.after is not None:
        edge = position(_revived(search.after, keys))
        if search.is_backward:
            before = [pair for pair in ranked if position(pair[0]) < edge]
            page, has_before, has_next = before[max(0, len(before) - search.limit) :], len(before) > search.limit, True
        else:
            behind = [pair for pair in ranked if position(pair[0]) > edge]
            page, has_before, has_next = behind[: search.limit], True, len(behind) > search.limit
    else:
        page, has_before, has_next = ranked[: search.limit], False, len(ranked) > search.limit
    return Page(
        [order for _, order in page],
        _cursor(search, page[-1][0], is_backward=False) if page and has_next else None,
        _cursor(search, page[0][0], is_backward=True) if page and has_before else None,
    )


def compile_sort(sort: Iterable[tuple[str, str]]) -> tuple[SortKey, ...]:
    """The sort keys. Raises InvalidRequest."""
    keys = []
    for name, direction in sort:
        field = FIELDS.get(name)
        if field is None or not field.is_sortable:
            raise refused("search.sort", f"Field '{name}' is not declared as sortable")
        keys.append(SortKey(field, direction == "DESC"))
    return tuple(keys)


def asked(
    filter_: Mapping[str, Any], sort: Sort, limit: int | None, cursor: str | None, behaviours: Behaviours
) -> Search:
    """The search that was asked for: a new one, or the one that the cursor continues (R412).

    A limit of 0 is none, as in protobuf. Raises InvalidRequest.
    """
    if not cursor:
        return Search(filter_, sort or DEFAULT_SORT, limit or PAGE_ORDERS_MAX)
    if (filter_ or sort) and behaviours.cursor_with_filter == "refuse":
        raise _refused_cursor("can't be combined with filter or sort: send the cursor alone")
    continued = read_cursor(cursor)
    return replace(continued, limit=limit) if limit else continued


def read_cursor(cursor: str) -> Search:
    """The search that a cursor continues. Raises InvalidRequest."""
    try:
        held = _CursorContents.model_validate_json(base64.urlsafe_b64decode(cursor.encode("ascii")))
    except ValueError:  # no ASCII, no base64, no JSON, or not ours
        raise _forged() from None
    if len(held.after) != len(held.sort) + 1:
        raise _forged()
    return Search(held.filter, held.sort, held.limit, held.after, held.back)


class _CursorContents(BaseModel):
    """What a cursor says. A client can make up its own, so it is read as strictly as a request."""

    model_config = ConfigDict(strict=True, extra="forbid")

    filter: dict[str, Any]
    sort: tuple[tuple[str, Literal["ASC", "DESC"]], ...]
    limit: Annotated[int, Field(ge=0, le=PAGE_ORDERS_MAX)]
    back: bool
    after: tuple[Any, ...]


def _forged() -> InvalidRequest:
    return _refused_cursor("is not a cursor that a search has answered with")


def _refused_cursor(description: str) -> InvalidRequest:
    return refused("search.cursorPaging.cursor", description, rules.SEARCH_CURSOR)


def _rank(order: Order, keys: tuple[SortKey, ...]) -> tuple[Any, ...]:
    """Where the order stands; its id decides between equals."""
    return (*(min(key.field.values(order), default=None) for key in keys), order.id)


def _comparison(keys: tuple[SortKey, ...]) -> Callable[[tuple[Any, ...], tuple[Any, ...]], int]:
    directions = [-1 if key.is_descending else 1 for key in keys] + [1]

    def compare(left: tuple[Any, ...], right: tuple[Any, ...]) -> int:
        for one, other, direction in zip(left, right, directions, strict=True):
            if one != other:
                if one is None or other is None:
                    return direction if other is None else -direction
                return direction if one > other else -direction
        return 0

    return compare


def _cursor(search: Search, edge: tuple[Any, ...], *, is_backward: bool) -> str:
    held = {"filter": search.filter, "sort": search.sort, "limit": search.limit, "back": is_backward}
    text = json.dumps(held | {"after": [_plain(value) for value in edge]}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode("ascii")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):  # an order number, and behind what it counts as, its text
        return value[1]
    return str(value) if isinstance(value, Decimal) else value


def _revived(edge: tuple[Any, ...], keys: tuple[SortKey, ...]) -> tuple[Any, ...]:
    *firsts, order_id = edge
    if not isinstance(order_id, str):
        raise _forged()
    try:
        return (*(key.field.comparable(value) for key, value in zip(keys, firsts, strict=True)), order_id)
    except (ValueError, TypeError, InvalidOperation):
        raise _forged() from None
