"""Who wants which events, and how an event gets there: subscriptions, deliveries, attempts, and the retry ladder."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from emulator.domain.chaos import Chaos
from emulator.domain.events import Event
from emulator.domain.moments import Moment, PlannedMoment
from emulator.domain.violations import violated
from emulator.domain.wire import Items, WebUrl, WireModel

DeliveryFormat = Literal["jwt", "sdk", "velo"]
DeliveryStatus = Literal["waiting", "delivered", "exhausted"]

ATTEMPT_TIMEOUT_S = 1.25  # R305
ATTEMPTS_MAX = 100  # of which a delivery keeps the newest: the ladder has 13, redelivering has no end
SUBSCRIPTIONS_MAX = 100
SUCCESS_STATUS = 200

_WIX = ("wixapis.com", "wix.com")
_LOOKED_UP = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+(%[a-z0-9._-]+)?")  # a name, or an address of IPv6

_MINUTES_BETWEEN_ATTEMPTS = (1, 10, 60, 120, 120, 120, 240, 240, 240, 480, 480, 720)  # R306
RETRY_WAITS = tuple(timedelta(minutes=minutes) for minutes in _MINUTES_BETWEEN_ATTEMPTS)


def refuse_as_receiver(url: str) -> str:
    """The URL, if webhooks may go there: no event of the emulator reaches Wix, and no URL carries a password.

    Raises PydanticCustomError, as a violation.
    """
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError as error:
        raise violated("FORMAT", f"is not a valid web URL: {error}", {"type": "WEB_URL"}) from None
    if not _LOOKED_UP.fullmatch(host):  # libraries differ in what other characters come to: even in Wix's own name
        description = f"has the host {host}; write it in letters, digits, . and - as it is looked up: xn--tda.example"
        raise violated("FORMAT", description, {"type": "WEB_URL"})
    if "@" in parts.netloc:
        raise violated("VALIDATION", "carries credentials, which would show wherever the URL does; leave them out")
    if any(host == wix or host.endswith(f".{wix}") for wix in _WIX):
        raise violated("VALIDATION", f"is at {host}: the emulator's webhooks never go to Wix; name a receiver of yours")
    return url


WebhookUrl = Annotated[WebUrl, AfterValidator(refuse_as_receiver)]


class Subscription(WireModel):
    """Who wants which events. An event type may be a pattern, such as `*` or `wix.ecom.v1.*`."""

    id: str
    url: WebhookUrl
    event_types: Annotated[Items[str], Field(min_length=1)] = ("*",)
    format: DeliveryFormat = "jwt"

    def wants(self, event: Event) -> bool:
        """Whether one of its event types fits."""
        return _matches(event.type.name, self.event_types)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: when it ended, what the receiver answered or why it did not, and when the next one is due.

    `duration_ms` is None on a manual clock: there no time passes, and it would differ from run to run.
    """

    at: Moment
    status: int | None
    error: str | None
    duration_ms: int | None
    next_at: PlannedMoment | None = None

    @property
    def succeeded(self) -> bool:
        """Only 200 is a success (R305)."""
        return self.status == SUCCESS_STATUS


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is posted to the receiver."""

    body: bytes
    content_type: str


@dataclass(slots=True)  # not frozen, for the same reason as an event is not
class Delivery:
    """One event on its way to one subscription. `due` is None when no attempt is planned any more.

    Sealed with its first attempt, so that every attempt sends the same bytes (R306).
    """

    id: str
    event: Event
    subscription: Subscription
    created: Moment
    due: PlannedMoment | None
    status: DeliveryStatus = "waiting"
    attempts: tuple[Attempt, ...] = ()
    retries: Annotated[int, Field(ge=0, le=len(RETRY_WAITS))] = 0
    chaos: Chaos | None = None
    sealed: Sealed | None = None

    @property
    def is_first_attempt(self) -> bool:
        """Whether no planned attempt has failed: first attempts keep their order, retries hold nothing back (R307)."""
        return self.retries == 0

    def attempted(self, attempt: Attempt) -> "Delivery":
        """After a planned attempt: delivered, or waiting for the next step of the ladder, or exhausted (R306)."""
        if attempt.succeeded:
            return self._delivered(attempt)
        if self.due is None:  # delivered out of turn meanwhile, or its subscription is gone
            return self.redelivered(attempt)
        if self.retries == len(RETRY_WAITS):
            return replace(self, status="exhausted", due=None, attempts=self._with(attempt))
        due = attempt.at + RETRY_WAITS[self.retries]
        attempts = self._with(replace(attempt, next_at=due))
        return replace(self, due=due, attempts=attempts, retries=self.retries + 1)

    def redelivered(self, attempt: Attempt) -> "Delivery":
        """After an attempt out of turn: delivered, or else planned as before."""
        if attempt.succeeded:
            return self._delivered(attempt)
        return replace(self, attempts=self._with(replace(attempt, next_at=self.due)))

    def abandoned(self) -> "Delivery":
        """Without any further attempt: its subscription is gone."""
        return replace(self, status="exhausted", due=None)

    def _delivered(self, attempt: Attempt) -> "Delivery":
        return replace(self, status="delivered", due=None, attempts=self._with(attempt))

    def _with(self, attempt: Attempt) -> tuple[Attempt, ...]:
        return (*self.attempts[-ATTEMPTS_MAX + 1 :], attempt)


@lru_cache(maxsize=1_024)
def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
