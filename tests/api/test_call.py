import asyncio
from typing import Any

from starlette.types import Message, Scope

from emulator.app import create_app
from emulator.journal import Change
from emulator.operations.control import create_orders
from emulator.settings import Settings
from tests.api.shop import BASE
from tests.factories import ITEM


def test_what_happens_while_a_call_pauses_is_not_its_doing() -> None:
    app = create_app(Settings(seed=("empty",)))
    site = app.emulator.sites.site()
    (order,) = create_orders(site, {"lineItems": [{"id": ITEM, "quantity": 2}]}, 1)
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

    async def create_and_meddle() -> None:
        call = asyncio.create_task(app(scope, receive, send))
        await asyncio.sleep(0)
        site.journal.note(Change(order, None))
        await call

    sent: list[Any] = []
    asyncio.run(create_and_meddle())
    (entry,) = site.journal.entries()
    assert sent[0]["status"] == 200
    assert [change.before is order and change.after is not None for change in entry.changes] == [True]
