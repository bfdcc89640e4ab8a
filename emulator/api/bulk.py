"""What the answers of all bulk calls have in common (R122)."""

from collections.abc import Sequence
from typing import Any

from emulator.api.call import Call
from emulator.api.responses import application_error
from emulator.domain.refusals import Refusal
from emulator.domain.wire import OrderId, WireModel


class ItemError(WireModel):
    """Why an entry of a bulk call was refused."""

    code: str
    description: str
    data: dict[str, Any]


class ItemMetadata(WireModel):
    """Which entry of a bulk call a result is for, and how it went."""

    id: OrderId
    original_index: int
    success: bool
    error: ItemError | None = None


class BulkActionMetadata(WireModel):
    """How many entries went which way."""

    total_successes: int
    total_failures: int
    undetailed_failures: int


def item_metadata(call: Call, index: int, entity_id: str, outcome: object) -> ItemMetadata:
    """How the entry went."""
    if not isinstance(outcome, Refusal):
        return ItemMetadata.trusted(id=entity_id, original_index=index, success=True)
    error = ItemError.trusted(**application_error(outcome, call.site.behaviours))
    return ItemMetadata.trusted(id=entity_id, original_index=index, success=False, error=error)


def counters(outcomes: Sequence[object]) -> BulkActionMetadata:
    """How all entries went."""
    failures = sum(isinstance(outcome, Refusal) for outcome in outcomes)
    return BulkActionMetadata(total_successes=len(outcomes) - failures, total_failures=failures, undetailed_failures=0)
