"""The journal over HTTP: what was asked, what came of it, why it was refused, and whether it was asked at all.

All of it is worked out here, when it is read, from what the journal refers to.
"""

from collections import defaultdict
from functools import partial
from typing import Annotated, Any

from pydantic import Field
from pydantic_core import to_jsonable_python

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.control import described_rule
from emulator.api.faults import described_effect, refuse_unknown_operation
from emulator.api.operation import Operation
from emulator.api.paging import PagedRequest, paged
from emulator.api.redaction import shown_body, shown_headers, shown_query, without_tokens
from emulator.api.responses import parse, render_json
from emulator.domain.differences import ABSENT, Difference, differences, missing_from
from emulator.domain.orders import Order
from emulator.domain.refusals import ControlNotFound, InvalidRequest, Refusal, Violation
from emulator.domain.remedies import how_to_fix
from emulator.domain.unread import Unread, doubtful_providers, unread_fields
from emulator.domain.wire import WireModel, format_timestamp
from emulator.journal import Change, Entry
from emulator.site import Site

_NEAR_MISSES_MAX = 3
_OTHER_OPERATION = 10  # as far off as so many fields

Json = dict[str, Any]


class ListRequestsRequest(PagedRequest):
    """Which entries: all that fit every filter. `refused`: got an error, or nothing; `failed`: by a fault of ours.

    `brief`: without what takes long to tell.
    """

    operation: str | None = None
    status: Annotated[int, Field(strict=False)] | None = None
    failed: Annotated[bool, Field(strict=False)] | None = None
    refused: Annotated[bool, Field(strict=False)] | None = None
    brief: Annotated[bool, Field(strict=False)] = False


class FindRequestRequest(WireModel):
    """Which entry of the journal."""

    request_id: str


class VerifyRequestsRequest(WireModel):
    """What should have been asked, and how often: exactly `count` times, or `atLeast` so often, else once or more.

    `body` is the part of it that matters.
    """

    operation: str
    status: int | None = None
    body: Any = None
    count: Annotated[int, Field(ge=0)] | None = None
    at_least: Annotated[int, Field(ge=1)] | None = None


class RequestNotFound(ControlNotFound):
    """A request that the journal does not hold, or no longer."""

    code = "REQUEST_NOT_FOUND"

    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"the journal of this site has no request {request_id}; GET /_emulator/requests lists what it has"
        )


async def list_requests(call: Call) -> Response:
    """List the journal, oldest first."""
    wanted = parse(call, ListRequestsRequest)
    if wanted.operation is not None:
        refuse_unknown_operation(wanted.operation)
    entries = [one for one in call.site.journal.entries() if _fits(one, wanted)]
    render = _brief if wanted.brief else partial(_told, call.site)
    return render_json(paged("requests", entries, wanted, render))


async def get_request(call: Call) -> Response:
    """Explain one request."""
    request_id = parse(call, FindRequestRequest).request_id
    entry = call.site.journal.find(request_id)
    if entry is None:
        raise RequestNotFound(request_id)
    return render_json(_told(call.site, entry))


async def clear_requests(call: Call) -> Response:
    """Empty the journal."""
    call.site.journal.clear()
    return render_json({})


async def verify_requests(call: Call) -> Response:
    """Say whether the site was asked as expected; if not, what came nearest to it."""
    wanted = parse(call, VerifyRequestsRequest)
    refuse_unknown_operation(wanted.operation)
    if wanted.count is not None and wanted.at_least is not None:
        raise InvalidRequest([Violation("count", "can't be set together with atLeast", "ONE_OF_ALIGNMENT")])
    missed = [(entry, _missed(entry, wanted)) for entry in call.site.journal.entries()]
    matched = [entry for entry, lacking in missed if not lacking]
    expected = f"exactly {wanted.count}" if wanted.count is not None else f"at least {wanted.at_least or 1}"
    is_verified = len(matched) == wanted.count if wanted.count is not None else len(matched) >= (wanted.at_least or 1)
    near = sorted(((one, lacking) for one, lacking in missed if lacking), key=lambda pair: _distance(pair[1]))
    return render_json(
        {
            "verified": is_verified,
            "matched": len(matched),
            "message": f"{expected} expected, {len(matched)} found",
            "requestIds": [entry.request_id for entry in matched],
            "nearMisses": [] if is_verified else [_near_miss(*pair) for pair in near[:_NEAR_MISSES_MAX]],
        }
    )


def _fits(entry: Entry, wanted: ListRequestsRequest) -> bool:
    return (
        wanted.operation in (None, entry.operation)
        and wanted.status in (None, entry.status)
        and wanted.failed in (None, entry.failure is not None)
        and wanted.refused in (None, entry.went_wrong)
    )


def _headline(entry: Entry) -> Json:
    return {
        "requestId": entry.request_id,
        "at": format_timestamp(entry.at),
        "durationMs": entry.duration_ms,
        "method": entry.method,
        "path": without_tokens(entry.path),
        "operation": entry.operation,
        "status": entry.status,
        "ending": entry.ending,
    }


def _brief(entry: Entry) -> Json:
    """What a list shows of a request."""
    return _headline(entry) | {
        "refusal": entry.refusal and entry.refusal.code,
        "fault": entry.fault and entry.fault.id,
        "doubts": len(_unread_in(entry)) + len(list(doubtful_providers(_request_body(entry)))),
    }


def _told(site: Site, entry: Entry) -> Json:
    """What is told of a request: all, but no tokens, which may stand in any text."""
    return dict(without_tokens(_explained(site, entry)))


def _explained(site: Site, entry: Entry) -> Json:
    """All there is to tell about a request; what does not apply is left out."""
    explained: Json = _headline(entry) | {
        "request": {
            "headers": shown_headers(entry.headers),
            "query": shown_query(entry.query),
            "body": _request_body(entry),
        },
        "response": {"body": shown_body(entry.answer, entry.path)},
        "unreadFields": [_unread(one) for one in _unread_in(entry)],
        "warnings": [_warning(one) for one in doubtful_providers(_request_body(entry))],
        "changes": [_change(one) for one in entry.changes],
        "events": _events(site, entry),
    }
    optional: Json = {
        "refusal": entry.refusal and _refusal(entry.refusal),
        "itemRefusals": [_refusal(one) for one in entry.item_refusals],
        "fault": entry.fault and {"id": entry.fault.id, "effect": described_effect(entry.fault.effect)},
        "failure": entry.failure,
    }
    return explained | {name: value for name, value in optional.items() if value}


def _refusal(refusal: Refusal) -> Json:
    """Why: the rule, the values involved, its evidence and source, the setting that changes it, and how to fix it."""
    described: Json = {
        "code": refusal.code,
        "message": refusal.message,
        "values": refusal.data,
        "rule": described_rule(refusal.rule),
        "howToFix": how_to_fix(refusal),
    }
    if isinstance(refusal, InvalidRequest):
        described["violations"] = [
            {
                "field": one.field,
                "description": one.description,
                "violatedRule": one.violated_rule,
                "rule": described_rule(one.rule),
            }
            for one in refusal.violations
        ]
    return described


def _unread_in(entry: Entry) -> list[Unread]:
    """What the operation did not read: of a query where it takes one, else of the body."""
    operation = _operation(entry.operation)
    if operation is None or operation.request is None:
        return []
    sent = shown_query(entry.query) if operation.takes_query else _request_body(entry)
    return unread_fields(operation.request, sent) if isinstance(sent, dict) else []


def _operation(operation_id: str | None) -> Operation | None:
    from emulator.api.routes import OPERATIONS

    return next((one for one in OPERATIONS if one.id == operation_id), None)


def _request_body(entry: Entry) -> Any:
    content_type = next((value for name, value in entry.headers if name.lower() == b"content-type"), b"")
    return shown_body(entry.body, entry.path, content_type.decode("latin-1"))


def _unread(unread: Unread) -> Json:
    found: Json = {"field": unread.path}
    return found if unread.did_you_mean is None else found | {"didYouMean": unread.did_you_mean}


def _warning(doubtful: Unread) -> Json:
    message = f"is a custom provider, because names match exactly; {doubtful.did_you_mean} makes its own tracking link"
    return {"field": doubtful.path, "message": message, "didYouMean": doubtful.did_you_mean}


def _change(change: Change) -> Json:
    found = differences(_order(change.before), _order(change.after))
    return {"orderId": change.after.id, "differences": [_difference(one) for one in found]}


def _difference(difference: Difference) -> Json:
    sides = {"before": difference.before, "after": difference.after}
    return {"path": difference.path} | {name: value for name, value in sides.items() if value is not ABSENT}


def _order(order: Order | None) -> Any:
    if order is None:
        return ABSENT
    fulfillments = to_jsonable_python(order.fulfillments, exclude_none=True)
    return order.model_dump(mode="json", exclude_none=True) | {"fulfillments": fulfillments}


def _events(site: Site, entry: Entry) -> list[Json]:
    deliveries: defaultdict[str, list[Json]] = defaultdict(list)
    for one in site.outbox.deliveries() if entry.events else ():
        deliveries[one.event.id].append({"id": one.id, "status": one.status})
    return [
        {
            "id": event.id,
            "eventType": event.type.name,
            "entityId": event.entity_id,
            "entityEventSequence": str(event.sequence),
            "deliveries": deliveries[event.id],
        }
        for event in entry.events
    ]


def _missed(entry: Entry, wanted: VerifyRequestsRequest) -> list[Difference]:
    """Where the request is another than the wanted one."""
    expected: Json = {"operation": wanted.operation}
    actual: Json = {"operation": entry.operation}
    if wanted.status is not None:
        expected["status"], actual["status"] = wanted.status, entry.status
    if wanted.body is not None and entry.operation == wanted.operation:
        expected["body"], actual["body"] = wanted.body, _request_body(entry)
    return missing_from(expected, actual)


def _distance(lacking: list[Difference]) -> int:
    return len(lacking) + sum(_OTHER_OPERATION for one in lacking if one.path == "operation")


def _near_miss(entry: Entry, lacking: list[Difference]) -> Json:
    found = [
        {"path": one.path}
        | ({} if one.before is ABSENT else {"expected": one.before})
        | ({} if one.after is ABSENT else {"actual": one.after})
        for one in lacking
    ]
    near: Json = {"requestId": entry.request_id, "operation": entry.operation, "status": entry.status}
    return near | {"differences": without_tokens(found)}
