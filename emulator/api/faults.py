"""Faults over HTTP: armed, listed and taken back."""

import dataclasses
from typing import Annotated, Any

from pydantic import Field

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.responses import parse, render_json
from emulator.api.webhooks import IdentifiedRequest, PlannedChaos
from emulator.domain.refusals import ControlNotFound, InvalidRequest, Violation, find_refusal, refusal_codes
from emulator.domain.unread import nearest
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


class ListFaultsRequest(WireModel):
    """Which faults: all, or those that have not happened, or those that have."""

    unused: Annotated[bool, Field(strict=False)] | None = None


class FaultNotFound(ControlNotFound):
    """A fault that the site does not have."""

    code = "FAULT_NOT_FOUND"

    def __init__(self, fault_id: str) -> None:
        super().__init__(f"no fault {fault_id}; GET /_emulator/faults lists them")


async def list_faults(call: Call) -> Response:
    """List the site's faults, spent ones included; or those alone that have not happened."""
    unused = parse(call, ListFaultsRequest).unused
    faults = [one for one in call.site.faults.armed() if unused in (None, one.is_unused)]
    return render_json({"faults": [_rendered(fault) for fault in faults]})


async def arm_fault(call: Call) -> Response:
    """Plan a misbehaviour."""
    request = parse(call, ArmFaultRequest)
    refuse_unknown_operation(request.operation)
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


def refuse_unknown_operation(operation: str) -> None:
    """Refuse what is no operation of the emulated API."""
    found = _unknown_operation(operation)
    if found is not None:
        raise InvalidRequest([found])


def unfit(fault: Fault) -> list[Violation]:
    """What is wrong with a fault that was not armed here but comes from a snapshot."""
    violations = [_unknown_operation(fault.operation), _unknown_refusal(fault.effect.refusal)]
    kinds = [value for value in dataclasses.astuple(fault.effect) if value is not None]
    if len(kinds) != 1:
        violations.append(Violation("effect", f"must have exactly one effect, has {len(kinds)}", "ONE_OF_ALIGNMENT"))
    return [violation for violation in violations if violation is not None]


def described_effect(effect: Effect) -> dict[str, Any]:
    """The effect as it is armed."""
    described = {
        "error": effect.refusal,
        "status": effect.status,
        "delayMs": effect.delay_ms,
        "drop": effect.drop,
        "chaos": effect.chaos and effect.chaos.name,
    }
    return {name: value for name, value in described.items() if value is not None}


def _unknown_operation(operation: str) -> Violation | None:
    from emulator.api.routes import OPERATIONS

    known = [one.id for one in OPERATIONS if not one.is_control]
    if operation in known:
        return None
    meant = nearest(operation, known)
    hint = f"; did you mean {meant}?" if meant else ""
    return Violation("operation", f"must be one of {', '.join(known)}{hint}", "INVALID_ENUM_VALUE")


def _unknown_refusal(code: str | None) -> Violation | None:
    if code is None or find_refusal(code) is not None:
        return None
    return Violation("effect.error", f"must be one of {', '.join(refusal_codes())}", "INVALID_ENUM_VALUE")


def _effect(planned: PlannedEffect) -> Effect:
    if sum(getattr(planned, name) is not None for name in PlannedEffect.model_fields) != 1:
        known = "error, status, delayMs, drop, chaos"
        raise InvalidRequest([Violation("effect", f"must have exactly one of {known}", "ONE_OF_ALIGNMENT")])
    unknown = _unknown_refusal(planned.error)
    if unknown is not None:
        raise InvalidRequest([unknown])
    return Effect(
        refusal=planned.error,
        status=planned.status,
        delay_ms=planned.delay_ms,
        drop=planned.drop,
        chaos=planned.chaos.chaos() if planned.chaos else None,
    )


def _rendered(fault: Fault) -> dict[str, Any]:
    return {
        "id": fault.id,
        "operation": fault.operation,
        "times": fault.times,
        "skip": fault.skip,
        "used": fault.used,
        "remaining": fault.remaining,
        "effect": described_effect(fault.effect),
    }
