"""The README's way to test a proxy, run as it stands."""

from collections.abc import Iterator

import pytest

from tests.conftest import Server, start_server, stop_server
from tests.readme import BLOCKS, run

(COMMAND,) = [one.text for one in BLOCKS if one.language == "bash" and "schemathesis" in one.text]


@pytest.fixture
def emulator() -> Iterator[Server]:
    running = start_server()
    yield running
    assert stop_server(running) == 0


def test_the_command_finds_nothing_wrong_with_the_emulator_itself(emulator: Server) -> None:
    output = run(COMMAND, emulator)
    assert "Selected: 18/18" in output
    assert "failed" not in output
