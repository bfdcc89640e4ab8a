import asyncio
from typing import Any

from starlette.types import Message, Scope

from emulator.api.gateway import Gateway
from emulator.app import create_app
from emulator.domain.chaos import Chaos
from emulator.domain.deliveries import Subscription
from emulator.domain.orders import Order
from emulator.faults import Effect, Fault
from emulator.journal import Change
from emulator.operations.control import create_orders
from emulator.settings import Settings
from tests.api.shop import BASE
from tests.factories import ITEM


async def create_fulfillment(app: Gateway, order: Order) -> list[Any]:
    """The messages that a call is answered with, by a server that has nothing but ASGI."""
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": f"{BASE}/orders/{order.id}/create-fulfillment",
        "query_string": b"",
        "headers": [(b"authorization", b"test")],
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b'{"fulfillment":{"lineItems":[{"id":"%b"}]}}' % ITEM.encode()}

    async def send(message: Message) -> None:
        sent.append(message)

    sent: list[Any] = []
    await app(scope, receive, send)
    return sent


def test_what_happens_while_a_call_pauses_is_not_its_doing() -> None:
    app = create_app(Settings(seed=("empty",)))
    site = app.emulator.sites.site()
    (order,) = create_orders(site, {"lineItems": [{"id": ITEM, "quantity": 2}]}, 1)

    async def create_and_meddle() -> list[Any]:
        call = asyncio.create_task(create_fulfillment(app, order))
        await asyncio.sleep(0)
        site.journal.note(Change(order, None))
        return await call

    sent = asyncio.run(create_and_meddle())
    (entry,) = site.journal.entries()
    assert sent[0]["status"] == 200
    assert [change.before is order and change.after is not None for change in entry.changes] == [True]


def test_what_goes_wrong_with_a_call_s_events_goes_wrong_with_no_other_s() -> None:
    app = create_app(Settings(seed=("empty",), delivery="manual"))
    site = app.emulator.sites.site()
    first, second = create_orders(site, {"lineItems": [{"id": ITEM, "quantity": 2}]}, 2)
    site.outbox.subscribe(Subscription(id="1", url="http://127.0.0.1:9/webhooks", event_types=("*",)))
    site.faults.arm(Fault("1", "createFulfillment", Effect(chaos=Chaos("duplicate"))))

    async def create_both() -> None:
        await asyncio.gather(create_fulfillment(app, first), create_fulfillment(app, second))

    asyncio.run(create_both())
    disturbed = {one.event.entity_id for one in site.outbox.deliveries() if one.chaos is not None}
    undisturbed = {one.event.entity_id for one in site.outbox.deliveries() if one.chaos is None}
    assert (disturbed, undisturbed) == ({first.id}, {second.id})
