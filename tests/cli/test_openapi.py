import pytest
import yaml
from click.testing import CliRunner

from emulator.api.routes import OPERATIONS
from emulator.cli.command import verbs


def test_it_prints_the_document_of_the_emulated_api_as_yaml() -> None:
    result = CliRunner().invoke(verbs, ["openapi"])
    assert result.exit_code == 0
    document = yaml.safe_load(result.stdout)
    assert document["openapi"] == "3.1.0"
    assert {one.path for one in OPERATIONS if one.is_control}.isdisjoint(document["paths"])


@pytest.mark.parametrize("arguments", [["openapi", "extra"], ["openapi", "--jsn"]])
def test_it_takes_nothing_else(arguments: list[str]) -> None:
    assert CliRunner().invoke(verbs, arguments).exit_code == 2
