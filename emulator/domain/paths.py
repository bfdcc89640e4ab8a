"""Changes to JSON by path, such as `fulfillments[0].trackingInfo.trackingNumber`."""

import copy
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

_STEP = re.compile(r"([^.\[\]]+)|\[(\d{1,9})\]")
_ITEMS_MAX = 1_000
_STEPS_MAX = 50


class PathError(ValueError):
    """A path that does not fit the value it is for, and why."""


def with_changes(value: Any, changes: Mapping[str, Any]) -> Any:
    """A copy of the JSON value with each path set. Missing objects and array items on the way are made."""
    changed = copy.deepcopy(value)
    for path, new in changes.items():
        _set(changed, path, copy.deepcopy(new))
    return changed


def _set(value: Any, path: str, new: Any) -> None:
    steps = _steps(path)
    for step, following in pairwise(steps):
        value = _descend(value, step, [] if isinstance(following, int) else {}, path)
    _descend(value, steps[-1], None, path)
    value[steps[-1]] = new


def _descend(value: Any, step: str | int, missing: Any, path: str) -> Any:
    """The value at that step, made if it is missing."""
    if isinstance(step, int):
        if not isinstance(value, list):
            raise PathError(f"{path}: [{step}] is of no array")
        if step >= _ITEMS_MAX:
            raise PathError(f"{path}: [{step}] is beyond {_ITEMS_MAX} items")
        while len(value) <= step:
            value.append(copy.copy(missing))
    elif not isinstance(value, dict):
        raise PathError(f"{path}: {step} is of no object")
    elif step not in value:
        value[step] = None
    if value[step] is None:
        value[step] = missing
    return value[step]


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = [int(index) if index else name for name, index in _STEP.findall(path)]
    rebuilt = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
    if rebuilt != path or not 0 < len(steps) <= _STEPS_MAX:
        raise PathError(f"{path[:200]!r} is not a path such as fulfillments[0].trackingInfo.trackingNumber")
    return steps
