"""The control plane over HTTP: what a test does to the emulator, under `/_emulator`."""

import asyncio
from typing import Annotated, Any

from pydantic import Field, ValidationError

from emulator import __version__
from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.misbehaviour import SiteReplaced
from emulator.api.responses import json_object, parse, render_json
from emulator.domain.carriers import PREDEFINED_PROVIDERS
from emulator.domain.chaos import ADVICE
from emulator.domain.events import EVENT_TYPES
from emulator.domain.orders import Order
from emulator.domain.refusals import InvalidRequest, Violation, refusal_codes
from emulator.domain.rules import RULES, Rule
from emulator.domain.site_ids import instance_of
from emulator.domain.violations import violations_of
from emulator.domain.wire import WireModel
from emulator.operations import control as operations
from emulator.seeds import SeedError

_ORDERS_PER_SLICE = 10


class CreateOrdersRequest(WireModel):
    """How many orders to make, and what they have in common."""

    count: Annotated[int, Field(ge=1, le=1_000)] = 1
    order: dict[str, Any] = Field(default_factory=dict)


async def health(call: Call) -> Response:
    """Say whether the emulator is ready: 503 while deliveries fail by a fault of ours, or the state is not saved."""
    dispatcher, keeper = call.emulator.dispatcher, call.emulator.keeper
    trouble = None if keeper is None else keeper.trouble
    is_failing = dispatcher.is_failing or trouble is not None
    facts = {
        "failures": dispatcher.failures,
        "droppedDeliveries": call.emulator.sites.dropped_deliveries,
        "state": trouble,
    }
    answer = {"status": "failing" if is_failing else "ok", "version": __version__}
    return render_json(answer | {name: fact for name, fact in facts.items() if fact}, 503 if is_failing else 200)


async def manifest(call: Call) -> Response:
    """Tell what a client or a script needs to know."""
    from emulator.api.routes import OPERATIONS

    emulator = call.emulator
    return render_json(
        {
            "version": __version__,
            "baseUrl": emulator.base_url,
            "dashboardUrl": f"{emulator.base_url}/_emulator",
            "siteId": call.site.id,
            "appId": emulator.app_id,
            "appSecret": emulator.app_secret,
            "instanceId": instance_of(call.site.id, emulator.instance_id),
            "apiKey": emulator.api_key,
            "tls": emulator.tls
            and {"url": emulator.tls.url, "caFile": emulator.tls.ca_file, "bundleFile": emulator.tls.bundle_file},
            "publicKey": emulator.sealer.key.public_pem,
            "publicKeyBase64": emulator.sealer.key.public_base64,
            "operations": [
                {"id": one.id, "method": one.method, "path": one.path, "summary": one.summary}
                for one in OPERATIONS
                if not one.is_control
            ],
            "eventTypes": [{"name": one.name, "handler": one.handler} for one in EVENT_TYPES.values()],
            "chaos": [{"name": name, "receiver": advice} for name, advice in ADVICE.items()],
            "refusals": refusal_codes(),
            "shippingProviders": PREDEFINED_PROVIDERS,
            "settings": call.site.behaviours.model_dump(exclude_none=True),
        }
    )


async def reset(call: Call) -> Response:
    """Make the site as a fresh one."""
    return render_json({"fingerprint": operations.reset(call.site)})


async def create_orders(call: Call) -> Response:
    """Make orders, completed with generated data, a few at a time: generating takes long, and others wait."""
    request = parse(call, CreateOrdersRequest)
    if request.count > 1 and "id" in request.order:
        raise InvalidRequest([Violation("order.id", "can't be set together with a count over 1", "ONE_OF_ALIGNMENT")])
    if request.count > 1:
        call.site.store.make_room(request.count)  # all of them or none
    orders: list[Order] = []
    epoch = call.site.epoch
    try:
        while len(orders) < request.count:
            slice_count = min(_ORDERS_PER_SLICE, request.count - len(orders))
            orders += operations.create_orders(call.site, request.order, slice_count)
            await asyncio.sleep(0)
            if call.site.epoch != epoch:
                raise SiteReplaced
    except ValidationError as error:
        raise InvalidRequest(
            Violation(f"order.{found.field}".rstrip("."), found.description, found.violated_rule, found.data)
            for found in violations_of(error)
        ) from None
    return render_json({"orders": [order.model_dump(mode="json", exclude_none=True) for order in orders]})


async def seed(call: Call) -> Response:
    """Merge a seed document into the site."""
    document = json_object(call.body)
    try:
        orders = operations.merge_seed(call.site, document)
    except SeedError as error:
        raise InvalidRequest([Violation(error.where, error.reason, "VALIDATION")]) from None
    return render_json({"orders": [order.model_dump(mode="json", exclude_none=True) for order in orders]})


async def list_rules(call: Call) -> Response:  # noqa: ARG001 - every endpoint takes the call
    """List every rule with its evidence."""
    return render_json({"rules": [described_rule(rule) for rule in RULES.values()]})


async def openapi(call: Call) -> Response:  # noqa: ARG001 - every endpoint takes the call
    """Answer with the control plane's OpenAPI document."""
    from emulator.api.openapi import control_document

    return render_json(control_document())


def described_rule(rule: Rule) -> dict[str, Any]:
    """The rule as the control plane shows it."""
    return {
        "id": rule.id,
        "statement": rule.statement,
        "evidence": rule.evidence,
        "source": rule.source,
        "setting": rule.setting,
    }
