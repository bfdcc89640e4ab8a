"""An emulator that other machines can reach: who may start one, and that every client of ours works with its token."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from emulator.client import Control, Refused
from emulator.process import launched
from emulator.velo import VeloSite
from tests.cli.process import COMMAND, PATIENCE_S, Finished, run, running, usage
from tests.conftest import CLEAN_ENVIRONMENT, Server, start_server, stop_server

pytest_plugins = ["pytester"]

TOKEN = "a-token-of-the-test"  # noqa: S105 - made up
SAMPLES = Path(__file__).parents[2] / "fixtures" / "velo"
LIST = "backend/fulfillments.js:myListFulfillmentsForSingleOrderFunction"
ORDER = "265c7d98-a7c3-48c4-89cd-bbdc00921eab"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An emulator on every address, as in a container; its log is kept."""
    log = tmp_path_factory.mktemp("guarded") / "log"
    with log.open("w") as errors:
        environment = CLEAN_ENVIRONMENT | {"WIX_EMULATOR_CONTROL_TOKEN": TOKEN}
        running = start_server("--host", "0.0.0.0", "--log-level", "debug", environment=environment, stderr=errors)  # noqa: S104 - that is the point
        yield Server(running.process, running.facts | {"log": log})
        assert stop_server(running) == 0


def at(server: Server, *, token: str | None = TOKEN) -> list[str]:
    return ["--url", local(server), *(["--control-token", token] if token else [])]


def local(server: Server) -> str:
    return f"http://127.0.0.1:{urlsplit(server.url).port}"


def test_its_banner_names_a_url_that_can_be_called_and_the_way_to_another() -> None:
    with running("serve", "--host", "0.0.0.0", "--port", "0", "--open-control") as emulator:  # noqa: S104 - that is the point
        banner = [emulator.line() for _ in range(10)]
    assert " answers at http://127.0.0.1:" in banner[0]
    assert "--base-url" in banner[9]


# Who may start it


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - refused
def test_an_address_that_others_reach_is_refused_without_a_token(host: str) -> None:
    done = run("serve", "--host", host, "--port", "0")
    assert (done.status, done.out) == (2, "")
    assert "--control-token" in done.err
    assert "--open-control" in done.err


@pytest.mark.parametrize("flags", [("--host", "0.0.0.0", "--open-control"), ("--host", "localhost"), ("--host", "::1")])  # noqa: S104 - that is the point
def test_who_says_so_or_stays_on_loopback_needs_none(flags: tuple[str, ...]) -> None:
    server = start_server(*flags)
    try:
        url = f"http://{'[::1]' if '::1' in flags else '127.0.0.1'}:{urlsplit(server.url).port}"
        assert httpx2.get(f"{url}/_emulator/manifest").status_code == 200
        assert server.facts["controlToken"] is None
    finally:
        stop_server(server)


@pytest.mark.parametrize("token", ["short", "with a space in it", "", "ümlaut-ümlaut"])
def test_a_token_that_cannot_be_sent_is_refused_and_not_printed(token: str) -> None:
    done = run("serve", "--port", "0", "--control-token", token)
    assert done.status == 2
    assert "--control-token: takes 8 or more characters" in done.err
    assert not token or token not in done.err


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--allow-host", "http://emulator:8949"),
        ("--allow-host", "emulator/"),
        ("--allow-host", "*"),
        ("--allow-origin", "localhost:5173"),
        ("--allow-origin", "http://localhost:5173/"),
        ("--allow-origin", "null"),
        ("--allow-origin", "*"),
    ],
)
def test_what_is_no_host_or_origin_is_refused(flag: str, value: str) -> None:
    done = run("serve", "--port", "0", flag, value)
    assert done.status == 2
    assert flag in done.err


# What it says


def test_the_banner_has_the_token_for_the_browser_and_the_log_has_not(guarded: Server) -> None:
    assert guarded.facts["controlToken"] == TOKEN
    assert guarded.facts["dashboardUrl"] == f"{guarded.url}/_emulator?token={TOKEN}"
    opened = httpx2.get(guarded.facts["dashboardUrl"].replace("0.0.0.0", "127.0.0.1"))  # noqa: S104 - that is the point
    assert opened.status_code == 303
    httpx2.get(f"{local(guarded)}/_emulator/manifest", headers={"x-emulator-token": TOKEN})
    httpx2.post(f"{local(guarded)}/oauth2/token?token=canary", json={"client_secret": "canary"})
    upgrade = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13", "sec-websocket-key": "x"}
    httpx2.get(f"{local(guarded)}/ecom/v1/x", headers={"authorization": "canary", **upgrade})
    log = Path(guarded.facts["log"]).read_text()
    assert log
    assert TOKEN not in log
    assert "canary" not in log


def test_the_banner_for_humans_has_it_too() -> None:
    with running("serve", "--port", "0", "--control-token", "one&two three".replace(" ", "+")) as emulator:
        lines = [emulator.line() for _ in range(4)]
    (dashboard,) = [line for line in lines if "dashboard" in line]
    assert dashboard.endswith("/_emulator?token=one%26two%2Bthree")


# Its clients


VERBS = [
    "trigger fulfillments_updated",
    "deliveries",
    "reset",
    "clock",
    "clock advance 1h",
    "clock set system",
    "env",
    "rules",
    "openapi --json",
]


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_brings_the_token_that_it_is_given(guarded: Server, verb: str) -> None:
    done = usage(*verb.split(), *at(guarded))
    assert done.status == 0, done.err


@pytest.mark.parametrize("token", [None, "another-token"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_without_it_says_what_is_missing(guarded: Server, verb: str, token: str | None) -> None:
    done = usage(*verb.split(), *at(guarded, token=token))
    assert (done.status, done.out) == (1, "")
    assert "WIX_EMULATOR_CONTROL_TOKEN" in done.err
    assert TOKEN not in done.err


def test_snapshot_and_seed_take_it_too(guarded: Server, tmp_path: Path) -> None:
    site = ("--site", "saved", *at(guarded))
    snapshot, seed = tmp_path / "snapshot.json", tmp_path / "seed.yaml"
    seed.write_text("orders: []", encoding="utf-8")
    for verb in (("seed", str(seed)), ("snapshot", "save", str(snapshot)), ("snapshot", "load", str(snapshot))):
        done = run(*verb, *site)
        assert done.status == 0, done.err
    assert TOKEN not in snapshot.read_text(encoding="utf-8")


def test_who_waits_needs_no_token(guarded: Server) -> None:
    assert run("wait", *at(guarded, token=None)).status == 0


def test_the_environment_brings_it_as_well(guarded: Server) -> None:
    done = verb("reset", "--url", local(guarded), WIX_EMULATOR_CONTROL_TOKEN=TOKEN)
    assert done.status == 0, done.err


def test_env_hands_it_on(guarded: Server) -> None:
    assert f"export WIX_EMULATOR_CONTROL_TOKEN={TOKEN}" in run("env", *at(guarded)).out.splitlines()


def test_listen_subscribes_with_it(guarded: Server) -> None:
    with running("listen", "--port", "0", *at(guarded)) as listening:
        assert listening.line().startswith("listening at ")
        assert run("trigger", "fulfillments_updated", *at(guarded)).status == 0
        assert " verified wix.ecom.v1.fulfillments_updated " in listening.line()
        assert listening.stop(signal.SIGTERM) == 0


def test_exec_hands_it_to_the_command() -> None:
    script = "import os; from emulator.client import Control; e = os.environ; print(Control(e['WIX_API_BASE_URL'], 's')"
    script += ".call('GET', 'manifest')['siteId'], e['WIX_EMULATOR_CONTROL_TOKEN'])"
    done = run("exec", "--control-token", TOKEN, "--", sys.executable, "-c", script)
    assert (done.status, done.out) == (0, f"s {TOKEN}\n"), done.err


def test_an_emulator_that_python_starts_tells_it() -> None:
    with launched("--control-token", TOKEN) as (url, token):
        assert token == TOKEN
        assert Control(url, "s", token).call("GET", "manifest")["siteId"] == "s"
        with pytest.raises(Refused, match="--control-token"):
            Control(url, "s").call("GET", "manifest")


def test_velo_runs_against_it(guarded: Server) -> None:
    done = verb("velo", str(SAMPLES), *at(guarded), "--call", LIST, f'["{ORDER}"]')
    assert done.status == 0, done.err
    with VeloSite.start(SAMPLES, local(guarded), "velo", control_token=TOKEN) as site:
        assert site.emails() == []


def test_velo_starts_one_with_it(unused_port: int) -> None:
    url = f"http://127.0.0.1:{unused_port}"
    done = verb("velo", str(SAMPLES), "--url", url, "--control-token", TOKEN, "--call", LIST, f'["{ORDER}"]')
    assert done.status == 0, done.err


def test_the_pytest_plug_in_steers_it(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ.keys() - CLEAN_ENVIRONMENT.keys():
        monkeypatch.delenv(name, raising=False)
    pytester.makeini(f"[pytest]\nfilterwarnings = error\nwix_emulator_options = --control-token {TOKEN}\n")
    pytester.makepyfile(
        f"""
        def test_it(wix_emulator, wix_webhooks, wix_velo):
            order = wix_emulator.create_order()
            assert wix_emulator.env["WIX_EMULATOR_CONTROL_TOKEN"] == "{TOKEN}"
            assert wix_velo({str(SAMPLES)!r}).call("{LIST}", order["id"])
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


@pytest.fixture
def unused_port() -> int:
    server = start_server()
    stop_server(server)
    port = urlsplit(server.url).port
    assert port is not None
    return port


def verb(*arguments: str, **environment: Any) -> Finished:
    """The command, with these variables."""
    done = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, *arguments],
        env=CLEAN_ENVIRONMENT | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)
