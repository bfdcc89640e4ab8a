"""The site's clock over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.deliveries import settled
from emulator.api.responses import parse, render_json
from emulator.domain.moments import EARLIEST, LATEST
from emulator.domain.refusals import InvalidRequest, Violation
from emulator.domain.wire import Timestamp, WireModel, format_timestamp
from emulator.site import Site

_ADVANCE_S_MAX = 366 * 86_400


class SetClockRequest(WireModel):
    """A moment at which the clock stops, or back to the system's time."""

    now: Timestamp | None = None
    mode: Literal["system", "manual"] | None = None


class AdvanceClockRequest(WireModel):
    """By how much."""

    seconds: Annotated[float, Field(ge=0, le=_ADVANCE_S_MAX)]


async def get_clock(call: Call) -> Response:
    """Answer with the site's time."""
    return render_json(described_clock(call.site))


async def set_clock(call: Call) -> Response:
    """Stop the clock, or let it follow the system again. Nothing is sent by it; `advance` does that."""
    request = parse(call, SetClockRequest)
    if request.now is None and request.mode is None:
        raise InvalidRequest([Violation("", 'must have "now" or "mode"', "REQUIRED_FIELD")])
    if request.now is not None and request.mode == "system":
        raise InvalidRequest([Violation("now", "can't be set together with mode system", "ONE_OF_ALIGNMENT")])
    if request.mode == "system":
        call.site.clock.follow_system()
        call.site.wake()
    else:
        moment = request.now or call.site.clock.now()
        _refuse_end_of_time("now", moment)
        call.site.clock.set(moment)
    return render_json(described_clock(call.site))


async def advance_clock(call: Call) -> Response:
    """Move the clock on and stop it there; what falls due on the way is sent before this answers."""
    request = parse(call, AdvanceClockRequest)
    step = timedelta(seconds=request.seconds)
    _refuse_end_of_time("seconds", call.site.clock.now() + step)
    outcome = await call.emulator.dispatcher.advance(call.site, step)
    return render_json(described_clock(call.site) | settled(outcome))


def described_clock(site: Site) -> dict[str, Any]:
    """The site's time, and whether it runs."""
    mode = "manual" if site.clock.is_manual else "system"
    return {"now": format_timestamp(site.clock.now()), "mode": mode}


def _refuse_end_of_time(field: str, moment: datetime) -> None:
    if not EARLIEST <= moment <= LATEST:
        description = f"would set the clock to {moment.year}; it can stand from {EARLIEST.year} to {LATEST.year}"
        raise InvalidRequest([Violation(field, description, "VALIDATION")])
