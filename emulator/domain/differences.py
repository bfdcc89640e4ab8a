"""JSON values compared: what differs, path by path."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from emulator.domain.violations import field_path

Path = tuple[int | str, ...]


class _Absent:
    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two values differ; ABSENT where one of them has nothing."""

    path: str
    before: Any
    after: Any


def differences(before: Any, after: Any) -> list[Difference]:
    """Every place where the values differ, as deep as it can be told."""
    return list(_differences(before, after, ()))


def missing_from(expected: Any, actual: Any) -> list[Difference]:
    """Every place where `actual` lacks what is expected; what it has besides does not count.

    An object must have the expected fields, an array as many items, a scalar the same value and type.
    """
    return list(_missing(expected, actual, ()))


def _differences(before: Any, after: Any, path: Path) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from _differences(before.get(key, ABSENT), after.get(key, ABSENT), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            yield from _differences(_item(before, index), _item(after, index), (*path, index))
    elif not _same(before, after):
        yield Difference(field_path(path), before, after)


def _missing(expected: Any, actual: Any, path: Path) -> Iterator[Difference]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            yield from _missing(value, actual.get(key, ABSENT), (*path, key))
    elif isinstance(expected, list) and isinstance(actual, list):
        for index in range(max(len(expected), len(actual))):
            yield from _missing(_item(expected, index), _item(actual, index), (*path, index))
    elif not _same(expected, actual):
        yield Difference(field_path(path), expected, actual)


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1, though Python thinks so."""
    return one is other or (isinstance(one, bool) == isinstance(other, bool) and bool(one == other))


def _item(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else ABSENT
