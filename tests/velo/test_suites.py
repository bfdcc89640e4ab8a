"""The two small interfaces for test suites: in Node, as a module to import, and in Python."""

import subprocess
from pathlib import Path

import pytest

from emulator.process import launched
from emulator.velo import VeloError, VeloSite
from emulator.velo.node import MODULE
from tests.conftest import CLEAN_ENVIRONMENT, Server
from tests.velo.conftest import SAMPLES, Code, Start

HERE = Path(__file__).parent
LIST = "backend/fulfillments.js:myListFulfillmentsForSingleOrderFunction"
ORDER = "58c9a790-27b7-463f-a865-c7cb494f7c29"


def test_a_suite_in_node_tests_backend_code(node: str, server: Server, code: Code) -> None:
    endless = "(event) => event.orderNumber === 'A' ? new Promise(() => {}) : undefined"
    code.write("backend/events.js", f"export const wixEvents_onOrderUpdated = {endless};")
    environment = {"WIX_VELO_MODULE": MODULE.as_uri(), "WIX_API_BASE_URL": server.url, "SAMPLES": str(SAMPLES)}
    environment |= {"ENDLESS": str(code.folder)}
    done = subprocess.run(  # noqa: S603 - our own command
        [node, "--test", str(HERE / "suite.test.mjs")],
        env=CLEAN_ENVIRONMENT | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_suite_in_python_tests_backend_code(node: str, server: Server, site_id: str) -> None:  # noqa: ARG001 - needs Node
    with VeloSite.start(SAMPLES, server.url, site_id) as site:
        answer = site.call(LIST, ORDER)
        with pytest.raises(VeloError, match="WixError") as refused:
            site.call(LIST, "nobody's")
    assert answer == {"orderWithFulfillments": {"orderId": ORDER, "fulfillments": []}}
    assert refused.value.details is not None
    assert refused.value.details["applicationError"]["code"] == "ORDER_NOT_FOUND"
    assert site.process.returncode == 0


def test_output_of_a_call_is_kept_and_bears_no_event(start: Start, code: Code) -> None:
    code.write(
        "backend/talk.js", "export const talk = () => { console.log('one\\ntwo'); console.warn({ three: 3 }); };"
    )
    site = start(code.folder)
    site.call("backend/talk.js:talk")
    assert site.output() == ["one", "two", "{ three: 3 }"]


def test_what_code_writes_past_the_console_does_no_harm(start: Start, code: Code) -> None:
    code.write("backend/talk.js", "export const talk = () => process.stdout.write('x'.repeat(200_000));")
    assert start(code.folder).call("backend/talk.js:talk") is True


def test_an_error_that_nobody_waits_for_does_not_end_the_site(start: Start, code: Code) -> None:
    code.write("backend/later.js", "export function later() { Promise.reject(new Error('forgotten')); }")
    site = start(code.folder)
    site.call("backend/later.js:later")
    assert site.call("backend/later.js:later") is None
    assert any("forgotten" in line for line in site.output())


def test_a_call_that_ends_the_process_is_an_error(start: Start, code: Code) -> None:
    code.write("backend/leave.js", "export const leave = () => process.exit(3);")
    with pytest.raises(VeloError, match="leave did not answer"):
        start(code.folder).call("backend/leave.js:leave")


def test_an_emulator_that_wants_credentials_gets_its_own_key(node: str) -> None:  # noqa: ARG001 - needs Node
    with launched("--auth", "strict") as (url, _), VeloSite.start(SAMPLES, url) as site:
        assert site.call(LIST, ORDER)["orderWithFulfillments"]["fulfillments"] == []


def test_no_emulator_is_an_error(node: str) -> None:  # noqa: ARG001 - needs Node
    with pytest.raises(VeloError, match=r"no emulator answers at http://127\.0\.0\.1:1 "):
        VeloSite.start(SAMPLES, "http://127.0.0.1:1")


def test_calls_need_the_address_that_only_its_starter_knows(start: Start) -> None:
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    site = start(SAMPLES)
    guessed = site.address.rpartition("/")[0] + "/guessed/call"
    with pytest.raises(HTTPError, match="404"):
        urlopen(Request(guessed, b'{"function": "x", "arguments": []}'))  # noqa: S310 - on this machine
