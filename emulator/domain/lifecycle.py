"""The lifecycle simulation: which status a fulfillment takes next and when, as a carrier would report it (R601)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, get_args

from pydantic import AfterValidator

from emulator.domain.fulfillments import FulfillmentStatus
from emulator.domain.violations import violated

STATUSES: tuple[FulfillmentStatus, ...] = get_args(FulfillmentStatus)

_UNITS: Mapping[str, float] = MappingProxyType({"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400})
_DURATION = r"\d{1,6}(ms|s|m|h|d)"
DEFAULT_INTERVALS = "10m,1h,5h,18h,36h"  # 60 hours and 10 minutes from the label to the doorstep

_FORM = re.compile(rf"off|on|{_DURATION}(,{_DURATION}){{{len(STATUSES) - 1}}}")


def _checked(text: str) -> str:
    if _FORM.fullmatch(text) is None:
        steps = ", ".join(STATUSES)
        allowed = f"off, on, or how long it takes to reach each of {steps}, such as {DEFAULT_INTERVALS}"
        raise violated("FORMAT", f"must be {allowed}")
    return text


Lifecycle = Annotated[str, AfterValidator(_checked)]


def next_status(status: str | None) -> FulfillmentStatus | None:
    """The status after this one, the first one if there is none yet; None at the end of the way."""
    position = STATUSES.index(status) + 1 if status in STATUSES else 0
    return STATUSES[position] if position < len(STATUSES) else None


def waiting_time(lifecycle: str, status: FulfillmentStatus) -> timedelta:
    """How long a fulfillment takes to reach that status from the one before."""
    intervals = DEFAULT_INTERVALS if lifecycle == "on" else lifecycle
    return _duration(intervals.split(",")[STATUSES.index(status)])


def _duration(text: str) -> timedelta:
    amount, unit = re.findall(r"\d+|[a-z]+", text)
    return timedelta(seconds=int(amount) * _UNITS[unit])
