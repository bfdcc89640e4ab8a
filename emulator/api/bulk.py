"""What the answers of all bulk calls have in common (R122)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.responses import application_error, render
from emulator.domain.orders import Order
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


def render_results(
    call: Call,
    entity_ids: Sequence[str],
    outcomes: Sequence[Order | Refusal],
    shown: Callable[[Order], Mapping[str, Any]],
) -> Response:
    """What became of each entity, in the order of the request; `shown` gives the members of one that was changed."""
    results, failures = [], 0
    for index, (entity_id, outcome) in enumerate(zip(entity_ids, outcomes, strict=True)):
        metadata = {"id": entity_id, "originalIndex": index, "success": True}
        if isinstance(outcome, Refusal):
            failures += 1
            metadata |= {"success": False, "error": application_error(outcome, call.site.behaviours)}
            results.append({"itemMetadata": metadata})
        else:
            results.append({"itemMetadata": metadata, **shown(outcome)})
    counters = {"totalSuccesses": len(outcomes) - failures, "totalFailures": failures, "undetailedFailures": 0}
    return render({"results": results, "bulkActionMetadata": counters})
