"""Tells whoever listens what happens on a site. While nobody does, it costs nothing."""

from collections.abc import Callable
from typing import Final, Literal

ChangeKind = Literal["request", "delivery", "order", "control", "detail"]
REST_OF_SITE: Final = ("sites", "")  # the `detail` that is about the site itself
# Called with the kind, and what it is about: an entry of the journal, a delivery, an order, a control operation's id.
# A `detail` is for the state file alone: a table of `durability/rows.py`, and the id of the row that has changed.
Listener = Callable[[ChangeKind, object], None]


class Changes:
    """A site's listeners. A listener must not block and must not raise: it is called in the middle of the work."""

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell it from now on; the answer is how to stop that."""
        self._listeners = (*self._listeners, listener)

        def stop() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return stop

    def tell(self, kind: ChangeKind, subject: object) -> None:
        """Something happened."""
        for listener in self._listeners:
            listener(kind, subject)
