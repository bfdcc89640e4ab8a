"""Durations as people type them: `500ms`, `30s`, `10m`, `1.5h`, `3d`; a bare number is seconds."""

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

_UNITS: Mapping[str, float] = MappingProxyType({"ms": 0.001, "": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400})
_FORM = re.compile(rf"([0-9]{{1,9}}(?:\.[0-9]{{1,9}})?)\s*({'|'.join(_UNITS)})")
FORM_EXAMPLES = "500ms, 30s, 10m, 1h or 3d"


def parse_duration(text: str) -> timedelta:
    """The duration. Raises ValueError if it is none, or longer than a timedelta can be."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no duration such as {FORM_EXAMPLES}")
    try:
        return timedelta(seconds=float(found[1]) * _UNITS[found[2]])
    except OverflowError as error:
        raise ValueError(f"{text!r} is too long") from error
