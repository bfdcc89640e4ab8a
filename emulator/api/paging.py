"""A page of a long list of the control plane, counted from the newest."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import Field

from emulator.domain.wire import WireModel

_Item = TypeVar("_Item")


class PagedRequest(WireModel):
    """Of what fits, the newest `limit`, or that many before the newest `offset`. Without both, all of it."""

    limit: Annotated[int, Field(ge=1, strict=False)] | None = None
    offset: Annotated[int, Field(ge=0, strict=False)] = 0


def on_page(found: Sequence[_Item], wanted: PagedRequest) -> Sequence[_Item]:
    """The part of the list that was asked for."""
    end = max(len(found) - wanted.offset, 0)
    return found[0 if wanted.limit is None else max(end - wanted.limit, 0) : end]


def paged(name: str, found: Sequence[_Item], wanted: PagedRequest, render: Callable[[_Item], Any]) -> dict[str, Any]:
    """The list under its name, oldest first; one that was asked for in pages tells the `total` too."""
    listed = {name: [render(one) for one in on_page(found, wanted)]}
    return listed | ({"total": len(found)} if wanted.model_fields_set & {"limit", "offset"} else {})
