import asyncio
import json
from pathlib import Path
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


async def answered(app: Gateway, path: str, body: bytes) -> int:
    """The status that a server gets which has nothing but ASGI."""
    headers = [(b"authorization", b"test")]
    scope: Scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    async def send(message: Message) -> None:
        sent.append(message)

    sent: list[Any] = []
    await app(scope, receive, send)
    return int(sent[0]["status"])


async def created(app: Gateway, order: Order) -> int:
    body = b'{"fulfillment":{"lineItems":[{"id":"%b"}]}}' % ITEM.encode()
    return await answered(app, f"{BASE}/orders/{order.id}/create-fulfillment", body)


def test_what_happens_while_a_call_pauses_is_not_its_doing() -> None:
    app = create_app(Settings(seed=("empty",)))
    site = app.emulator.sites.site()
    (order,) = create_orders(site, {"lineItems": [{"id": ITEM, "quantity": 2}]}, 1)

    async def create_and_meddle() -> int:
        call = asyncio.create_task(created(app, order))
        await asyncio.sleep(0)
        site.journal.note(Change(order, order))
        return await call

    assert asyncio.run(create_and_meddle()) == 200
    (entry,) = site.journal.entries()
    assert [change.before is order and change.after is not order for change in entry.changes] == [True]


def test_what_goes_wrong_with_a_call_s_events_goes_wrong_with_no_other_s() -> None:
    app = create_app(Settings(seed=("empty",), delivery="manual"))
    site = app.emulator.sites.site()
    first, second = create_orders(site, {"lineItems": [{"id": ITEM, "quantity": 2}]}, 2)
    site.outbox.subscribe(Subscription(id="1", url="http://127.0.0.1:9/webhooks", event_types=("*",)))
    site.faults.arm(Fault("1", "createFulfillment", Effect(chaos=Chaos("duplicate"))))

    async def create_both() -> None:
        await asyncio.gather(created(app, first), created(app, second))

    asyncio.run(create_both())
    disturbed = {one.event.entity_id for one in site.outbox.deliveries() if one.chaos is not None}
    undisturbed = {one.event.entity_id for one in site.outbox.deliveries() if one.chaos is None}
    assert (disturbed, undisturbed) == ({first.id}, {second.id})


def test_what_happens_while_a_token_waits_for_its_site_to_be_saved_is_not_its_doing(tmp_path: Path) -> None:
    settings = Settings(seed=("empty",), state=tmp_path / "state.sqlite", state_sync="full")
    app = create_app(settings)
    site = app.emulator.sites.site()
    grant = {"grantType": "client_credentials", "clientId": settings.app_id, "clientSecret": settings.app_secret}

    async def ask_and_meddle() -> int:
        create_orders(site, {}, 1)
        call = asyncio.create_task(answered(app, "/oauth2/token", json.dumps(grant).encode()))
        await asyncio.sleep(0)
        create_orders(site, {}, 1)
        status = await call
        assert app.emulator.keeper is not None
        await app.emulator.keeper.close()
        return status

    assert asyncio.run(ask_and_meddle()) == 200
    (entry,) = site.journal.entries()
    assert entry.outcome == []
