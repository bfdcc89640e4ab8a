"""`wix-emulator snapshot`, `env` and `rules`."""

import json
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from emulator.client import Control
from emulator.domain.rules import RULES
from tests.conftest import CLEAN_ENVIRONMENT, Server


def run(server: Server, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "emulator", *arguments]
    environment = CLEAN_ENVIRONMENT | {"WIX_EMULATOR_URL": server.url}
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)  # noqa: S603 - our own command


@pytest.fixture
def site() -> str:
    return str(uuid4())


def test_a_saved_site_loads_into_another(server: Server, site: str, tmp_path: Path) -> None:
    Control(server.url, site).call("POST", "orders", {"count": 2})
    file = tmp_path / "shop.json"
    saved = run(server, "snapshot", "save", str(file), "--site", site)
    assert (saved.returncode, saved.stdout) == (0, f"saved {file}\n")
    document = json.loads(file.read_text(encoding="utf-8"))
    loaded = run(server, "snapshot", "load", str(file), "--site", str(uuid4()))
    assert loaded.stdout == f"loaded {file}; fingerprint {document['fingerprint']}\n"


def test_saving_and_loading_answer_in_json(server: Server, site: str, tmp_path: Path) -> None:
    file = tmp_path / "shop.json"
    saved = json.loads(run(server, "snapshot", "save", str(file), "--site", site, "--json").stdout)
    assert saved == {"file": str(file), "fingerprint": json.loads(file.read_text(encoding="utf-8"))["fingerprint"]}
    loaded = json.loads(run(server, "snapshot", "load", str(file), "--site", str(uuid4()), "--json").stdout)
    assert loaded["fingerprint"] == saved["fingerprint"]


def test_saving_leaves_nothing_but_the_file(server: Server, site: str, tmp_path: Path) -> None:
    run(server, "snapshot", "save", str(tmp_path / "shop.json"), "--site", site)
    assert [path.name for path in tmp_path.iterdir()] == ["shop.json"]


def test_a_snapshot_that_cannot_be_had_leaves_the_old_file(tmp_path: Path, server: Server) -> None:
    file = tmp_path / "shop.json"
    file.write_text("old", encoding="utf-8")
    done = run(server, "snapshot", "save", str(file), "--url", "http://127.0.0.1:9")
    assert done.returncode == 3
    assert file.read_text(encoding="utf-8") == "old"


def test_a_snapshot_that_cannot_be_written_is_told(server: Server, site: str) -> None:
    done = run(server, "snapshot", "save", "/proc/shop.json", "--site", site)
    assert done.returncode == 1
    assert done.stderr.startswith("wix-emulator: cannot write /proc/shop.json: ")


def test_a_wrong_file_is_refused_and_changes_nothing(server: Server, site: str, tmp_path: Path) -> None:
    before = Control(server.url, site).call("GET", "state")["fingerprint"]
    (tmp_path / "shop.json").write_text('{"version": 99}', encoding="utf-8")
    done = run(server, "snapshot", "load", str(tmp_path / "shop.json"), "--site", site)
    assert done.returncode == 1
    assert "version is 99" in done.stderr
    assert Control(server.url, site).call("GET", "state")["fingerprint"] == before


@pytest.mark.parametrize("content", [b"# Notes", b"[]", b"{}", b"\xff", b""])
def test_a_file_that_is_no_snapshot_is_wrong_usage(server: Server, site: str, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "Notes.md"
    file.write_bytes(content)
    done = run(server, "snapshot", "load", str(file), "--site", site)
    assert done.returncode == 2
    assert done.stderr == f"wix-emulator: {file} is no snapshot; make one with: wix-emulator snapshot save FILE\n"


def test_env_prints_lines_that_a_shell_understands(server: Server, site: str) -> None:
    lines = run(server, "env", "--site", site).stdout
    done = subprocess.run(  # noqa: S603 - what was just printed
        ["bash", "-c", f'{lines}\necho "$WIX_API_BASE_URL $WIX_SITE_ID"'],  # noqa: S607 - any bash will do
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{server.url} {site}\n"


def test_env_prints_one_object(server: Server) -> None:
    found = json.loads(run(server, "env", "--json").stdout)
    assert found["WIX_APP_ID"] == server.facts["appId"]


def test_rules_are_listed_with_evidence_and_source(server: Server) -> None:
    listed = run(server, "rules").stdout
    for rule in RULES.values():
        assert f"{rule.id} {rule.evidence}" in listed


def test_one_rule_can_be_asked_for(server: Server) -> None:
    (rule,) = json.loads(run(server, "rules", "R601", "--json").stdout)["rules"]
    assert (rule["id"], rule["setting"]) == ("R601", "lifecycle")


def test_an_unknown_rule_is_a_usage_error(server: Server) -> None:
    done = run(server, "rules", "R999")
    assert done.returncode == 2
    assert "no rule R999" in done.stderr
