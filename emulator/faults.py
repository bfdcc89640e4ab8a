"""Planned misbehaviour: which operation goes wrong, how often, after how many good calls, and how."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from emulator.changes import REST_OF_SITE, Changes
from emulator.domain.chaos import Chaos
from emulator.domain.refusals import LimitReached, find_refusal, refusal_codes
from emulator.domain.violations import violated

FAULTS_MAX = 1_000  # every call looks through them
_TIMES_MAX = 1_000_000


def _known(code: str) -> str:
    if find_refusal(code) is None:
        raise violated("INVALID_ENUM_VALUE", f"must be one of {', '.join(refusal_codes())}")
    return code


RefusalCode = Annotated[str, AfterValidator(_known)]
BlankStatus = Annotated[int, Field(ge=500, le=599)]
DelayMs = Annotated[int, Field(ge=0, le=60_000)]
Drop = Literal["beforeCommit", "afterCommit"]
Times = Annotated[int, Field(ge=1, le=_TIMES_MAX)]
GoodCalls = Annotated[int, Field(ge=0, le=_TIMES_MAX)]


@dataclass(frozen=True, slots=True)
class Effect:
    """What goes wrong with a call: exactly one of these is set; else PydanticCustomError, as a violation.

    `refusal`: the code of a refusal instead of the work; `status`: a blank answer instead of it; `delay_ms`: before it;
    `drop`: the connection ends before the work is done, or after it, so that only the reply is lost; `chaos`: on the
    events of the call.
    """

    refusal: RefusalCode | None = None
    status: BlankStatus | None = None
    delay_ms: DelayMs | None = None
    drop: Drop | None = None
    chaos: Chaos | None = None

    def __post_init__(self) -> None:
        kinds = (self.refusal, self.status, self.delay_ms, self.drop, self.chaos)
        if (count := sum(kind is not None for kind in kinds)) != 1:
            known = "error or refusal, status, delayMs, drop, chaos"
            raise violated("ONE_OF_ALIGNMENT", f"must have exactly one effect ({known}), has {count}")


@dataclass(frozen=True, slots=True)
class Fault:
    """An effect for `times` calls of an operation, after `skip` calls that go well; and how many there were of each."""

    id: str
    operation: str
    effect: Effect
    times: Times = 1
    skip: GoodCalls = 0
    used: Annotated[int, Field(ge=0)] = 0
    skipped: Annotated[int, Field(ge=0)] = 0

    def __post_init__(self) -> None:
        if self.used > self.times:
            raise violated("MAX", f"was used {self.used} times of {self.times}", {"threshold": self.times})

    @property
    def remaining(self) -> int:
        """How often it is still going to happen."""
        return self.times - self.used

    @property
    def is_unused(self) -> bool:
        """Whether it was planned in vain so far."""
        return self.used == 0


class Faults:
    """A site's faults, in the order in which they were armed."""

    def __init__(self, changes: Changes | None = None) -> None:
        """`changes` is told of each fault that a call has met, or that has let one pass."""
        self._faults: dict[str, Fault] = {}
        self._changes = changes or Changes()

    def arm(self, fault: Fault) -> None:
        """Have it happen from the next call on. Raises LimitReached."""
        if len(self._faults) >= FAULTS_MAX:
            remedy = "DELETE /_emulator/faults takes all back, spent ones included"
            raise LimitReached("faults in this site", requested=FAULTS_MAX + 1, allowed=FAULTS_MAX, remedy=remedy)
        self._faults[fault.id] = fault

    def disarm(self, fault_id: str) -> bool:
        """Take the fault back; whether there was one of that id."""
        return self._faults.pop(fault_id, None) is not None

    def armed(self) -> tuple[Fault, ...]:
        """All faults, spent ones included."""
        return tuple(self._faults.values())

    def clear(self, faults: Iterable[Fault] = ()) -> None:
        """Have these faults and no others."""
        self._faults = {fault.id: fault for fault in faults}

    def take(self, operation: str, *, is_heard: bool = True) -> Fault | None:
        """The fault that this call of the operation meets, if there is one. The first armed one that is left counts;
        chaos does not where nobody hears of events."""
        for fault in self._faults.values():
            if fault.operation != operation or fault.remaining == 0:
                continue
            if fault.effect.chaos is not None and not is_heard:
                continue
            if fault.skipped < fault.skip:
                self._change(replace(fault, skipped=fault.skipped + 1))
                continue
            return self._change(replace(fault, used=fault.used + 1))
        return None

    def give_back(self, fault: Fault) -> None:
        """That call has not met it after all."""
        current = self._faults.get(fault.id)
        if current is not None and current.used:
            self._change(replace(current, used=current.used - 1))

    def _change(self, fault: Fault) -> Fault:
        self._faults[fault.id] = fault
        self._changes.tell("detail", REST_OF_SITE)
        return fault
