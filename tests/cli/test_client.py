"""The control plane as Python calls it: how long a call may take, and what it is told if that is too long."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from emulator.cli.control import call
from emulator.client import Control, TimedOut, Unreachable
from tests.cli.process import NOBODY

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that takes connections, and answers when the test does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def control(listener: socket.socket) -> Control:
    """A client that waits so short a time that a test can wait for its end."""
    control = Control(f"http://127.0.0.1:{listener.getsockname()[1]}", "site")
    control.timeout_s = 0.01
    return control


def test_an_answer_that_does_not_come_in_time_is_no_missing_emulator(control: Control) -> None:
    with pytest.raises(TimedOut, match=r"has not answered GET /_emulator/health in 0.01 s"):
        control.call("GET", "health")


def test_nobody_there_is_another_error() -> None:
    with pytest.raises(Unreachable):
        Control(NOBODY, "site").call("GET", "health")


@pytest.mark.parametrize(
    ("url", "command"),
    [
        ("http://nobody.invalid:8949", "wix-emulator"),
        ("http://nobody.invalid:8999/", "wix-emulator --port 8999"),
        ("http://nobody.invalid", "wix-emulator --port 80"),
    ],
)
def test_the_advice_makes_an_emulator_answer_at_that_port(url: str, command: str) -> None:
    with pytest.raises(Unreachable, match=rf"; start one with: {command}$"):
        Control(url, "site").call("GET", "health")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_token_goes_nowhere_else(listener: socket.socket, control: Control, status: int) -> None:
    control.timeout_s, control.control_token = 30, "a-token-of-the-test"
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(control.call, "GET", "health")
        with closing(listener.accept()[0]) as connection:
            connection.recv(65_536)
            head = f"HTTP/1.1 {status} Elsewhere\r\nlocation: {control.url}/elsewhere\r\ncontent-length: 0\r\n\r\n"
            connection.sendall(head.encode())
            with pytest.raises(Unreachable, match=f"HTTP {status}"):
                asked.result()
    listener.setblocking(False)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_verb_that_gets_no_answer_in_time_has_failed(control: Control, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        call(control, "POST", "reset", {})
    assert end.value.code == 1
    assert capsys.readouterr().err.startswith(f"wix-emulator: {control.url} has not answered POST /_emulator/reset ")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "clock/advance"), ("POST", "settle"), ("GET", "state"), ("PUT", "state")]
)
def test_what_takes_long_is_waited_for(control: Control, listener: socket.socket, method: str, path: str) -> None:
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(control.call, method, path, {} if method != "GET" else None)
        with closing(listener.accept()[0]) as connection:
            while b"\r\n\r\n" not in connection.recv(65_536):
                pass
            with pytest.raises(TimedOut):  # a call that began later is over by now
                control.call("GET", "health")
            connection.sendall(ANSWER)
            assert slow.result() == {}
