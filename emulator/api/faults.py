"""Faults over HTTP: armed, listed and taken back."""

from typing import Annotated, Any

from pydantic import Field
from starlette.responses import Response

from emulator.api.call import Call
from emulator.api.responses import parse, render_json
from emulator.api.webhooks import IdentifiedRequest, PlannedChaos
from emulator.domain.refusals import InvalidRequest, NotFound, Violation, find_refusal, refusal_codes
from emulator.domain.rules import UNKNOWN_PATHS
from emulator.domain.wire import WireModel
from emulator.faults import Drop, Effect, Fault


class PlannedEffect(WireModel):
    """What goes wrong: exactly one of these."""

    error: str | None = None
    status: Annotated[int, Field(ge=500, le=599)] | None = None
    delay_ms: Annotated[int, Field(ge=0, le=60_000)] | None = None
    drop: Drop | None = None
    chaos: PlannedChaos | None = None


class ArmFaultRequest(WireModel):
    """Which operation goes wrong, how, how often, and after how many good calls."""

    operation: str
    effect: PlannedEffect
    times: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    skip: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class FaultNotFound(NotFound):
    """A fault that the site does not have."""

    code = "FAULT_NOT_FOUND"
    rule = UNKNOWN_PATHS

    def __init__(self, fault_id: str) -> None:
        super().__init__(f"no fault {fault_id}; GET /_emulator/faults lists them")


async def list_faults(call: Call) -> Response:
    """List the site's faults, spent ones included."""
    return render_json({"faults": [_rendered(fault) for fault in call.site.faults.armed()]})


async def arm_fault(call: Call) -> Response:
    """Plan a misbehaviour."""
    request = parse(call, ArmFaultRequest)
    _refuse_unknown_operation(request.operation)
    effect = _effect(request.effect)
    fault = Fault(call.site.ids.guid(), request.operation, effect, request.times, request.skip)
    call.site.faults.arm(fault)
    return render_json(_rendered(fault))


async def disarm_fault(call: Call) -> Response:
    """Take one fault back."""
    fault_id = parse(call, IdentifiedRequest).id
    if not call.site.faults.disarm(fault_id):
        raise FaultNotFound(fault_id)
    return render_json({})


async def clear_faults(call: Call) -> Response:
    """Take all faults back."""
    call.site.faults.clear()
    return render_json({})


def _refuse_unknown_operation(operation: str) -> None:
    from emulator.api.routes import OPERATIONS

    known = [one.id for one in OPERATIONS if not one.is_control]
    if operation not in known:
        raise InvalidRequest([Violation("operation", f"must be one of {', '.join(known)}", "INVALID_ENUM_VALUE")])


def _effect(planned: PlannedEffect) -> Effect:
    if len(planned.model_fields_set) != 1:
        known = "error, status, delayMs, drop, chaos"
        raise InvalidRequest([Violation("effect", f"must have exactly one of {known}", "ONE_OF_ALIGNMENT")])
    if planned.error is not None and find_refusal(planned.error) is None:
        described = f"must be one of {', '.join(refusal_codes())}"
        raise InvalidRequest([Violation("effect.error", described, "INVALID_ENUM_VALUE")])
    return Effect(
        refusal=planned.error,
        status=planned.status,
        delay_ms=planned.delay_ms,
        drop=planned.drop,
        chaos=planned.chaos.chaos() if planned.chaos else None,
    )


def _rendered(fault: Fault) -> dict[str, Any]:
    effect = fault.effect
    rendered = {
        "error": effect.refusal,
        "status": effect.status,
        "delayMs": effect.delay_ms,
        "drop": effect.drop,
        "chaos": effect.chaos and effect.chaos.name,
    }
    return {
        "id": fault.id,
        "operation": fault.operation,
        "times": fault.times,
        "skip": fault.skip,
        "used": fault.used,
        "effect": {name: value for name, value in rendered.items() if value is not None},
    }
