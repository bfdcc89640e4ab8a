"""`wix-emulator serve` as a process: its banner, its options and where they come from, its end."""

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from emulator import __version__
from emulator.cli.serve import serve
from emulator.settings import Settings
from tests.conftest import CLEAN_ENVIRONMENT

COMMAND = [sys.executable, "-m", "emulator"]
PATIENCE_S = 30
ORDER_NOT_APPROVED = "refusals.ORDER_NOT_APPROVED.status"


class Process:
    """The command in a folder of its own, which may hold a configuration file."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [*COMMAND, *arguments],
            cwd=folder,
            env=CLEAN_ENVIRONMENT | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        """The next line of its output."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self._process.communicate(timeout=PATIENCE_S)
        return line.rstrip("\n")

    def rest(self) -> str:
        """The rest of its output, once it has ended."""
        assert self._process.stdout is not None
        return self._process.stdout.read()

    def stop(self, number: int) -> int:
        """Send the signal; the exit status."""
        self._process.send_signal(number)
        return self._process.wait(timeout=PATIENCE_S)

    def end(self) -> tuple[int, str, str]:
        """Wait for its end: exit status, output, errors."""
        out, errors = self._process.communicate(timeout=PATIENCE_S)
        return self._process.returncode, out, errors

    def close(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=PATIENCE_S)


Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the command; what still runs after the test is ended."""
    processes = []

    def start(*arguments: str, **environment: str) -> Process:
        processes.append(Process(tmp_path, *arguments, **environment))
        return processes[-1]

    yield start
    for process in processes:
        process.close()


def facts(process: Process) -> dict[str, Any]:
    """The banner of a process that was started with `--json`."""
    banner: dict[str, Any] = json.loads(process.line())
    return banner


def failed(process: Process) -> str:
    """The one line that a process with a wrong configuration ends with."""
    status, out, errors = process.end()
    assert (status, out) == (2, ""), errors
    assert "Traceback" not in errors
    return errors.strip().splitlines()[-1]


def test_without_a_terminal_it_goes_on_when_that_is_closed() -> None:
    command = shlex.join([sys.executable, "-m", "emulator", "--port", "0", "--json"])
    script = f"trap '' HUP; exec {command}"  # as `nohup` starts it
    with subprocess.Popen(  # noqa: S603 - our own command
        ["/bin/sh", "-c", script], env=CLEAN_ENVIRONMENT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        process.send_signal(signal.SIGHUP)
        assert httpx2.get(f"{url}/_emulator/health").status_code == 200
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


# The banner


def test_the_banner_tells_a_user_what_to_know(start: Start) -> None:
    process = start("serve", "--port", "0")
    first = process.line()
    found = re.fullmatch(rf"wix-emulator {re.escape(__version__)} answers at (http://127\.0\.0\.1:\d+)", first)
    assert found
    assert httpx2.get(f"{found[1]}/_emulator/health").json()["status"] == "ok"
    assert process.stop(signal.SIGTERM) == 0
    banner = process.rest()
    for fact in (f"{found[1]}/ecom/v1/fulfillments", "5e7b1d60-0000-4000-8000-000000000949", "secret", "docs, demo"):
        assert fact in banner


def test_the_banner_tells_what_is_set_otherwise_than_by_default(start: Start) -> None:
    def banner(*flags: str) -> str:
        process = start("serve", "--port", "0", *flags)
        process.line()
        process.stop(signal.SIGTERM)
        return process.rest()

    strict = banner("--auth", "strict", "--set", "refusals.ORDER_NOT_APPROVED.status=400")
    assert "\n  set        --auth strict, refusals.ORDER_NOT_APPROVED.status=400\n" in f"\n{strict}"
    assert "  set " not in banner()


def test_the_banner_as_json_is_one_line(start: Start) -> None:
    banner = facts(start("serve", "--port", "0", "--json"))
    expected = {"version": __version__, "seed": ["docs", "demo"], "siteId": "5e7b1d60-0000-4000-8000-000000000949"}
    assert banner | expected == banner
    manifest = httpx2.get(f"{banner['url']}/_emulator/manifest").json()
    assert {name: manifest[name] for name in ("appId", "appSecret", "instanceId", "siteId", "version")} == {
        name: banner[name] for name in ("appId", "appSecret", "instanceId", "siteId", "version")
    }
    assert manifest["baseUrl"] == banner["url"]


def test_without_a_verb_it_serves(start: Start) -> None:
    assert facts(start("--port", "0", "--json"))["version"] == __version__


def test_the_port_file_holds_the_port_that_was_free(start: Start, tmp_path: Path) -> None:
    banner = facts(process := start("--port", "0", "--json", "--port-file", "port"))
    assert process.stop(signal.SIGTERM) == 0
    assert banner["url"] == f"http://127.0.0.1:{(tmp_path / 'port').read_text().strip()}"


def test_a_port_file_is_never_seen_empty(start: Start, tmp_path: Path) -> None:
    old = tmp_path / "port"
    old.write_text("old\n", encoding="utf-8")
    with old.open(encoding="utf-8") as reader:  # one who reads just while it is written
        process = start("--port", "0", "--json", "--port-file", "port")
        facts(process)
        assert process.stop(signal.SIGTERM) == 0
        assert reader.read() == "old\n"


# How it ends


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(start: Start, number: int) -> None:
    process = start("--port", "0", "--json")
    facts(process)
    assert process.stop(number) == 0
    assert process.end()[2] == ""


def test_it_stops_though_a_client_keeps_its_connection(start: Start) -> None:
    process = start("--port", "0", "--json")
    with httpx2.Client(base_url=facts(process)["url"]) as client:
        assert client.get("/_emulator/health").status_code == 200
        assert process.stop(signal.SIGTERM) == 0


def test_a_port_in_use_ends_it_with_1_and_a_hint(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, out, errors = start("--port", str(taken.getsockname()[1])).end()
    assert (status, out) == (1, "")
    assert "Address already in use" in errors
    assert "--port 0" in errors


# Options and where they come from


def test_flag_wins_over_environment_over_file_over_default(start: Start, tmp_path: Path) -> None:
    names = ("app_id", "app_secret", "instance_id")
    (tmp_path / "wix-emulator.yaml").write_text("".join(f"{name}: file\n" for name in names))
    environment = {"WIX_EMULATOR_APP_ID": "environment", "WIX_EMULATOR_APP_SECRET": "environment"}
    banner = facts(start("--port", "0", "--json", "--app-id", "flag", **environment))
    assert (banner["appId"], banner["appSecret"], banner["instanceId"]) == ("flag", "environment", "file")
    assert banner["siteId"] == "5e7b1d60-0000-4000-8000-000000000949"


def test_every_option_may_come_from_the_environment(start: Start) -> None:
    banner = facts(start(WIX_EMULATOR_PORT="0", WIX_EMULATOR_JSON="1", WIX_EMULATOR_SEED="docs-bulk empty"))
    assert (banner["seed"], banner["orders"]) == (["docs-bulk", "empty"], 4)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("seed: docs-bulk", "seed", ["docs-bulk"]),
        ("seed: [docs-bulk, docs-delete]", "seed", ["docs-bulk", "docs-delete"]),
        ("app-id: 0012", "appId", "0012"),
        ("app_id: off", "appId", "off"),
        ("base-url: https://fake.example", "url", "https://fake.example"),
        ("", "seed", ["docs", "demo"]),
        ("host:", "seed", ["docs", "demo"]),
    ],
)
def test_the_configuration_file_takes_what_flags_take(
    start: Start, tmp_path: Path, text: str, name: str, value: object
) -> None:
    (tmp_path / "wix-emulator.yaml").write_text(text)
    assert facts(start("--port", "0", "--json"))[name] == value


@pytest.mark.parametrize("way", ["flag", "environment", "file", "nested file"])
def test_behaviours_are_set_by_name(start: Start, tmp_path: Path, way: str) -> None:
    arguments = ["--port", "0", "--json", "--seed", "empty"]
    environment = {}
    if way == "flag":
        arguments += ["--set", "duplicate_tracking_scope=off", "--set", f"{ORDER_NOT_APPROVED}=400"]
    elif way == "environment":
        environment["WIX_EMULATOR_SET"] = f"duplicate_tracking_scope=off {ORDER_NOT_APPROVED}=400"
    else:
        refusal = f"{ORDER_NOT_APPROVED}: 400" if way == "file" else "refusals: {ORDER_NOT_APPROVED: {status: 400}}"
        (tmp_path / "wix-emulator.yaml").write_text(f"set:\n  duplicate_tracking_scope: off\n  {refusal}\n")
    url = facts(start(*arguments, **environment))["url"]
    shown = httpx2.get(f"{url}/_emulator/manifest").json()["settings"]
    assert shown["duplicate_tracking_scope"] == "off"
    assert shown["refusals"] == {"ORDER_NOT_APPROVED": {"status": 400}}


def test_every_setting_is_an_option() -> None:
    options = {option.name for option in serve.params} | {"behaviours"}  # those are set with --set
    assert Settings.model_fields.keys() <= options


def test_limits_and_the_api_key_are_what_they_are_set_to(start: Start) -> None:
    limits = ("--journal-entries-max", "2", "--sites-max", "2", "--deliveries-max", "2", "--body-bytes-max", "40")
    url = facts(start("--port", "0", "--json", "--seed", "empty", "--api-key", "IST.mine", *limits))["url"]
    assert httpx2.get(f"{url}/_emulator/manifest").json()["apiKey"] == "IST.mine"
    assert httpx2.post(f"{url}/_emulator/orders", content=b'{"count": 1}').status_code == 200
    assert httpx2.post(f"{url}/_emulator/orders", content=b'{"count": 1}'.ljust(41)).status_code == 413


def test_time_stands_where_it_is_told(start: Start) -> None:
    url = facts(start("--port", "0", "--json", "--time", "2026-02-03T04:05:06Z", "--seed", "empty"))["url"]
    (order,) = httpx2.post(f"{url}/_emulator/orders").json()["orders"]
    assert order["createdDate"] == "2026-02-03T04:05:06.000Z"


def test_a_random_seed_makes_ids_repeat(start: Start) -> None:
    made = []
    for _ in range(2):
        url = facts(start("--port", "0", "--json", "--random-seed", "5", "--seed", "empty", "--time", "2026-01-01"))[
            "url"
        ]
        made.append(httpx2.post(f"{url}/_emulator/orders").json()["orders"])
    assert made[0] == made[1]


# What is wrong is refused with its reason, before anything is served


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--prot", "1"], "Did you mean one of: '--host', '--port'?"),
        (["serv"], "did you mean serve?"),
        (["serve", "extra"], "unexpected extra argument (extra)"),
        (["--port", "many"], "'many' is not a valid integer"),
        (["--sites-max", "0"], "--sites-max: takes 1 or more, such as --sites-max 1000; got 0"),
        (["--port", "99999"], "--port: takes 65535 or less, such as --port 8949; got 99999"),
        (["--time", "yesterday"], "--time: takes an ISO 8601 time from "),
        (["--time", "yesterday"], ", such as --time 2026-01-02T03:04:05Z; got 'yesterday'"),
        (
            ["--allow-host", "http://X"],
            "--allow-host: takes a name alone, without scheme and port, such as --allow-host emulator; got 'http://X'",
        ),
        (
            ["--allow-origin", "Foo"],
            (
                "--allow-origin: takes the scheme, host and port of a page, such as --allow-origin "
                "http://localhost:5173; got 'Foo'"
            ),
        ),
        (
            ["--base-url", "Foo"],
            "--base-url: takes a URL of http or https, such as --base-url https://emulator.test; got 'Foo'",
        ),
        (
            ["--webhook-url", "https://www.wixapis.com/Hook"],
            "--webhook-url: its value is at www.wixapis.com: the emulator's webhooks never go to Wix; name",
        ),
        (["--webhook-url", "http://user:pw@127.0.0.1/"], "--webhook-url: its value carries credentials, which"),
        (
            ["--webhook-url", "localhost:3000"],
            (
                "--webhook-url: takes the URL of a receiver, such as --webhook-url http://127.0.0.1:3000/webhooks; "
                "got 'localhost:3000'"
            ),
        ),
        (
            ["--open-control", "--control-token", "a-token-of-the-test"],
            "--open-control: opens the control plane to everybody, and --control-token closes it; take one of them",
        ),
        (["--set", "line_item_splt=once"], "unknown setting line_item_splt; did you mean line_item_split?"),
        (["--set", "line_item_split=twice"], "line_item_split must be one of 'allow' or 'once', got \"twice\""),
        (["--set", "line_item_split"], "'line_item_split' is not NAME=VALUE"),
        (["--set", "refusals.ORDER_NOT_APPROVED.status=200"], "must be 400 or more, got"),
        (["--set", "refusals.ORDER_NOT_APROVED.status=400"], "did you mean ORDER_NOT_APPROVED?"),
        (
            ["--port", "0", "--seed", "nowhere"],
            "nowhere: no such seed or file; shipped seeds: demo, docs, docs-bulk, docs-delete, empty",
        ),
        (["--port-file", "nowhere/port"], "--port-file: there is no folder nowhere"),
        (["--port", "0", "--port-file", "/dev/null/port"], "--port-file: there is no folder /dev/null"),
        (["--port", "0", "--port-file", "/proc/port"], "--port-file: cannot write /proc/port: "),
        (["--port", "0", "--key-file", "nowhere.pem"], "nowhere.pem: No such file or directory"),
        (["--port", "0", "--key-file", "/"], "/: Is a directory"),
        (["--port", "0", "--key-file", "/dev/zero"], "/dev/zero: is over 65536 bytes, too long for a PEM private key"),
        (["--port", "0", "--key-file", "/dev/null"], "/dev/null: not an unencrypted PEM private key"),
        (["--port", "0", "--orders-max", "1"], "orders are more than --orders-max 1 allows; raise it to --orders-max "),
        (["--port", "0", "--orders-max", "1"], ", or start with --seed empty"),
        (["--connections-max", "0"], "--connections-max: takes 1 or more, such as --connections-max 900; got 0"),
        (["--port", "0", "--state", "."], "--state: . is not a file; choose another path"),
        (
            ["--state-sync", "full"],
            "--state-sync: there is nothing to sync without --state FILE, such as --state emulator.db",
        ),
    ],
)
def test_a_wrong_flag_ends_it_with_2(start: Start, arguments: list[str], message: str) -> None:
    assert message in failed(start(*arguments))


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"WIX_EMULATOR_PROT": "1"}, "unknown environment variable WIX_EMULATOR_PROT; did you mean WIX_EMULATOR_PORT?"),
        ({"WIX_EMULATOR_PORT": "many"}, "WIX_EMULATOR_PORT: takes a number from 0 to 65535, such as 8949; got 'many'"),
        ({"WIX_EMULATOR_PORT": "99999"}, "WIX_EMULATOR_PORT: takes a number from 0 to 65535"),
        (
            {"WIX_EMULATOR_TLS_PORT": "many"},
            "Invalid value for WIX_EMULATOR_TLS_PORT: 'many' is not a valid integer",
        ),
    ],
)
def test_a_wrong_variable_ends_it_with_2(start: Start, environment: dict[str, str], message: str) -> None:
    assert message in failed(start(**environment))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot: 1", "wix-emulator.yaml: unknown key prot; did you mean port?"),
        ("random_seed: many", "Invalid value for random_seed in wix-emulator.yaml: 'many' is not a valid integer"),
        ("port: abc", "port in wix-emulator.yaml: takes a number from 0 to 65535, such as 8949; got 'abc'"),
        ("base-url: foo", "base_url in wix-emulator.yaml: takes a URL of http or https"),
        ("port: [1]", "wix-emulator.yaml: port: takes one value"),
        ("port: {a: 1}", "wix-emulator.yaml: port: takes one value"),
        ("seed: [[docs]]", "wix-emulator.yaml: seed: takes one value"),
        ("- port", "wix-emulator.yaml: must be a mapping of options"),
        ("port: [", "wix-emulator.yaml: while parsing"),
        ("set: {line_item_splt: once}", "unknown setting line_item_splt; did you mean line_item_split?"),
    ],
)
def test_a_wrong_configuration_file_ends_it_with_2(start: Start, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "wix-emulator.yaml").write_text(text)
    assert message in failed(start("--port", "0"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("orders:\n- status: SHIPPED\n", "seed.yaml: orders[0].status: must be one of 'INITIALIZED'"),
        ("order: []\n", "seed.yaml: order: is an unknown key; known: orders"),
        ("orders: [\n", "seed.yaml: while parsing"),
    ],
)
def test_a_wrong_seed_ends_it_with_2_and_file_path_and_reason(
    start: Start, tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "seed.yaml").write_text(text)
    assert message in failed(start("--port", "0", "--seed", "seed.yaml"))


# Help


@pytest.mark.parametrize(("arguments", "text"), [(["--help"], "serve"), (["serve", "--help"], "--random-seed")])
def test_help_lists_what_there_is(start: Start, arguments: list[str], text: str) -> None:
    status, out, _ = start(*arguments).end()
    assert status == 0
    assert text in out


def test_version_prints_the_version(start: Start) -> None:
    assert start("--version").end() == (0, f"wix-emulator, version {__version__}\n", "")
