"""What schemathesis's tests share: the document and its checks, the emulator that is called, and an aim for cases."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import schemathesis
import yaml

from emulator.api.gateway import Gateway
from emulator.app import create_app
from emulator.domain.orders import Order
from emulator.settings import Settings
from tests.factories import NOW

Case = schemathesis.Case[Any]
Json = dict[str, Any]

# Refusals of data that the document allows: the state of the order decides (400, 404, 409, 428), see `no_false_alarm`.
CHECKS = {"positive_data_acceptance": {"expected-statuses": ["2xx", "400", "404", "409", "428"]}}
# Rules by which a validation error depends on more than the form of the request: on a setting (R113: the link of a
# custom provider), on the order (R119: line items that an update may not change), on the filter's fields (R411), on an
# earlier answer (R412: cursors).
RULES_BEYOND_FORM = {"R113", "R119", "R411", "R412"}


def contract() -> Json:
    """openapi.yaml."""
    document: Json = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text())
    return document


def emulator() -> Gateway:
    """An emulator that holds its own answers to the contract too; time stands still, so that cases repeat."""
    return create_app(Settings(random_seed=1, time=NOW, check_responses=True))


def no_false_alarm(_: Any, response: schemathesis.Response, case: Case) -> None:
    """What the document allows is not called malformed."""
    if response.status_code != 400 or not is_positive(case):
        return
    violations = response.json().get("details", {}).get("validationError", {}).get("fieldViolations", [])
    is_beyond_form = response.headers.get("x-emulator-rule", [""])[0] in RULES_BEYOND_FORM
    # OTHER is what no schema can say, such as that ids differ.
    assert is_beyond_form or all(one["violatedRule"] == "OTHER" for one in violations), response.text


def is_positive(case: Case) -> bool:
    """Whether the case keeps to the document."""
    return case.meta is not None and case.meta.generation.mode is schemathesis.GenerationMode.POSITIVE


def aim(case: Case, app: Gateway) -> None:
    """Point the case at an order that there is, at a line item and a fulfillment of it; made-up ids meet nothing."""
    case.headers.pop("wix-site-id", None)
    orders = {order.id: order for order in app.emulator.sites.site().store.orders()}
    order = None
    for name in case.path_parameters.keys() & {"orderId", "ecomOrderId", "id"}:
        case.path_parameters[name] = one_of(orders, case.path_parameters[name])
        order = orders.get(case.path_parameters[name])
    if order is not None and "fulfillmentId" in case.path_parameters:
        fulfillments = {one.id for one in order.fulfillments}
        case.path_parameters["fulfillmentId"] = one_of(fulfillments, case.path_parameters["fulfillmentId"])
    if isinstance(case.body, dict):
        case.body = aimed(case.body, orders, order)


def aimed(value: Any, orders: Mapping[str, Order], order: Order | None, key: str = "") -> Any:
    """The body with ids of orders, and of that order's line items."""
    if isinstance(value, list):
        return [aimed(one, orders, order, key) for one in value]
    if not isinstance(value, dict):
        return value
    changed = dict(value)
    if "orderId" in changed:
        changed["orderId"] = one_of(orders, changed["orderId"])
        order = orders.get(changed["orderId"]) if isinstance(changed["orderId"], str) else None
    if order is not None and key == "lineItems" and "id" in changed:
        changed["id"] = one_of({item.id for item in order.line_items}, changed["id"])
        if isinstance(changed.get("quantity"), int):
            changed["quantity"] = min(changed["quantity"], 2)  # what may well remain
    return {name: aimed(one, orders, order, name) for name, one in changed.items()}


def one_of(known: Collection[str], made_up: Any) -> Any:
    """A known id for a made-up one, always the same; some stay made-up, so that they are asked for too."""
    if not known or not isinstance(made_up, str) or made_up in known:
        return made_up
    number = crc32(made_up.encode(errors="surrogatepass"))
    return made_up if number % 8 == 0 else sorted(known)[number % len(known)]
