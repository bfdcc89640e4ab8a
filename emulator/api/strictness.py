"""What the control plane does not read, it refuses: in a test it would be a test of something else."""

from collections.abc import Iterable

from emulator.api.call import Call
from emulator.api.responses import json_object
from emulator.domain.refusals import InvalidRequest, Violation
from emulator.domain.unread import known_beside, nearest, unread_fields

_EVERYWHERE = ("site",)  # a query may name the site, whatever else it says


def refuse_unread(call: Call) -> None:
    """Refuse query parameters and fields of the body that the operation does not know. Raises InvalidRequest."""
    if call.operation.is_page:
        return
    violations = [*_unread_in_query(call), *_unread_in_body(call)]
    if violations:
        raise InvalidRequest(violations)


def _unread_in_query(call: Call) -> Iterable[Violation]:
    model = call.operation.request
    fields = known_beside(model, "") if model is not None and call.operation.takes_query else ()
    known = (*fields, *_EVERYWHERE)
    for name in call.query():
        if name not in known:
            yield Violation(name, _unknown(nearest(name, known), known), "FIELD_NOT_ALLOWED")


def _unread_in_body(call: Call) -> Iterable[Violation]:
    model = call.operation.request
    if model is None or call.operation.takes_query:
        return
    for one in unread_fields(model, json_object(call.body)):
        yield Violation(one.path, _unknown(one.did_you_mean, known_beside(model, one.path)), "FIELD_NOT_ALLOWED")


def _unknown(meant: str | None, known: Iterable[str]) -> str:
    return f"is unknown; did you mean {meant}?" if meant else f"is unknown; known: {', '.join(known)}"
