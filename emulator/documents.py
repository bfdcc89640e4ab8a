"""YAML (and JSON) documents, read within limits: nothing in a file can exhaust the memory or crash the reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml

DEPTH_MAX = 100
NODES_FROM_ALIASES_MAX = 100_000


class DocumentError(ValueError):
    """A text that is no document, or one beyond the limits: where, and why."""


def load(text: bytes, loader: Any) -> Any:
    """The document in the text, made by that safe loader of PyYAML's. Raises DocumentError."""
    try:
        _Limits().check(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        return yaml.load(text, Loader=loader)  # noqa: S506 - the caller's is a safe one
    except DocumentError:
        raise
    # On a tag that does not fit its value, such as `!!bool x`, PyYAML fails in its own code, one way or the other.
    except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise DocumentError(" ".join(str(error).split()).replace('in "<byte string>", ', "at ")) from error


class DatelessLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C loader may be missing
    """A safe loader that leaves dates as the text they are on the wire."""


DatelessLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Limits:
    """Counts what a document would grow to, before anything of it is made."""

    def __init__(self) -> None:
        self._named: dict[str, _Extent] = {}
        self._open: list[_Collection] = []  # those around
        self._nodes = self._from_aliases = 0

    def check(self, events: Iterable[Any]) -> None:
        """Refuse what is too deep, contains itself, or grows out of hand where aliases are resolved."""
        for event in events:
            if isinstance(event, yaml.AliasEvent):
                self._resolve(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._ascend()
            elif isinstance(event, yaml.NodeEvent):
                if isinstance(event, yaml.CollectionStartEvent):
                    self._descend(event)
                else:
                    self._name(event.anchor, _Extent(1, 0))
                self._nodes += 1

    def _descend(self, event: Any) -> None:
        self._open.append(_Collection(event.anchor, self._nodes))
        self._reach(0, event)

    def _ascend(self) -> None:
        closed = self._open.pop()
        self._name(closed.anchor, _Extent(self._nodes - closed.nodes_before, closed.depth))
        if self._open:
            self._open[-1].depth = max(self._open[-1].depth, closed.depth + 1)

    def _name(self, anchor: str | None, extent: "_Extent") -> None:
        if anchor is not None:
            self._named[anchor] = extent

    def _resolve(self, event: Any) -> None:
        if any(around.anchor == event.anchor for around in self._open):
            raise DocumentError(f"{_place(event)}: *{event.anchor} contains itself")
        named = self._named.get(event.anchor, _UNKNOWN)
        self._reach(named.depth, event)
        self._nodes += named.nodes
        self._from_aliases += named.nodes
        if self._from_aliases > NODES_FROM_ALIASES_MAX:
            raise DocumentError(f"{_place(event)}: aliases stand for more than {NODES_FROM_ALIASES_MAX} values")

    def _reach(self, depth: int, event: Any) -> None:
        """Go so many levels deeper than the collections around."""
        if len(self._open) + depth > DEPTH_MAX:
            raise DocumentError(f"{_place(event)}: is nested more than {DEPTH_MAX} levels deep")
        if self._open:
            self._open[-1].depth = max(self._open[-1].depth, depth + 1)


@dataclass(slots=True)
class _Collection:
    """One that is being read. `depth`: how many levels of it there are so far, itself included."""

    anchor: str | None
    nodes_before: int
    depth: int = 1


class _Extent(NamedTuple):
    """How many values, and levels of collections, something is that an anchor names."""

    nodes: int
    depth: int


_UNKNOWN = _Extent(0, 0)  # for the loader to refuse


def _place(event: Any) -> str:
    return f"line {event.start_mark.line + 1}, column {event.start_mark.column + 1}"
