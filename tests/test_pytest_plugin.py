"""The pytest plug-in, as a project that uses it sees it; the README's example among it."""

import os
import subprocess
import sys

import pytest

from tests.conftest import CLEAN_ENVIRONMENT
from tests.readme import BLOCKS

pytest_plugins = ["pytester"]

(EXAMPLE,) = [block.text for block in BLOCKS if block.language == "python" and "wix_webhooks" in block.text]
SHIP = """
import json
from urllib.request import Request, urlopen

def ship(emulator, order):
    body = {"fulfillment": {"lineItems": [{"id": order["lineItems"][0]["id"], "quantity": 1}]}}
    path = f"/ecom/v1/fulfillments/orders/{order['id']}/create-fulfillment"
    headers = emulator.headers | {"content-type": "application/json"}
    with urlopen(Request(emulator.url + path, json.dumps(body).encode(), headers)) as answer:
        return json.load(answer)
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project of somebody else's, with a helper that ships."""
    for name in os.environ.keys() - CLEAN_ENVIRONMENT.keys():
        monkeypatch.delenv(name, raising=False)
    pytester.makepyfile(shipping=SHIP)
    pytester.makeini("[pytest]\nfilterwarnings = error\npythonpath = .\n")
    return pytester


def outcome(project: pytest.Pytester, *options: str) -> pytest.RunResult:
    return project.runpytest_subprocess("-p", "no:cacheprovider", *options)


def test_the_example_of_the_readme_passes(project: pytest.Pytester) -> None:
    project.makepyfile(test_example=EXAMPLE)
    outcome(project).assert_outcomes(passed=EXAMPLE.count("def test_"))


def test_an_example_suite_passes_in_parallel(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_suite="""
        import pytest
        from shipping import ship

        @pytest.mark.parametrize("number", range(12))
        def test_each_test_sees_its_own_site_alone(wix_emulator, wix_webhooks, number):
            order = wix_emulator.create_order(lineItems=[{"quantity": number + 1}])
            assert order["number"] == "10224"  # the one after the seed
            for _ in range(number % 3 + 1):
                ship(wix_emulator, order)
            wix_emulator.advance(hours=number)
            arrived = wix_webhooks.wait_for(number % 3 + 1, event_type="fulfillments_updated")
            assert [one.event["entityEventSequence"] for one in arrived] == ["1", "2", "3"][: number % 3 + 1]
            assert len(wix_emulator.requests("createFulfillment")) == number % 3 + 1
        """
    )
    outcome(project, "-n", "2").assert_outcomes(passed=12)


def test_a_test_that_is_run_again_begins_afresh(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from shipping import ship

        @pytest.fixture
        def again(wix_emulator, request):
            from emulator.pytest_plugin import wix_emulator as fixture
            ship(wix_emulator, wix_emulator.create_order(lineItems=[{"quantity": 1}]))
            return fixture.__wrapped__(wix_emulator.url, request)

        def test_nothing_was_asked_yet(again, wix_emulator):
            assert again.site_id == wix_emulator.site_id
            assert again.requests() == []
        """
    )
    outcome(project).assert_outcomes(passed=1)


def test_an_unused_fault_fails_the_test(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_it(wix_emulator):
            wix_emulator.fault("createFulfillment", status=503)
        """
    )
    result = outcome(project)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*a fault was never met: *createFulfillment*"])


def test_a_fault_that_was_met_or_may_stay_unused_does_not(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from urllib.error import HTTPError
        import pytest
        from shipping import ship

        def test_met(wix_emulator):
            wix_emulator.fault("createFulfillment", error="RESOURCE_EXHAUSTED")
            with pytest.raises(HTTPError, match="429") as refusal:
                ship(wix_emulator, wix_emulator.create_order())
            refusal.value.close()

        def test_spare(wix_emulator):
            wix_emulator.fault("createFulfillment", drop="afterCommit", may_stay_unused=True)
        """
    )
    outcome(project).assert_outcomes(passed=2)


def test_an_error_of_the_emulators_own_fails_the_test(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\npythonpath = .\nwix_emulator_options = --state state.db --state-sync full\n")
    project.makepyfile(
        """
        from pathlib import Path
        from urllib.error import HTTPError
        import pytest
        from shipping import ship

        def test_it(wix_emulator):
            order = wix_emulator.create_order()
            Path("state.db").rename("elsewhere.db")
            with pytest.raises(HTTPError, match="500") as failure:
                ship(wix_emulator, order)
            failure.value.close()
        """
    )
    result = outcome(project)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["the emulator failed at POST /ecom/v1/*/create-fulfillment:*", "state.db is not the file any more*"]
    )


def test_a_test_that_fails_by_itself_says_so_and_nothing_else(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_it(wix_emulator):
            wix_emulator.fault("createFulfillment", status=503)
            assert 1 == 2
        """
    )
    result = outcome(project)
    result.assert_outcomes(failed=1)
    assert "a fault was never met" not in result.stdout.str()


def test_a_receiver_that_fails_gets_the_webhook_again(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from shipping import ship

        def test_it(wix_emulator, wix_webhooks):
            wix_webhooks.status = 503
            ship(wix_emulator, wix_emulator.create_order())
            (first,) = wix_webhooks.wait_for(event_type="fulfillments_updated")
            wix_webhooks.status = 200
            wix_emulator.advance(minutes=1)
            first, again = wix_webhooks.wait_for(2, event_type="fulfillments_updated")
            assert first.token == again.token
            (delivery,) = wix_emulator.deliveries("fulfillments_updated")
            assert [one["status"] for one in delivery["attempts"]] == [503, 200]
        """
    )
    outcome(project).assert_outcomes(passed=1)


def test_a_webhook_that_does_not_come_fails_the_test_and_tells_what_came(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from shipping import ship

        def test_it(wix_emulator, wix_webhooks):
            ship(wix_emulator, wix_emulator.create_order())
            wix_webhooks.wait_for(event_type="order_canceled", timeout_s=0)
        """
    )
    result = outcome(project)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*expected 1 of order_canceled, got 0; arrived: *fulfillments_updated*"])


def test_a_forged_webhook_is_told_from_a_true_one(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_it(wix_emulator, wix_webhooks):
            for chaos in (None, "wrong-key", "expired-token", "truncated-body"):
                wanted = {"eventType": "fulfillments_updated"} | ({"chaos": chaos} if chaos else {})
                wix_emulator.control.call("POST", "events", wanted)
            true, *forged = wix_webhooks.wait_for(4)
            assert true.error is None
            assert all(one.error for one in forged)
        """
    )
    outcome(project).assert_outcomes(passed=1)


def test_the_environment_leads_a_process_to_the_site_of_the_test(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import os, subprocess, sys

        def test_it(wix_emulator):
            script = "import os; print(os.environ['WIX_API_BASE_URL'], os.environ['WIX_SITE_ID'])"
            environment = os.environ | wix_emulator.env
            done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True)
            assert done.stdout.decode().split() == [wix_emulator.url, wix_emulator.site_id]
        """
    )
    outcome(project).assert_outcomes(passed=1)


def test_a_verification_that_fails_tells_what_came_nearest(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from shipping import ship

        def test_it(wix_emulator):
            ship(wix_emulator, wix_emulator.create_order())
            wix_emulator.verify("createFulfillment", count=1)
            wix_emulator.verify("createFulfillment", status=409)
        """
    )
    result = outcome(project)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*createFulfillment: at least 1 expected, 0 found; nearest: *'actual': 200*"])


@pytest.mark.parametrize("quote", ["", '"'])
def test_the_server_takes_the_options_of_the_project_in_quotes_or_not(project: pytest.Pytester, quote: str) -> None:
    options = f"{quote}--time 2030-01-01T00:00:00Z --seed empty{quote}"
    project.makeini(f"[pytest]\npythonpath = .\nwix_emulator_options = {options}\n")
    project.makepyfile(
        """
        def test_it(wix_emulator):
            assert wix_emulator.create_order()["createdDate"] == "2030-01-01T00:00:00.000Z"
        """
    )
    outcome(project).assert_outcomes(passed=1)


def test_a_single_option_with_a_space_in_its_value_stays_one(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\npythonpath = .\nwix_emulator_options = '--seed=my shop.yaml'\n")
    project.makefile(".yaml", **{"my shop": "orders: [{id: mine}]"})
    project.makepyfile(
        """
        def test_it(wix_emulator):
            assert [one["id"] for one in wix_emulator.control.call("GET", "orders")["orders"]] == ["mine"]
        """
    )
    outcome(project).assert_outcomes(passed=1)


def test_whoever_does_not_use_it_imports_next_to_nothing() -> None:
    heavy = "{'pydantic', 'starlette', 'uvicorn', 'click', 'http.server', 'yaml'}"
    script = f"import sys, emulator.pytest_plugin; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert done.stdout == "[]\n"
