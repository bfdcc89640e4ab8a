"""What a check can come to besides agreement."""

from collections.abc import Mapping
from typing import Any


class Disagreement(Exception):  # noqa: N818 - a finding, not an error
    """The server does otherwise than the rule states. `settings` have the emulator do as the server does."""

    def __init__(self, expected: Any, actual: Any, settings: Mapping[str, str] | None = None) -> None:
        self.expected, self.actual = str(expected), str(actual)
        self.settings = dict(settings or {})
        super().__init__(f"expected {self.expected}, got {self.actual}")


class NotPrepared(Exception):  # noqa: N818 - a finding, not an error
    """The server has not let the check make what it needs: it says nothing about the rule."""


def expect(actual: Any, expected: Any, what: str) -> None:
    """Raise Disagreement unless the two are equal."""
    if actual != expected:
        raise Disagreement(f"{what} {expected!r}", repr(actual))


def expect_that(holds: bool, expected: str, actual: Any) -> None:
    """Raise Disagreement unless that holds."""
    if not holds:
        raise Disagreement(expected, actual)
