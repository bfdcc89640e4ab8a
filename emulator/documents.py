"""YAML (and JSON) documents, read within limits: nothing in a file can exhaust the memory or crash the reader."""

from collections.abc import Iterable
from typing import Any

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
        raise DocumentError(" ".join(str(error).split())) from error


class _Limits:
    """Counts what a document would grow to, before anything of it is made."""

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}  # of what each anchor names
        self._open: list[tuple[str | None, int]] = []  # the anchors of the collections around, and the count before
        self._nodes = self._from_aliases = 0

    def check(self, events: Iterable[Any]) -> None:
        """Refuse what is too deep, contains itself, or grows out of hand where aliases are resolved."""
        for event in events:
            if isinstance(event, yaml.AliasEvent):
                self._resolve(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._name(*self._open.pop())
            elif isinstance(event, yaml.NodeEvent):
                if isinstance(event, yaml.CollectionStartEvent):
                    self._descend(event)
                else:
                    self._name(event.anchor, self._nodes - 1)
                self._nodes += 1

    def _descend(self, event: Any) -> None:
        self._open.append((event.anchor, self._nodes))
        if len(self._open) > DEPTH_MAX:
            raise DocumentError(f"{_place(event)}: is nested more than {DEPTH_MAX} levels deep")

    def _name(self, anchor: str | None, before: int) -> None:
        if anchor is not None:
            self._sizes[anchor] = self._nodes - before

    def _resolve(self, event: Any) -> None:
        if any(anchor == event.anchor for anchor, _ in self._open):
            raise DocumentError(f"{_place(event)}: *{event.anchor} contains itself")
        size = self._sizes.get(event.anchor, 0)  # 0: for the loader to refuse
        self._nodes += size
        self._from_aliases += size
        if self._from_aliases > NODES_FROM_ALIASES_MAX:
            raise DocumentError(f"{_place(event)}: aliases stand for more than {NODES_FROM_ALIASES_MAX} values")


def _place(event: Any) -> str:
    return f"line {event.start_mark.line + 1}, column {event.start_mark.column + 1}"
