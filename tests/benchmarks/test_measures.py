"""The benchmark itself, without its clock: what it asks is answered, and every round begins with the same orders."""

import json

from tests.benchmarks import measures, servers
from tests.benchmarks.load import request

_LIST = "/ecom/v1/fulfillments/orders/{}"


def test_a_round_asks_each_kind_of_call_of_each_order_and_leaves_the_orders_as_they_were() -> None:
    with servers.emulator("--seed", "empty") as ours:
        orders = measures.made_orders(ours.client, 3)
        asked = {part.name: len(part.requests) for part in measures.played(ours, measures.calls_of(orders))}
        assert asked == {"create": 3, "list": 3, "update": 3, "bulk of 100": 1}
        left = ours.client.answers([request("GET", _LIST.format(order_id)) for order_id in orders])
        assert [json.loads(one)["orderWithFulfillments"]["fulfillments"] for one in left] == [[], [], []]


def test_bare_starlette_answers_every_call_of_a_round_with_the_bytes_that_the_emulator_answered() -> None:
    with servers.emulator("--seed", "empty") as ours:
        orders = measures.made_orders(ours.client, 2)
        answers = measures.example_answers(ours, orders)
        with servers.bare(answers) as bare:
            for part in measures.played(ours, measures.calls_of(orders)):
                assert set(bare.client.answers(part.requests)) == {
                    answer.encode() for method, path, answer in answers if (method, path) == measures.ROUTES[part.name]
                }
