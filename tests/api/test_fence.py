"""A request that waits while its site is reset leaves no trace on the fresh one."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.types import Message

from emulator.api.gateway import Gateway
from emulator.app import create_app
from emulator.settings import Settings
from tests.factories import ITEM

pytestmark = pytest.mark.anyio

ORDER_ID = "58c9a790-27b7-463f-a865-c7cb494f7c29"  # of the seed: nothing sent yet
CREATE = f"/ecom/v1/fulfillments/orders/{ORDER_ID}/create-fulfillment"
BODY = json.dumps({"fulfillment": {"lineItems": [{"id": ITEM, "quantity": 1}]}}).encode()
Receive = Callable[[], Awaitable[Message]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def app() -> Gateway:
    return create_app(Settings(random_seed=1, delivery="manual", check_responses=True))


async def call(
    app: Gateway, method: str, path: str, body: bytes = b"", gate: asyncio.Event | None = None
) -> tuple[int, bytes]:
    """One request; its body comes when the gate opens."""
    answer: list[Message] = []

    async def receive() -> Message:
        if gate is not None:
            await gate.wait()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        answer.append(message)

    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "raw_path": path.encode()}
    await app(scope | {"headers": [], "query_string": b""}, receive, send)
    return answer[0]["status"], answer[1]["body"]


async def control(app: Gateway, method: str, path: str, body: Any = None) -> Any:
    status, answer = await call(app, method, f"/_emulator/{path}", b"" if body is None else json.dumps(body).encode())
    assert status == 200, answer
    return json.loads(answer)


async def replaced(app: Gateway, how: str) -> str:
    """Reset the site, or load its own fresh state; the fingerprint that it should have from now on."""
    if how == "reset":
        return str((await control(app, "POST", "reset"))["fingerprint"])
    state = await control(app, "GET", "state")
    return str((await control(app, "PUT", "state", state))["fingerprint"])


@pytest.mark.parametrize("how", ["reset", "load"])
async def test_a_request_whose_body_comes_after_a_reset_is_not_done(app: Gateway, how: str) -> None:
    gate = asyncio.Event()
    late = asyncio.create_task(call(app, "POST", CREATE, BODY, gate))
    await until_it_waits(late)
    fresh = await replaced(app, how)
    gate.set()
    assert await late == (503, b'{"message":"","details":{}}')
    assert app.emulator.sites.site().fingerprint() == fresh
    assert app.emulator.sites.site().journal.entries() == ()


@pytest.mark.parametrize("how", ["reset", "load"])
async def test_a_request_that_a_fault_delays_over_a_reset_is_not_done(app: Gateway, how: str) -> None:
    await control(app, "POST", "faults", {"operation": "createFulfillment", "effect": {"delayMs": 50}})
    late = asyncio.create_task(call(app, "POST", CREATE, BODY))
    await until_it_waits(late)
    assert app.emulator.sites.site().faults.armed()[0].used
    fresh = await replaced(app, how)
    assert (await late)[0] == 503
    assert app.emulator.sites.site().fingerprint() == fresh


async def test_a_request_of_before_a_reset_uses_up_no_fault_of_after_it(app: Gateway) -> None:
    gate = asyncio.Event()
    late = asyncio.create_task(call(app, "POST", CREATE, BODY, gate))
    await until_it_waits(late)
    await control(app, "POST", "reset")
    await control(app, "POST", "faults", {"operation": "createFulfillment", "effect": {"status": 502}})
    gate.set()
    assert (await late)[0] == 503
    assert (await control(app, "GET", "faults"))["faults"][0]["used"] == 0


async def test_a_control_call_that_waits_over_a_reset_is_not_done_either(app: Gateway) -> None:
    gate = asyncio.Event()
    late = asyncio.create_task(call(app, "POST", "/_emulator/orders", b'{"count": 3}', gate))
    await until_it_waits(late)
    fresh = await replaced(app, "reset")
    gate.set()
    assert (await late)[0] == 503
    assert app.emulator.sites.site().fingerprint() == fresh


async def test_a_request_that_did_not_wait_over_the_reset_is_done(app: Gateway) -> None:
    await control(app, "POST", "reset")
    assert (await call(app, "POST", CREATE, BODY))[0] == 200


async def until_it_waits(call: "asyncio.Task[Any]") -> None:
    """Nothing here takes more than one turn of the loop to get as far as it can."""
    await asyncio.wait({call}, timeout=0)
    assert not call.done()
