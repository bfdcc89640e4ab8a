"""The lifecycle simulation: which status a fulfillment takes next and when, as a carrier would report it (R601)."""

from datetime import timedelta
from functools import lru_cache
from typing import Annotated, get_args

from pydantic import AfterValidator

from emulator.domain.durations import parse_duration
from emulator.domain.fulfillments import FulfillmentStatus
from emulator.domain.violations import violated

STATUSES: tuple[FulfillmentStatus, ...] = get_args(FulfillmentStatus)

DEFAULT_INTERVALS = "10m,1h,5h,18h,36h"  # 60 hours and 10 minutes from the label to the doorstep
INTERVAL_DAYS_MAX = 366


def _checked(text: str) -> str:
    if text not in ("off", "on") and not _is_a_walk(text):
        steps = ", ".join(STATUSES)
        allowed = f"off, on, or how long it takes to reach each of {steps} (at most {INTERVAL_DAYS_MAX}d each)"
        raise violated("FORMAT", f"must be {allowed}, such as {DEFAULT_INTERVALS}")
    return text


def _is_a_walk(text: str) -> bool:
    try:
        intervals = _intervals(text)
    except ValueError:
        return False
    return len(intervals) == len(STATUSES) and max(intervals) <= timedelta(days=INTERVAL_DAYS_MAX)


def _intervals(text: str) -> list[timedelta]:
    return [parse_duration(interval) for interval in text.split(",")]


Lifecycle = Annotated[str, AfterValidator(_checked)]


def next_status(status: str | None) -> FulfillmentStatus | None:
    """The status after this one, the first one if there is none yet; None at the end of the way."""
    position = STATUSES.index(status) + 1 if status in STATUSES else 0
    return STATUSES[position] if position < len(STATUSES) else None


@lru_cache(maxsize=1_024)
def waiting_time(lifecycle: str, status: FulfillmentStatus) -> timedelta:
    """How long a fulfillment takes to reach that status from the one before."""
    intervals = DEFAULT_INTERVALS if lifecycle == "on" else lifecycle
    return _intervals(intervals)[STATUSES.index(status)]
