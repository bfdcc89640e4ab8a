"""The README's examples of Velo code, run as they stand there."""

import json
import sys
from pathlib import Path

import pytest

from tests.conftest import Server
from tests.readme import BLOCKS, run

ORDER = "265c7d98-a7c3-48c4-89cd-bbdc00921eab"


def block(language: str, containing: str) -> str:
    (found,) = [one.text for one in BLOCKS if one.language == language and containing in one.text]
    return found


@pytest.mark.usefixtures("node")
def test_the_call_prints_the_order_s_fulfillments(server: Server) -> None:
    answer = json.loads(run(block("bash", "wix-emulator velo"), server).splitlines()[-1])
    assert answer["orderWithFulfillments"]["orderId"] == ORDER
    assert len(answer["orderWithFulfillments"]["fulfillments"]) == 2


@pytest.mark.usefixtures("node")
def test_the_suite_in_python_passes(server: Server, tmp_path: Path) -> None:
    suite = tmp_path / "test_velo.py"
    suite.write_text(block("python", "wix_velo"), encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    shown = run(f"{sys.executable} -m pytest -p no:cacheprovider -c {tmp_path}/pytest.ini {suite}", server)
    assert "1 passed" in shown


def test_the_suite_in_node_passes(node: str, server: Server, tmp_path: Path) -> None:
    suite = tmp_path / "velo.test.mjs"
    suite.write_text(block("javascript", "startVelo"), encoding="utf-8")
    shown = run(f"export WIX_VELO_MODULE=$(wix-emulator velo --module)\n{node} --test {suite}", server)
    assert "pass 1\n" in shown
