"""A receiver of webhooks for a check: it answers as it is told and remembers what came."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from emulator.receiver import answering


@dataclass
class Receiver:
    """Answers with these statuses, one after the other, and then with the last one."""

    statuses: Sequence[int]
    url: str = ""
    received: list[tuple[str, str]] = field(default_factory=list)  # content type and body

    def receive(self, content_type: str, body: bytes) -> int:
        """Remember it; the status to answer with."""
        self.received.append((content_type, body.decode(errors="replace")))
        return self.statuses[min(len(self.received), len(self.statuses)) - 1]


@contextmanager
def receiving(*statuses: int) -> Iterator[Receiver]:
    """A receiver on a free port while this lasts."""
    receiver = Receiver(statuses)
    with answering(receiver.receive) as receiver.url:
        yield receiver
