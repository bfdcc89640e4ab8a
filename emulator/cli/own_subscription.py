"""A listener's own subscription, which a reset or a restart of the emulator takes away and this takes out again."""

import contextlib
from collections.abc import Callable
from threading import Event, Thread

from emulator.cli.client import CallFailed, Control

_LOOK_S = 1.0  # between two looks at whether it is still there


class OwnSubscription:
    """Subscribes an address at the control plane, and looks after that in a thread until it is ended.

    `told` is called in that thread whenever it had to subscribe anew. Whoever the emulator was started for, with
    `--webhook-url`, is not subscribed a second time.
    """

    def __init__(self, control: Control, address: str, told: Callable[[], None]) -> None:
        self._control = control
        self._address = address
        self._told = told
        self._id: str | None = None
        self._is_over = Event()
        self._looking = Thread(target=self._look_after, daemon=True)

    def begin(self) -> None:
        """Subscribe, and look after it from now on. Raises CallFailed, Unreachable; then it looks on nevertheless."""
        try:
            self._subscribe_if_needed()
        finally:
            self._looking.start()

    def end(self) -> None:
        """Unsubscribe, if emulator and subscription are still there."""
        self._is_over.set()
        self._looking.join()
        if self._id is not None:
            with contextlib.suppress(CallFailed):
                self._control.call("DELETE", f"webhooks/{self._id}")

    def _look_after(self) -> None:
        while not self._is_over.wait(_LOOK_S):
            with contextlib.suppress(CallFailed):  # it may answer the next time
                if self._subscribe_if_needed():
                    self._told()

    def _subscribe_if_needed(self) -> bool:
        known = self._control.call("GET", "webhooks")["webhooks"]
        if any(f"{one['url']}/".startswith(f"{self._address}/") for one in known):
            return False
        self._id = str(self._control.call("POST", "webhooks", {"url": f"{self._address}/webhook"})["id"])
        return True
