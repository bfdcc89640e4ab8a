"""Requests whose path names something by its id."""

from emulator.domain.wire import WireModel


class IdentifiedRequest(WireModel):
    """Which one of what the path is about."""

    id: str
