"""The models' schemas as the SDK and Velo name their fields: `_id` for `id`, as the formats `sdk` and `velo` do."""

from collections.abc import Iterable, Iterator
from typing import Any

from emulator.api.openapi.schemas import SCHEMAS, ref
from emulator.webhooks.envelope import SDK_NAMES

Json = dict[str, Any]


def sdk_ref(name: str) -> Json:
    """A reference to the view of the schema of that name."""
    return ref(f"Sdk{name}")


def sdk_schemas(schemas: Json, roots: Iterable[str]) -> Json:
    """The views of these schemas, and of those below them that the renaming changes, by name."""
    reachable = set(_reachable(schemas, roots))
    changed = {name for name in reachable if SDK_NAMES.keys() & schemas[name].get("properties", {}).keys()}
    while more := {name for name in reachable - changed if changed & set(_references(schemas[name]))}:
        changed |= more
    return {f"Sdk{name}": _view(schemas[name], changed) for name in sorted(changed)}


def _view(schema: Any, changed: set[str]) -> Any:
    if isinstance(schema, list):
        return [_view(one, changed) for one in schema]
    if not isinstance(schema, dict):
        return schema
    view = {key: _view(value, changed) for key, value in schema.items() if key not in ("properties", "required")}
    if isinstance(name := schema.get("$ref"), str) and name.removeprefix(SCHEMAS) in changed:
        view |= sdk_ref(name.removeprefix(SCHEMAS))
    if "properties" in schema:
        view["properties"] = {
            SDK_NAMES.get(name, name): _view(value, changed) for name, value in schema["properties"].items()
        }
    if "required" in schema:
        view["required"] = [SDK_NAMES.get(name, name) for name in schema["required"]]
    return view


def _reachable(schemas: Json, roots: Iterable[str]) -> list[str]:
    found = list(roots)
    for name in found:
        found += [one for one in dict.fromkeys(_references(schemas[name])) if one not in found]
    return found


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _references(one)
    elif isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].removeprefix(SCHEMAS)
        for one in value.values():
            yield from _references(one)
