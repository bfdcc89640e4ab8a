"""A listener's own subscription, which a reset or a restart of the emulator takes away and this takes out again."""

import contextlib
from collections.abc import Callable
from threading import Event, Thread
from urllib.parse import urlsplit

from emulator.address import is_loopback
from emulator.cli.client import CallFailed, Control

_LOOK_S = 1.0  # between two looks at whether it is still there
_PATIENCE_S = 5.0  # with an emulator that does not answer


class OwnSubscription:
    """Subscribes an address of this machine at the control plane, and looks after that in a thread until it is ended.

    `met` is called in that thread when it has subscribed anew, or found an emulator that was away. Whoever the emulator
    was started for, with `--webhook-url`, is not subscribed a second time.
    """

    def __init__(self, control: Control, address: str, met: Callable[[bool], None]) -> None:
        """`met` is told whether it has subscribed."""
        self._control = control
        self._address = address
        self._met = met
        self._id: str | None = None
        self._is_over = Event()
        self._is_away = True  # until it is met
        self._looking = Thread(target=self._look_after, daemon=True)

    def begin(self) -> None:
        """Subscribe, and look after it from now on. Raises CallFailed, Unreachable; then it looks on nevertheless."""
        self._control.timeout_s = _PATIENCE_S
        try:
            self._subscribe_if_needed()
            self._is_away = False
        finally:
            self._looking.start()

    def end(self) -> None:
        """Unsubscribe, if emulator and subscription are still there."""
        self._is_over.set()
        self._looking.join(_PATIENCE_S)
        if self._id is not None and not self._is_away:
            with contextlib.suppress(CallFailed):
                self._control.call("DELETE", f"webhooks/{self._id}")

    def _look_after(self) -> None:
        while not self._is_over.wait(_LOOK_S):
            was_away, self._is_away = self._is_away, True
            with contextlib.suppress(CallFailed):  # it may answer the next time
                has_subscribed = self._subscribe_if_needed()
                if has_subscribed or was_away:
                    self._met(has_subscribed)
                self._is_away = False

    def _subscribe_if_needed(self) -> bool:
        known = self._control.call("GET", "webhooks")["webhooks"]
        if any(self._is_own(one["url"]) for one in known):
            return False
        self._id = str(self._control.call("POST", "webhooks", {"url": f"{self._address}/webhook"})["id"])
        return True

    def _is_own(self, url: str) -> bool:
        return is_loopback(url) and urlsplit(url).port == urlsplit(self._address).port
