import json

import pytest
import yaml
from click.testing import CliRunner

from emulator.api.routes import OPERATIONS
from emulator.cli.command import verbs
from tests.cli.process import NOBODY
from tests.conftest import Server


def test_it_prints_the_document_of_the_emulated_api_as_yaml() -> None:
    result = CliRunner().invoke(verbs, ["openapi"])
    assert result.exit_code == 0
    document = yaml.safe_load(result.stdout)
    assert document["openapi"] == "3.1.0"
    assert {one.path for one in OPERATIONS if one.is_control}.isdisjoint(document["paths"])


def test_as_json_it_is_the_same_document() -> None:
    printed = [CliRunner().invoke(verbs, ["openapi", *flags]).stdout for flags in ([], ["--json"])]
    assert json.loads(printed[1]) == yaml.safe_load(printed[0])


def test_a_running_emulator_is_asked_if_a_flag_says_so(server: Server) -> None:
    own = CliRunner().invoke(verbs, ["openapi", "--json"], env={"WIX_EMULATOR_URL": NOBODY})
    asked = CliRunner().invoke(verbs, ["openapi", "--json", "--url", server.url])
    assert json.loads(asked.stdout) == json.loads(own.stdout) | {"servers": [{"url": server.url}]}
    assert CliRunner().invoke(verbs, ["openapi", "--url", NOBODY]).exit_code == 3


@pytest.mark.parametrize("arguments", [["openapi", "extra"], ["openapi", "--jsn"]])
def test_it_takes_nothing_else(arguments: list[str]) -> None:
    assert CliRunner().invoke(verbs, arguments).exit_code == 2
