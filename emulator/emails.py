"""The bounded record of the triggered e-mails that a site's code has sent. None of them leaves the emulator."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

EMAILS_MAX = 1_000


class Email(NamedTuple):
    """A triggered e-mail: which one, to which contact, and what fills its placeholders (R509)."""

    at: datetime
    email_id: str
    contact_id: str
    variables: Mapping[str, Any]


class Emails:
    """Keeps the newest e-mails. Like the journal it is a record only: a reset empties it, a snapshot leaves it out."""

    def __init__(self) -> None:
        self._emails: deque[Email] = deque(maxlen=EMAILS_MAX)

    def record(self, email: Email) -> None:
        """Keep the e-mail; the oldest one goes if there are too many."""
        self._emails.append(email)

    def all(self) -> tuple[Email, ...]:
        """All e-mails that are still kept, oldest first."""
        return tuple(self._emails)

    def clear(self) -> None:
        """Forget all e-mails."""
        self._emails.clear()
