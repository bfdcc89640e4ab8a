"""Where a verb's options come from besides flags, for each verb that calls a running emulator."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from emulator.cli.command import verbs
from tests.cli.process import NOBODY
from tests.conftest import Server

CALLS = [
    "trigger fulfillments_updated",
    "deliveries",
    "reset",
    "seed orders.yaml",
    "clock",
    "clock advance 1h",
    "clock set system",
    "snapshot save s.json",
    "snapshot load state.json",
    "env",
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of the test's own."""
    (tmp_path / "orders.yaml").write_text("orders: []", encoding="utf-8")
    (tmp_path / "state.json").write_text('{"version": 1}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Emulator(ThreadingHTTPServer):
    """Refuses every call, and remembers of which site it was."""

    def __init__(self) -> None:
        self.sites: list[str] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Emulator

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline()
        if self.parse_request():
            self.rfile.read(int(self.headers.get("content-length") or 0))
            self.server.sites.append(self.headers["wix-site-id"])
            self.send_error(400)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay quiet."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def configure(folder: Path, **settings: str | int) -> None:
    (folder / "wix-emulator.yaml").write_text(json.dumps(settings), encoding="utf-8")


def invoke(arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(verbs, arguments.split(), env=environment)


@pytest.mark.parametrize("call", CALLS)
def test_the_file_says_where_each_verb_goes(folder: Path, emulator: Emulator, call: str) -> None:
    configure(folder, url=emulator.url, site="mine")
    invoke(call)
    assert emulator.sites == ["mine"]


@pytest.mark.parametrize("call", CALLS)
def test_the_environment_says_where_each_verb_goes(folder: Path, emulator: Emulator, call: str) -> None:
    configure(folder, url=NOBODY, site="mine")
    invoke(call, WIX_EMULATOR_URL=emulator.url, WIX_EMULATOR_SITE="yours")
    assert emulator.sites == ["yours"]


@pytest.mark.parametrize("call", CALLS)
def test_flags_behind_the_verb_and_its_arguments_come_first(folder: Path, emulator: Emulator, call: str) -> None:
    configure(folder, url=NOBODY)
    invoke(f"{call} --url {emulator.url} --site theirs", WIX_EMULATOR_URL=NOBODY, WIX_EMULATOR_SITE="yours")
    assert emulator.sites == ["theirs"]


@pytest.mark.parametrize("call", [call for call in CALLS if call.startswith(("clock", "snapshot"))])
def test_flags_between_a_verb_and_its_own_come_first_too(folder: Path, emulator: Emulator, call: str) -> None:
    configure(folder, url=NOBODY)
    verb, _, rest = call.partition(" ")
    invoke(f"{verb} --url {emulator.url} --site theirs {rest}", WIX_EMULATOR_URL=NOBODY, WIX_EMULATOR_SITE="yours")
    assert emulator.sites == ["theirs"]


@pytest.mark.parametrize("call", CALLS)
def test_json_is_taken_by_each_verb(call: str) -> None:
    assert invoke(f"{call} --json --url {NOBODY}").exit_code == 3


# Names that mean one thing for one verb, and another for another


@pytest.mark.parametrize("call", CALLS)
def test_without_a_url_the_emulator_is_at_the_port_that_is_configured(
    folder: Path, emulator: Emulator, call: str
) -> None:
    configure(folder, port=emulator.server_port)
    invoke(call)
    assert emulator.sites


def test_a_port_of_the_environment_counts_before_that_of_the_file(folder: Path, emulator: Emulator) -> None:
    configure(folder, port=1)
    invoke("reset", WIX_EMULATOR_PORT=str(emulator.server_port))
    assert emulator.sites


def test_a_url_that_is_configured_counts_before_a_port(folder: Path, emulator: Emulator) -> None:
    configure(folder, url=emulator.url)
    invoke("reset", WIX_EMULATOR_PORT="1")
    assert emulator.sites


def test_any_free_port_says_nothing_of_where_the_emulator_is(folder: Path) -> None:
    configure(folder, port=0)
    assert "[default: http://127.0.0.1:8949]" in " ".join(invoke("wait --help").output.split())


@pytest.mark.parametrize("way", ["file", "environment"])
def test_listen_does_not_take_the_port_of_the_emulator(folder: Path, emulator: Emulator, way: str) -> None:
    environment = {}
    if way == "file":
        configure(folder, port=emulator.server_port)
    else:
        environment["WIX_EMULATOR_PORT"] = str(emulator.server_port)
    assert "[default: 8950;" in " ".join(invoke("listen --help", **environment).output.split())


@pytest.mark.parametrize("way", ["file", "environment"])
def test_deliveries_are_not_filtered_by_the_status_that_listen_answers(
    folder: Path, emulator: Emulator, way: str
) -> None:
    environment = {}
    if way == "file":
        configure(folder, status=500)
    else:
        environment["WIX_EMULATOR_STATUS"] = "500"
    invoke(f"deliveries --url {emulator.url}", **environment)
    assert emulator.sites


def test_trigger_does_not_put_the_behaviours_of_the_emulator_into_an_event(folder: Path, server: Server) -> None:
    configure(folder, set="line_item_split=once")
    told = invoke(f"trigger fulfillments_updated --json --url {server.url} --site {uuid4()}")
    assert (told.exit_code, "line_item_split" in told.stdout) == (0, False)
