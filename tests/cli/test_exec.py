"""`wix-emulator exec`: a command with an emulator of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from emulator.environment import PRELOAD, extended, variables
from tests.conftest import CLEAN_ENVIRONMENT

PRINT = "import json, os; print(json.dumps(dict(os.environ)))"
MANIFEST = {
    "baseUrl": "http://127.0.0.1:8949",
    "siteId": "s",
    "appId": "a",
    "appSecret": "x",
    "instanceId": "i",
    "apiKey": "k",
    "publicKeyBase64": "cA==",
}


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "emulator", "exec", *arguments]
    return subprocess.run(  # noqa: S603 - our own command
        command, capture_output=True, text=True, env=CLEAN_ENVIRONMENT | environment, timeout=60, check=False
    )


def test_the_command_finds_the_emulator_by_its_variables() -> None:
    script = (
        "import os, json; from urllib.request import urlopen; "
        "print(urlopen(os.environ['WIX_API_BASE_URL'] + '/_emulator/manifest').read().decode())"
    )
    done = run("--seed", "empty", "--random-seed", "1", "--", sys.executable, "-c", script)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["siteId"] == "5e7b1d60-0000-4000-8000-000000000949"


def test_the_command_gets_every_variable_and_keeps_its_own() -> None:
    done = run("--", sys.executable, "-c", PRINT, NODE_OPTIONS="--no-warnings", MINE="kept", WIX_SITE_ID="my-site")
    environment: dict[str, str] = json.loads(done.stdout)
    assert environment["MINE"] == "kept"
    assert environment["WIX_SITE_ID"] == "my-site"
    assert environment["NODE_OPTIONS"] == f"--no-warnings --import={PRELOAD.as_uri()}"
    for name in ("WIX_APP_ID", "WIX_APP_SECRET", "WIX_INSTANCE_ID", "WIX_API_KEY", "WIX_PUBLIC_KEY"):
        assert environment[name]
    assert "\n" not in environment["WIX_PUBLIC_KEY"]


def test_the_emulator_s_own_way_to_start_is_none_of_the_command_s() -> None:
    environment: dict[str, str] = json.loads(run("--", sys.executable, "-c", PRINT).stdout)
    assert {name for name in environment if "PYDANTIC" in name} == set()


def test_the_emulator_ends_with_the_command() -> None:
    url = json.loads(run("--", sys.executable, "-c", PRINT).stdout)["WIX_API_BASE_URL"]
    with pytest.raises(OSError, match="refused"):
        urlopen(f"{url}/_emulator/health")  # noqa: S310 - http


@pytest.mark.parametrize("status", [0, 1, 7])
def test_it_exits_with_the_status_of_the_command(status: int) -> None:
    assert run("--", sys.executable, "-c", f"raise SystemExit({status})").returncode == status


def test_a_command_that_a_signal_ends_exits_as_in_a_shell() -> None:
    script = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert run("--", sys.executable, "-c", script).returncode == 128 + signal.SIGKILL


def test_sigterm_goes_on_to_the_command() -> None:
    script = (
        "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(5)); "
        "print('ready', flush=True); signal.pause()"
    )
    command = [sys.executable, "-m", "emulator", "exec", "--", sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=CLEAN_ENVIRONMENT) as process:  # noqa: S603 - our own command
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        assert process.wait(timeout=30) == 5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_emulator_is_left_behind_by_a_signal_while_it_starts(tmp_path: Path, number: signal.Signals) -> None:
    key = tmp_path / "key.pem"
    os.mkfifo(key)
    command = [sys.executable, "-m", "emulator", "exec", "--key-file", str(key), "--", "true"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=CLEAN_ENVIRONMENT) as process, key.open("wb"):  # noqa: S603 - our own command
        # Somebody has opened the key to read it: the emulator, which now waits for what is in it.
        process.send_signal(number)
        process.communicate(timeout=30)  # whoever still ran would hold standard error open
        assert process.returncode == -number


def test_no_emulator_is_left_behind_by_a_process_that_is_killed() -> None:
    script = "from emulator.process import launched\nwith launched() as (url, _): print(url, flush=True); input()"
    command = [sys.executable, "-c", script]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, env=CLEAN_ENVIRONMENT, text=True) as process:  # type: ignore[call-overload]  # by name  # noqa: S603 - our own command
        assert process.stdout.readline().startswith("http://")
        process.kill()
        process.communicate(timeout=30)
        assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ((), 2, "the command comes after --"),
        (("--",), 2, "no command after --"),
        (("--", "no-such-command"), 127, "cannot run no-such-command"),
        (("--", "/"), 126, "cannot run /"),
        (("--sed", "x", "--", "true"), 2, "--sed"),
        (("--seed", "no-such-seed", "--", "true"), 2, "no-such-seed"),
    ],
)
def test_what_cannot_be_run_says_why(arguments: tuple[str, ...], status: int, said: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr


def test_variables_follow_from_the_manifest() -> None:
    assert variables(MANIFEST) == {
        "WIX_API_BASE_URL": "http://127.0.0.1:8949",
        "WIX_SITE_ID": "s",
        "WIX_APP_ID": "a",
        "WIX_APP_SECRET": "x",
        "WIX_INSTANCE_ID": "i",
        "WIX_API_KEY": "k",
        "WIX_PUBLIC_KEY": "cA==",
        "NODE_OPTIONS": f"--import={PRELOAD.as_uri()}",
    }


def test_with_tls_the_variables_name_the_certificates() -> None:
    tls = {"url": "https://127.0.0.1:8950", "caFile": "/ca.pem", "bundleFile": "/bundle.pem"}
    found: dict[str, Any] = dict(variables(MANIFEST | {"tls": tls}))
    assert (found["NODE_EXTRA_CA_CERTS"], found["SSL_CERT_FILE"]) == ("/ca.pem", "/bundle.pem")


def test_without_options_of_its_own_node_gets_the_preload_file_alone() -> None:
    assert extended({}, {"NODE_OPTIONS": "--import=x"}) == {"NODE_OPTIONS": "--import=x"}
