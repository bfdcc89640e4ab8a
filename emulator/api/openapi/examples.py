"""The documents' own examples, beside the bodies that they are examples of."""

from copy import deepcopy
from typing import Any

import yaml

from emulator.api.openapi.schemas import path_parameters
from emulator.api.routes import OPERATIONS
from emulator.seeds import fixtures

Json = dict[str, Any]


def add_examples(document: Json) -> None:
    """Put each published example into the operation that it is of."""
    described_by_id = {one["operationId"]: one for path in document["paths"].values() for one in path.values()}
    paths = {operation.id: operation.path for operation in OPERATIONS}
    for example in published_examples():
        described = described_by_id[example["operation"]]
        if "body" in example["request"]:
            body = _without(example["request"]["body"], path_parameters(paths[example["operation"]]))
            _add_example(described["requestBody"], example, body)
        _add_example(described["responses"]["200"], example, example["response"])


def published_examples() -> list[Json]:
    """Every example that Wix publishes of these calls."""
    path = fixtures() / "examples" / "order-fulfillments.yaml"
    examples: list[Json] = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)["examples"]
    return examples


def _add_example(described: Json, example: Json, value: Any) -> None:
    media = described["content"]["application/json"]
    media.setdefault("examples", {})[example["name"]] = {"summary": example["source"], "value": value}


def _without(body: Json, names: list[str]) -> Json:
    """The body without what the path says: samples of the SDK and of Velo pass it in one object (R204)."""
    body = deepcopy(body)
    for name in names:
        *parents, leaf = name.split(".")
        holder: Any = body
        for parent in parents:
            holder = holder[parent]
        holder.pop(leaf, None)
    return body
