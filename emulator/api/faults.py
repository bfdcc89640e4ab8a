"""Faults over HTTP: armed, listed and taken back."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.events import PlannedChaos
from emulator.api.identified import IdentifiedRequest
from emulator.api.responses import parse, render_json
from emulator.domain.chaos import Chaos
from emulator.domain.credentials import MANAGE_ORDERS
from emulator.domain.refusals import ControlNotFound, InvalidRequest, Violation
from emulator.domain.unread import nearest
from emulator.domain.wire import WireModel
from emulator.faults import BlankStatus, DelayMs, Drop, Effect, Fault, GoodCalls, RefusalCode, Times


class PlannedEffect(WireModel):
    """What goes wrong: exactly one of these."""

    error: RefusalCode | None = None
    status: BlankStatus | None = None
    delay_ms: DelayMs | None = None
    drop: Drop | None = None
    chaos: PlannedChaos | None = None

    def effect(self) -> Effect:
        """The effect as a value. Raises PydanticCustomError, as a violation."""
        chaos = self.chaos.chaos() if self.chaos else None
        return Effect(refusal=self.error, status=self.status, delay_ms=self.delay_ms, drop=self.drop, chaos=chaos)

    @model_validator(mode="after")
    def _refuse_what_is_no_effect(self) -> Self:
        self.effect()
        return self


class ArmFaultRequest(WireModel):
    """Which operation goes wrong, how, how often, and after how many good calls."""

    operation: str
    effect: PlannedEffect
    times: Times = 1
    skip: GoodCalls = 0


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
    effect = request.effect.effect()
    if violations := misplaced(request.operation, effect):
        raise InvalidRequest(violations)
    with call.site.ids.given_back_on_failure():
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
    found = _unknown(operation)
    if found is not None:
        raise InvalidRequest([found])


def misplaced(operation: str, effect: Effect) -> list[Violation]:
    """Why that effect cannot happen to that operation: the emulated API has no such one, or it sends no events."""
    from emulator.api.routes import OPERATIONS

    unknown = _unknown(operation)
    if unknown is not None:
        return [unknown]
    telling = [one.id for one in OPERATIONS if one.scope == MANAGE_ORDERS]
    if effect.chaos is None or operation in telling:
        return []
    description = f"happens to events, and {operation} sends none; these do: {', '.join(telling)}"
    return [Violation("effect.chaos", description, "FIELD_NOT_ALLOWED")]


def described_effect(effect: Effect) -> dict[str, Any]:
    """The effect as it is armed: chaos by its bare name, where it has no other seconds than those it has anyway."""
    described = {
        "error": effect.refusal,
        "status": effect.status,
        "delayMs": effect.delay_ms,
        "drop": effect.drop,
        "chaos": effect.chaos and _described(effect.chaos),
    }
    return {name: value for name, value in described.items() if value is not None}


def _unknown(operation: str) -> Violation | None:
    from emulator.api.routes import OPERATIONS

    known = [one.id for one in OPERATIONS if not one.is_control]
    if operation in known:
        return None
    meant = nearest(operation, known)
    hint = f"; did you mean {meant}?" if meant else ""
    return Violation("operation", f"must be one of {', '.join(known)}{hint}", "INVALID_ENUM_VALUE")


def _described(chaos: Chaos) -> str | dict[str, Any]:
    return chaos.name if chaos == Chaos(chaos.name) else {"name": chaos.name, "seconds": chaos.seconds}


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
