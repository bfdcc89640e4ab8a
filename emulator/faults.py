"""Planned misbehaviour: which operation goes wrong, how often, after how many good calls, and how."""

from dataclasses import dataclass
from typing import Literal

from emulator.domain.chaos import Chaos

Drop = Literal["beforeCommit", "afterCommit"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What goes wrong with a call: exactly one of these is set.

    `refusal`: the code of a refusal instead of the work; `status`: a blank answer instead of it; `delay_ms`: before it;
    `drop`: the connection ends before the work is done, or after it, so that only the reply is lost; `chaos`: on the
    events of the call.
    """

    refusal: str | None = None
    status: int | None = None
    delay_ms: int | None = None
    drop: Drop | None = None
    chaos: Chaos | None = None


@dataclass(slots=True)
class Fault:
    """An effect for the next `times` calls of an operation, after `skip` calls that go well."""

    id: str
    operation: str
    effect: Effect
    times: int = 1
    skip: int = 0
    used: int = 0

    @property
    def is_spent(self) -> bool:
        """Whether it has happened as often as it should."""
        return self.used == self.times


class Faults:
    """A site's faults, in the order in which they were armed."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}

    def arm(self, fault: Fault) -> None:
        """Have it happen from the next call on."""
        self._faults[fault.id] = fault

    def disarm(self, fault_id: str) -> bool:
        """Take the fault back; whether there was one of that id."""
        return self._faults.pop(fault_id, None) is not None

    def armed(self) -> tuple[Fault, ...]:
        """All faults, spent ones included."""
        return tuple(self._faults.values())

    def clear(self) -> None:
        """Forget all faults."""
        self._faults.clear()

    def take(self, operation: str) -> Effect | None:
        """What goes wrong with this call of the operation, if anything does."""
        for fault in self._faults.values():
            if fault.operation != operation or fault.is_spent:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.used += 1
            return fault.effect
        return None
