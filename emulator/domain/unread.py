"""What a request sent that nobody reads, and what was probably meant."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from emulator.domain.carriers import PREDEFINED_PROVIDERS
from emulator.domain.forms import is_array, model_in, wire_fields
from emulator.domain.violations import field_path

_DEPTH_MAX = 8
_CUTOFF = 0.75
Path = tuple[int | str, ...]


class Unread(NamedTuple):
    """A field by its path, and the path or value that was probably meant."""

    path: str
    did_you_mean: str | None = None


def unread_fields(model: type[BaseModel], value: Mapping[str, Any]) -> list[Unread]:
    """Every field of the value that the model does not have, in the order in which they were sent."""
    return [Unread(field_path(path), _meant(path, _known(model))) for path in _unread(model, value, ())]


def misspelled_fields(model: type[BaseModel], value: Mapping[str, Any]) -> list[Unread]:
    """Every field that the model, which keeps fields that it does not know, knows in another spelling: in another case,
    with other separators, one instead of many or the other way round."""
    found = [(path, _respelled(path, _known(model))) for path in _unread(model, value, (), keeps_unknown=False)]
    return [Unread(field_path(path), meant) for path, meant in found if meant is not None]


def unknown_path(body: Any, path: str) -> Unread | None:
    """The first step of the path that is of no known field of the body; None for none, and below free-form values."""
    known, walked = tuple(_paths_in(body)), ""
    for step in re.sub(r"\[\d+\]", "[]", path).split("."):
        here = f"{walked}.{step}" if walked else step
        if here.rstrip("[]") not in known:
            is_free = walked and not any(one.startswith(f"{walked}.") for one in known)
            return None if is_free else Unread(here, _meant((walked, step) if walked else (step,), known))
        walked = here
    return None


def known_beside(model: type[BaseModel], path: str) -> tuple[str, ...]:
    """The names that the model knows where the path has its last one."""
    parent = re.sub(r"\[\d+\]", "[]", _parent(path))
    return tuple(one.rpartition(".")[2] for one in _known(model) if _parent(one) == parent)


def doubtful_providers(value: Any, path: Path = ()) -> Iterator[Unread]:
    """Every custom shipping provider in the value that nearly is a predefined one; providers match exactly (R110)."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from doubtful_providers(one, (*path, index))
    elif isinstance(value, dict):
        for key, one in value.items():
            if key != "shippingProvider":
                yield from doubtful_providers(one, (*path, key))
            elif isinstance(one, str) and (meant := nearly_predefined(one)) is not None:
                yield Unread(field_path((*path, key)), meant)


def nearly_predefined(provider: str) -> str | None:
    """The predefined provider that was probably meant by a custom one: `Fedex`, `canada-post`, `DHL Express`."""
    from difflib import get_close_matches

    if provider in PREDEFINED_PROVIDERS:
        return None
    by_plain_name = {_plain(name): name for name in PREDEFINED_PROVIDERS}
    first_word = re.split(r"[^A-Za-z]+", provider)[0]
    for candidate in (_plain(provider), first_word.lower()):
        if candidate in by_plain_name:
            return by_plain_name[candidate]
    near = get_close_matches(_plain(provider), by_plain_name, n=1, cutoff=0.9)
    return by_plain_name[near[0]] if near else None


def nearest(unknown: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, whatever its case and separators."""
    from difflib import get_close_matches

    by_plain_name = {_plain(name): name for name in known}
    near = get_close_matches(_plain(unknown), by_plain_name, n=1, cutoff=_CUTOFF)
    return by_plain_name[near[0]] if near else None


def _unread(
    model: type[BaseModel], value: Mapping[str, Any], path: Path, *, keeps_unknown: bool = True
) -> Iterator[Path]:
    fields = wire_fields(model)
    for key, one in value.items():
        if key in fields:
            yield from _unread_below(fields[key].annotation, one, (*path, key), keeps_unknown)
        elif not (keeps_unknown and model.model_config.get("extra") == "allow"):
            yield (*path, key)


def _unread_below(annotation: Any, value: Any, path: Path, keeps_unknown: bool) -> Iterator[Path]:
    below = model_in(annotation)
    if below is None:
        return
    if isinstance(value, Mapping):
        yield from _unread(below, value, path, keeps_unknown=keeps_unknown)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            if isinstance(one, Mapping):
                yield from _unread(below, one, (*path, index), keeps_unknown=keeps_unknown)


def _respelled(path: Path, known: Iterable[str]) -> str | None:
    """The sibling that is the same name in another spelling."""
    return next((one for one in _siblings(path, known) if _stem(one) == _stem(str(path[-1]))), None)


def _meant(path: Path, known: Iterable[str]) -> str | None:
    """A sibling of a similar name; else a field of that very name elsewhere, as when a level was left out."""
    parent, leaf = field_path(path[:-1]), str(path[-1])
    near = nearest(leaf, _siblings(path, known))
    if near is not None:
        return f"{parent}.{near}" if parent else near
    return next((one for one in known if _plain(one.rpartition(".")[2]) == _plain(leaf)), None)


@cache
def _known(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_known_paths(model, (), _DEPTH_MAX)))


def _paths_in(value: Any) -> Iterator[str]:
    """The paths of what a body of that form can have: all that its models know, and what else is in it."""
    if isinstance(value, BaseModel):
        yield from _known(type(value))
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from (f"{key}{below}" if below.startswith("[]") else f"{key}.{below}" for below in _paths_in(one))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from (f"[].{below}" for below in _paths_in(one))


def _siblings(path: Path, known: Iterable[str]) -> list[str]:
    """The names that are known where the path has its last one."""
    template = re.sub(r"\[\d+\]", "[]", field_path(path[:-1]))
    return [one.rpartition(".")[2] for one in known if _parent(one) == template]


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _known_paths(model: type[BaseModel], path: Path, depth: int) -> Iterator[str]:
    for name, field in wire_fields(model).items():
        here = ".".join((*map(str, path), name))
        yield here
        below = model_in(field.annotation)
        if below is not None and depth:
            suffix = "[]" if is_array(field.annotation) else ""
            yield from _known_paths(below, (*path, name + suffix), depth - 1)


def _stem(name: str) -> str:
    return _plain(name).removesuffix("s")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
