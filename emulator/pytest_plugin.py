"""The pytest plug-in: fixtures `wix_emulator`, `wix_webhooks`, `wix_velo` and `wix_emulator_server`.

Every test has a site of its own on one emulator, which is a process of its own: nothing of it can disturb the tests,
and each worker of pytest-xdist starts one. Whoever does not use the fixtures pays for this module alone, which imports
nothing but the standard library and pytest; no emulator starts.
"""

import shlex
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import NAMESPACE_URL, uuid5

import pytest

from emulator.client import Control
from emulator.environment import variables
from emulator.process import launched

if TYPE_CHECKING:
    from emulator.receiver import Webhooks
    from emulator.velo import VeloSite

_OPTIONS = "wix_emulator_options"

Json = dict[str, Any]


class WixEmulator:
    """One site of a running emulator, as a test steers it."""

    def __init__(self, url: str, site_id: str, control_token: str | None = None) -> None:
        self.url = url
        self.site_id = site_id
        self.control = Control(url, site_id, control_token)
        self._needless: set[str] = set()

    @property
    def headers(self) -> dict[str, str]:
        """The headers that make any HTTP client's calls be for this site."""
        return {"wix-site-id": self.site_id, "authorization": str(self._manifest()["apiKey"])}

    @property
    def env(self) -> dict[str, str]:
        """The variables that a process needs, as `wix-emulator env` prints them."""
        return variables(self._manifest(), self.url, self.control.control_token)

    def create_order(self, order: Mapping[str, Any] | None = None, /, **fields: Any) -> Json:
        """A new order, in wire names; what is left out is generated: `create_order(lineItems=[{"quantity": 3}])`."""
        answer = self.control.call("POST", "orders", {"order": {**(order or {}), **fields}})
        return cast("Json", answer["orders"][0])

    def settle(self, timeout_s: float = 10) -> Json:
        """Send all that is due; how many were delivered, failed, and wait for later."""
        return cast("Json", self.control.call("POST", "settle", {"timeoutSeconds": timeout_s}))

    def advance(self, step: timedelta | None = None, /, **units: float) -> Json:
        """Move the site's clock on, such as by `days=3`; what falls due on the way has happened afterwards."""
        moved = (step or timedelta()) + timedelta(**units)
        return cast("Json", self.control.call("POST", "clock/advance", {"seconds": moved.total_seconds()}))

    def deliveries(
        self, event_type: str | None = None, *, order_id: str | None = None, status: str | None = None
    ) -> list[Json]:
        """The site's deliveries with their attempts, newest last."""
        answer = self.control.call("GET", "deliveries", eventType=event_type, orderId=order_id, status=status)
        return cast("list[Json]", answer["deliveries"])

    def requests(self, operation: str | None = None, *, status: int | None = None) -> list[Json]:
        """The journal: what was asked of the site, oldest first, each request explained."""
        wanted = {"operation": operation, "status": None if status is None else str(status)}
        return cast("list[Json]", self.control.call("GET", "requests", **wanted)["requests"])

    def verify(self, operation: str, **expected: Any) -> Json:
        """Fail unless the site was asked so: `status`, `body` (a part of it), `count` or `atLeast`."""
        answer = cast("Json", self.control.call("POST", "requests/verify", {"operation": operation, **expected}))
        if not answer["verified"]:
            pytest.fail(f"{operation}: {answer['message']}; nearest: {answer['nearMisses']}")
        return answer

    def fault(
        self,
        operation: str,
        *,
        error: str | None = None,
        status: int | None = None,
        delay_ms: int | None = None,
        drop: str | None = None,
        chaos: str | Mapping[str, Any] | None = None,
        times: int = 1,
        skip: int = 0,
        may_stay_unused: bool = False,
    ) -> Json:
        """Have the operation go wrong: exactly one effect, `times` often, after `skip` good calls.

        A fault that never happens fails the test, unless it may stay unused.
        """
        effects = {"error": error, "status": status, "delayMs": delay_ms, "drop": drop, "chaos": chaos}
        effect = {name: value for name, value in effects.items() if value is not None}
        wanted = {"operation": operation, "effect": effect, "times": times, "skip": skip}
        fault = cast("Json", self.control.call("POST", "faults", wanted))
        if may_stay_unused:
            self._needless.add(fault["id"])
        return fault

    def problems(self) -> list[str]:
        """What fails the test although its own assertions hold."""
        failed = self.control.call("GET", "requests", failed="true")["requests"]
        unused = self.control.call("GET", "faults", unused="true")["faults"]
        return [
            *(f"the emulator failed at {one['method']} {one['path']}:\n{one['failure']}" for one in failed),
            *(f"a fault was never met: {one}" for one in unused if one["id"] not in self._needless),
        ]

    def _manifest(self) -> Json:
        return cast("Json", self.control.call("GET", "manifest"))


_EMULATOR = pytest.StashKey[WixEmulator]()
_TOKEN = pytest.StashKey[str | None]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take options of `wix-emulator serve` from pytest's configuration."""
    parser.addini(_OPTIONS, "Options of `wix-emulator serve` for the tests' emulator.", "args", [])


@pytest.fixture(scope="session")
def wix_emulator_server(pytestconfig: pytest.Config) -> Iterator[str]:
    """The URL of an emulator that runs for the whole session, started with the ini option wix_emulator_options."""
    with launched(*_options(pytestconfig)) as (url, token):
        pytestconfig.stash[_TOKEN] = token
        yield url


def _options(config: pytest.Config) -> list[str]:
    """The ini option in words. In quotes, as TOML has it but pytest.ini does not need, it comes as one word."""
    words: list[str] = config.getini(_OPTIONS)
    is_all_in_one = len(words) == 1 and " " in words[0].partition("=")[0]
    return shlex.split(words[0]) if is_all_in_one else words


@pytest.fixture
def wix_emulator(wix_emulator_server: str, request: pytest.FixtureRequest) -> WixEmulator:
    """A site that this test has to itself, fresh from the seed. It has the same id in every run of the test."""
    site_id = str(uuid5(NAMESPACE_URL, request.node.nodeid))
    emulator = WixEmulator(wix_emulator_server, site_id, request.config.stash.get(_TOKEN, None))
    emulator.control.call("POST", "reset", {})  # for a test that is run again
    request.node.stash[_EMULATOR] = emulator
    return emulator


@pytest.fixture
def wix_webhooks(wix_emulator: WixEmulator) -> "Iterator[Webhooks]":
    """A receiver of the webhooks of this test's site."""
    from emulator.receiver import Webhooks

    with Webhooks.listening(wix_emulator.control) as webhooks:
        yield webhooks


@pytest.fixture
def wix_velo(wix_emulator: WixEmulator) -> "Iterator[Callable[..., VeloSite]]":
    """Runs the backend code of Velo sites against this test's site: `wix_velo("my-site").call("backend/a.js:b")`."""
    from emulator.velo import velo_sites

    token = wix_emulator.control.control_token
    with velo_sites(wix_emulator.url, wix_emulator.site_id, control_token=token) as start:
        yield start


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[Any]:
    """Fail a test that has passed in spite of an error of the emulator's own, or of a fault that it never met."""
    result = yield
    emulator = pyfuncitem.stash.get(_EMULATOR, None)
    problems = emulator.problems() if emulator is not None else []
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)
    return result
