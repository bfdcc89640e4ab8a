"""The documents, put together: info, paths, webhooks, components, and what is known of each rule."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import yaml

from emulator import __version__
from emulator.address import DEFAULT_URL
from emulator.api.openapi.evidence import rule_book
from emulator.api.openapi.examples import add_examples
from emulator.api.openapi.links import add_links
from emulator.api.openapi.operations import SITE_PARAMETER, described
from emulator.api.openapi.refusals import error_schemas, refusal_catalogue, refusal_examples
from emulator.api.openapi.schemas import model_schemas, path_parameters, tidied
from emulator.api.openapi.security import SECURITY_SCHEMES
from emulator.api.openapi.sign_in import SIGN_IN_SCHEMAS
from emulator.api.openapi.webhooks import webhook_schemas, webhooks
from emulator.api.operation import Operation
from emulator.api.routes import OPERATIONS

Json = dict[str, Any]

_DESCRIPTION = """\
What wix-emulator answers, and what it knows of Wix's own behaviour. Each refusal has an example, named by its code; \
`x-evidence` at an operation names the rules that it follows, and at the root says what each rule is, how it is known \
(`documented`, `observed` or `inferred`) and which setting makes it otherwise.
"""


def emulated_document() -> Json:
    """The emulated API: what `openapi.yaml` holds."""
    emulated = [operation for operation in OPERATIONS if not operation.is_control]
    document = _document("Wix eCommerce Order Fulfillments API, as wix-emulator answers it", emulated)
    document["info"]["description"] = _DESCRIPTION
    document["webhooks"] = webhooks()
    components = document["components"]
    components["schemas"] |= tidied(webhook_schemas(components["schemas"]) | SIGN_IN_SCHEMAS)
    components["schemas"] = dict(sorted(components["schemas"].items()))
    components["securitySchemes"] = SECURITY_SCHEMES
    document["components"] = components
    document["x-evidence"] = rule_book()
    document["x-refusals"] = refusal_catalogue()
    add_examples(document)
    add_links(document)
    return document


def control_document() -> Json:
    """The control plane: what `GET /_emulator/openapi.json` answers."""
    return _document("The control plane of wix-emulator", [one for one in OPERATIONS if one.is_control])


def to_yaml(document: Json) -> str:
    """The document as YAML, keys in the order in which they were written."""
    return yaml.dump(document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)


class _Plain(yaml.SafeDumper):
    """YAML without anchors: a value that stands in two places is written twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - none at all
        return True


def _document(title: str, operations: list[Operation]) -> Json:
    paths: defaultdict[str, Json] = defaultdict(dict)
    templates = _templates(operations)
    for operation in operations:
        template = templates[_hierarchy(operation.path)]
        paths[template][operation.method.lower()] = described(operation, path_parameters(template))
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": __version__, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": DEFAULT_URL}],
        "security": [{}],
        "paths": dict(paths),
        "components": {
            "parameters": {"site": SITE_PARAMETER},
            "headers": {
                "request-id": {
                    "description": "The request's id, as the journal has it (R206).",
                    "required": True,
                    "schema": {"type": "string"},
                }
            },
            "examples": refusal_examples(operations),
            "schemas": dict(sorted((model_schemas(operations) | error_schemas()).items())),
        },
    }


def _templates(operations: Iterable[Operation]) -> dict[str, str]:
    """One template for paths that differ in their parameters' names only, as OpenAPI demands: the one without dots."""
    templates: dict[str, str] = {}
    for operation in sorted(operations, key=lambda one: "." in one.path):
        templates.setdefault(_hierarchy(operation.path), operation.path)
    return templates


def _hierarchy(path: str) -> str:
    return re.sub(r"{.+?}", "{}", path)
