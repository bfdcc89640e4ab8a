"""What is measured, each as rows of the table: the emulator beside bare Starlette in the same run, interleaved."""

import json
import time
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from statistics import median, quantiles

from tests.benchmarks import servers
from tests.benchmarks.load import CONNECTIONS, Client, request
from tests.benchmarks.servers import Server

_ROUNDS = 7
_CALLS = 2_000  # of each kind, a round
_BULK_CALLS = 20
_BULK_SIZE = 100
_TAIL_CALLS = 3_000
_STARTS = 9
_SIZES = (10, 1_000, 10_000, 100_000)
_ORDERS_AT_A_TIME = 1_000
_ITEM_ID = "00000000-0000-0000-0000-000000000001"
_PATH = "/ecom/v1/fulfillments"
_SEEDED = f"{_PATH}/orders/265c7d98-a7c3-48c4-89cd-bbdc00921eab"
# Where bare Starlette has a route for each kind of call.
ROUTES = {
    "list": ("GET", f"{_PATH}/orders/{{orderId}}"),
    "create": ("POST", f"{_PATH}/orders/{{orderId}}/create-fulfillment"),
    "update": ("PATCH", f"{_PATH}/{{fulfillmentId}}/orders/{{orderId}}"),
    "bulk of 100": ("POST", f"{_PATH}/orders/bulk/create-fulfillments"),
}
_GOALS = {"list": 0.75, "create": 0.55, "update": 0.55}
_EMPTY = ("--seed", "empty", "--random-seed", "1")
_SUBSCRIBER = ", with a subscriber"
# With a delivery for every event; sending them is measured by itself.
_SUBSCRIBED = (*_EMPTY, "--delivery", "manual", "--webhook-url", "http://127.0.0.1:9/")

# Yields the name of a kind of call and requests of it, "" for what is not measured; is sent the answers.
_Round = Generator[tuple[str, list[bytes]], list[bytes], None]


@dataclass(frozen=True)
class Row:
    """One line of the table. `goal` is what the result ought to be, if it ought to be anything."""

    name: str
    emulator: str
    bare: str
    result: str
    goal: str = ""


@dataclass(frozen=True)
class _Pace:
    """Calls a second by the clock, and calls a second of the server's CPU time."""

    by_clock: float
    by_cpu: float


# By kind of call, the emulator's pace beside that of bare Starlette just after it.
_Paces = defaultdict[str, list[tuple[_Pace, _Pace]]]


def calls() -> Iterator[Row]:
    """Calls a second of each kind: from a client that waits for each answer, as tests do, and from many clients."""
    with servers.emulator(*_EMPTY) as ours, servers.emulator(*_SUBSCRIBED) as subscribed:
        count = max(_CALLS, _BULK_CALLS * _BULK_SIZE)
        orders, other_orders = (made_orders(server.client, count) for server in (ours, subscribed))
        with servers.bare(example_answers(ours, orders)) as bare:
            for at_a_time in (1, CONNECTIONS):
                paces: _Paces = defaultdict(list)
                for _ in range(_ROUNDS):
                    _play(ours, bare, calls_of(orders), at_a_time, paces)
                    _play(subscribed, bare, calls_of(other_orders, bulk=False), at_a_time, paces, _SUBSCRIBER)
                for name in (*ROUTES, f"create{_SUBSCRIBER}"):
                    yield _compared(f"{name}, {at_a_time} at a time", paces[name], _GOALS.get(name))
                yield _bulk_gain(at_a_time, paces)


def tail() -> Iterator[Row]:
    """How long a create takes on one connection: the 99th percentile beside the median."""
    with servers.emulator(*_EMPTY) as ours:
        creates = [_create(order_id) for order_id in made_orders(ours.client, _TAIL_CALLS)]
        latencies = quantiles(ours.client.latencies_s(creates), n=100)
    p50, p99 = latencies[49] * 1e6, latencies[98] * 1e6
    yield Row("create, p50 / p99, µs", f"{p50:.0f} / {p99:.0f}", "", f"{p99 / p50:.1f} x", "≤ 5 x")


def start() -> Iterator[Row]:
    """From the start of a process to its first good answer; the memory that it holds then."""
    with servers.emulator() as ours:
        answer = ours.client.answers([request("GET", _SEEDED)])[0]
    known = [(*ROUTES["list"], answer.decode())]
    times = [(_start_s(servers.emulator()), _start_s(servers.bare(known))) for _ in range(_STARTS)]
    yield _ratio_row("start, ms", [(1000 * a, 1000 * b) for a, b in times], "≤ 1.5")
    with servers.emulator() as ours, servers.bare(known) as bare:
        for server in (ours, bare):
            server.client.answers([request("GET", _SEEDED)])
        memory = ours.memory_mib()
        yield Row(
            "memory after start, MiB", f"{memory:.0f}", f"{bare.memory_mib():.0f}", f"{memory:.0f} MiB", "≤ 60 MiB"
        )


def growth() -> Iterator[Row]:
    """What a call costs as orders grow, in the server's CPU time; and the memory of many orders."""
    with servers.emulator(*_EMPTY) as ours:
        orders: list[str] = []
        costs: dict[str, list[float]] = defaultdict(list)
        for size in _SIZES:
            orders += made_orders(ours.client, size - len(orders))
            step = max(len(orders) // _CALLS, 1)
            for _ in range(_ROUNDS):
                for part in played(ours, calls_of(orders[::step], bulk=False)):
                    costs[f"{part.name} {size}"].append(1e6 / part.pace.by_cpu)
        for name in ("list", "create", "update"):
            least, most = (median(costs[f"{name} {size}"]) for size in (_SIZES[0], _SIZES[-1]))
            figures = " / ".join(f"{median(costs[f'{name} {size}']):.0f}" for size in _SIZES)
            yield Row(
                f"{name} among 10 / 1,000 / 10,000 / 100,000 orders, µs", figures, "", f"{most / least:.2f}", "flat"
            )
        yield Row("memory with 100,000 orders, MiB", f"{ours.memory_mib():.0f}", "", "")


def deliveries() -> Iterator[Row]:
    """Signed deliveries a second to one fast receiver, one after another and each acknowledged."""
    paces = []
    with servers.receiver() as url, servers.emulator(*_EMPTY, "--delivery", "manual", "--webhook-url", url) as ours:
        orders = made_orders(ours.client, _CALLS)
        for _ in range(_ROUNDS):
            for part in played(ours, calls_of(orders, bulk=False)):
                if part.name == "create":
                    started = time.perf_counter()
                    settled = ours.client.call("POST", "/_emulator/settle", {"timeoutSeconds": 60})
                    paces.append(settled["delivered"] / (time.perf_counter() - started))
    yield Row("signed deliveries a second", f"{median(paces):,.0f}", "", f"{median(paces):,.0f}", "≥ 1,500")


def calls_of(orders: Sequence[str], *, bulk: bool = True) -> _Round:
    """One of each kind of call for each order. It leaves the orders as they were."""
    some = orders[:_CALLS]
    created = yield "create", [_create(order_id) for order_id in some]
    yield "list", [request("GET", f"{_PATH}/orders/{order_id}") for order_id in some]
    held = [(json.loads(answer)["fulfillmentId"], order_id) for answer, order_id in zip(created, some, strict=True)]
    yield "update", [request("PATCH", f"{_PATH}/{one}/orders/{order_id}", _CHANGE) for one, order_id in held]
    yield "", [request("DELETE", f"{_PATH}/{one}/orders/{order_id}") for one, order_id in held]
    if bulk:
        entries = [{"orderId": order_id, "fulfillments": [_DRAFT]} for order_id in orders[: _BULK_CALLS * _BULK_SIZE]]
        slices = [entries[start : start + _BULK_SIZE] for start in range(0, len(entries), _BULK_SIZE)]
        path = f"{_PATH}/orders/bulk/create-fulfillments"
        answers = yield "bulk of 100", [request("POST", path, {"ordersWithFulfillments": one}) for one in slices]
        listed = [one["ordersWithFulfillments"] for answer in answers for one in json.loads(answer)["results"]]
        yield (
            "",
            [request("DELETE", f"{_PATH}/{one['fulfillments'][0]['id']}/orders/{one['orderId']}") for one in listed],
        )


_DRAFT = {
    "lineItems": [{"id": _ITEM_ID, "quantity": 1}],
    "trackingInfo": {"shippingProvider": "fedex", "trackingNumber": "449044304137821"},
}
_CHANGE = {"fulfillment": {"trackingInfo": {"shippingProvider": "ups", "trackingNumber": "1Z999AA10123456784"}}}


def _create(order_id: str) -> bytes:
    return request("POST", f"{_PATH}/orders/{order_id}/create-fulfillment", {"fulfillment": _DRAFT})


@dataclass(frozen=True)
class _Part:
    """A part of a round, carried out."""

    name: str
    requests: list[bytes]
    answers: list[bytes]
    pace: _Pace


def played(server: Server, calls: _Round, at_a_time: int = CONNECTIONS) -> Iterator[_Part]:
    """The measured parts of the round."""
    answers: list[bytes] | None = None
    while True:
        try:
            name, requests = next(calls) if answers is None else calls.send(answers)
        except StopIteration:
            return
        answers, pace = _paced(server, requests, at_a_time)
        if name:
            yield _Part(name, requests, answers, pace)


def _play(server: Server, bare: Server, calls: _Round, at_a_time: int, paces: _Paces, suffix: str = "") -> None:
    """Note how fast each part of the round is, here and there."""
    for part in played(server, calls, at_a_time):
        paces[part.name + suffix].append((part.pace, _paced(bare, part.requests, at_a_time)[1]))


def _paced(server: Server, requests: Sequence[bytes], at_a_time: int) -> tuple[list[bytes], _Pace]:
    cpu_s, started = server.cpu_s(), time.perf_counter()
    answers = server.client.answers(requests, at_a_time)
    by_clock = len(requests) / (time.perf_counter() - started)
    return answers, _Pace(by_clock, len(requests) / (server.cpu_s() - cpu_s))


def made_orders(client: Client, count: int) -> list[str]:
    """The ids of that many new orders of one line item each."""
    order = {"lineItems": [{"quantity": 100_000}]}
    ids: list[str] = []
    while len(ids) < count:
        asked = {"count": min(_ORDERS_AT_A_TIME, count - len(ids)), "order": order}
        ids += [one["id"] for one in client.call("POST", "/_emulator/orders", asked)["orders"]]
    return ids


def example_answers(server: Server, orders: Sequence[str]) -> list[tuple[str, str, str]]:
    """An answer of each kind, for the bare application to repeat. The round warms the server up, too."""
    return [(*ROUTES[part.name], part.answers[0].decode()) for part in played(server, calls_of(orders))]


def _start_s(starting: AbstractContextManager[Server]) -> float:
    started = time.perf_counter()
    with starting as server:
        server.client.answers([request("GET", _SEEDED)])
        return time.perf_counter() - started


def _compared(name: str, paces: Sequence[tuple[_Pace, _Pace]], goal: float | None) -> Row:
    by_cpu = median(ours.by_cpu / bare.by_cpu for ours, bare in paces)
    row = _ratio_row(f"{name}, calls a second", [(ours.by_clock, bare.by_clock) for ours, bare in paces])
    return replace(row, result=f"{row.result} ({by_cpu:.2f} by CPU time)", goal="" if goal is None else f"≥ {goal:.2f}")


def _ratio_row(name: str, pairs: Sequence[tuple[float, float]], goal: str = "") -> Row:
    """The medians of both, and the median of the ratios of each pair."""
    ours, bare = (median(figures) for figures in zip(*pairs, strict=True))
    return Row(name, f"{ours:,.0f}", f"{bare:,.0f}", f"{median(a / b for a, b in pairs):.2f}", goal)


def _bulk_gain(at_a_time: int, paces: Mapping[str, Sequence[tuple[_Pace, _Pace]]]) -> Row:
    single, bulk = (median(ours.by_clock for ours, _ in paces[name]) for name in ("create", "bulk of 100"))
    return Row(
        f"bulk of 100, {at_a_time} at a time, fulfillments a second",
        f"{_BULK_SIZE * bulk:,.0f}",
        "",
        f"{_BULK_SIZE * bulk / single:.1f} x create",
        "≥ 4 x",
    )
