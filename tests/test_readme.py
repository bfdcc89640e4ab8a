"""Every example of the README, executed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Client

from emulator.api.admission import OWN_NAMES
from emulator.api.emails import EMAIL_BYTES_MAX
from emulator.api.responses import DEPTH_MAX
from emulator.api.routes import OPERATIONS
from emulator.api.state import SNAPSHOT_BYTES_MAX
from emulator.cli.connection import Limits
from emulator.domain.behaviours import Behaviours
from emulator.domain.chaos import CHAOS_NAMES
from emulator.domain.deliveries import ATTEMPTS_MAX, RETRY_WAITS, SUBSCRIPTIONS_MAX
from emulator.domain.orders import FULFILLMENTS_MAX
from emulator.emails import EMAILS_MAX
from emulator.faults import FAULTS_MAX
from emulator.journal import BYTES_MAX
from emulator.outbox import SEALED_BYTES_MAX
from emulator.settings import Settings
from tests.conftest import Server, start_server, stop_server
from tests.readme import BLOCKS, README, ROOT, Block, run

API_KEYS = "apiKeys:\n  - key: IST.read-only\n    scopes: [SCOPE.DC-STORES.READ-ORDERS]"
CONFIGURATION, SEED = (block.text for block in BLOCKS if block.language == "yaml")
SHELL = [block for block in BLOCKS if block.language == "sh"]


@pytest.fixture(scope="module")
def shop() -> Iterator[Server]:
    """The emulator that a reader has running from top to bottom."""
    running = start_server()
    yield running
    assert stop_server(running) == 0


def assert_like(answer: Any, shown: Any) -> None:
    """The answer is what the README shows, whatever stands at each `…`."""
    if shown == "…":
        assert answer
    elif isinstance(shown, dict):
        assert answer.keys() == shown.keys()
        for key, value in shown.items():
            assert_like(answer[key], value)
    elif isinstance(shown, list):
        assert len(answer) == len(shown)
        for one, value in zip(answer, shown, strict=True):
            assert_like(one, value)
    else:
        assert answer == shown


def test_the_first_fulfillment_answers_as_shown_and_again_with_the_409(shop: Server) -> None:
    first, again = [json.loads(block.text) for block in BLOCKS if block.language == "json"]
    assert_like(json.loads(run(SHELL[0].text, shop)), first)
    assert_like(json.loads(run(SHELL[0].text, shop)), again)


@pytest.mark.parametrize("block", SHELL, ids=lambda block: block.text.split("\n")[0][:60])
def test_each_shell_example_runs_and_is_not_refused(block: Block, shop: Server) -> None:
    output = run(block.text, shop)
    assert "validationError" not in output
    assert '"NOT_FOUND"' not in output


def test_the_seed_file_starts_a_server(tmp_path: Path) -> None:
    (tmp_path / "my-shop.yaml").write_text(SEED, encoding="utf-8")
    running = start_server("--seed", "my-shop.yaml", cwd=tmp_path)
    try:
        assert running.facts["orders"] == 1
    finally:
        stop_server(running)


def test_the_configuration_file_is_obeyed(tmp_path: Path) -> None:
    (tmp_path / "my-shop.yaml").write_text(SEED, encoding="utf-8")
    (tmp_path / "wix-emulator.yaml").write_text(CONFIGURATION, encoding="utf-8")
    running = start_server(cwd=tmp_path)  # which has a port of its own: a flag wins
    try:
        with Client(base_url=f"{running.url}/_emulator/") as client:
            behaviours = client.get("manifest").json()["settings"]
            webhooks = client.get("webhooks").json()["webhooks"]
    finally:
        stop_server(running)
    assert running.facts["seed"] == ["docs", "my-shop.yaml"]
    assert behaviours["line_item_split"] == "once"
    assert behaviours["refusals"] == {"ORDER_NOT_APPROVED": {"status": 400}}
    assert [one["url"] for one in webhooks] == ["http://127.0.0.1:3000/webhook"]


def test_the_table_of_calls_has_every_emulated_operation_and_no_other() -> None:
    rows = re.findall(r"^\| `([A-Z]+ /(?!_)[^`]*)` \| ([^|]*) \| `(\w+)` \|$", README, re.MULTILINE)
    assert rows == [(f"{one.method} {one.path}", one.summary, one.id) for one in OPERATIONS if not one.is_control]


def test_the_example_of_kept_state_finds_its_order_again(shop: Server) -> None:
    (example,) = [block.text for block in SHELL if "--state" in block.text]
    made, found = (
        json.loads(line)
        for line in run(example.replace("wix-emulator exec", "echo; wix-emulator exec"), shop).split("\n")
        if line
    )
    assert found["order"]["id"] == "my-order"
    assert found["order"]["number"] == made["orders"][0]["number"]


def test_every_other_block_is_one_that_another_test_runs() -> None:
    printed = "10:56:36 verified "  # by the listener: cli/test_listen
    plain = {block.text.strip() for block in BLOCKS if block.language == "" and not block.text.startswith(printed)}
    assert plain == {
        "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/wix-emulator",  # test_packaging
        "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest",  # .ci/run
        "wix-emulator listen",  # cli/test_listen
        "wix-emulator --seed my-shop.yaml",  # above
        API_KEYS,  # below
        "wix-emulator velo my-site",  # velo/test_cli
        'wix-emulator --host 0.0.0.0 --control-token "$TOKEN" --allow-host emulator',  # below
    }


def test_the_api_key_of_the_seed_file_may_read_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "keys.yaml").write_text(API_KEYS, encoding="utf-8")
    running = start_server("--seed", "keys.yaml", "--seed", "docs", "--auth", "strict", cwd=tmp_path)
    try:
        order = f"{running.url}/ecom/v1/orders/265c7d98-a7c3-48c4-89cd-bbdc00921eab"
        with Client(headers={"authorization": "IST.read-only", "wix-site-id": "any"}) as client:
            assert client.get(order).status_code == 200
            assert client.post(f"{order}/cancel").status_code == 403
    finally:
        stop_server(running)


def test_the_section_on_security_names_every_host_that_is_answered() -> None:
    section = README.partition("## Security")[2]
    assert all(f"`{name}`" in section for name in OWN_NAMES)


def test_the_server_of_the_container_answers_to_its_name_and_wants_the_token() -> None:
    (command,) = [block.text for block in BLOCKS if "--allow-host" in block.text]
    flags = command.replace('"$TOKEN"', "a-token-of-the-test").split()[1:]
    running = start_server(*flags)
    try:
        url = running.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - where it listens
        with Client(base_url=url, headers={"host": "emulator:8949"}) as client:
            assert client.get("/_emulator/health").status_code == 200
            assert client.get("/_emulator/manifest").status_code == 401
            token = {"x-emulator-token": "a-token-of-the-test"}
            assert client.get("/_emulator/manifest", headers=token).status_code == 200
    finally:
        stop_server(running)


def test_the_second_command_is_the_one_that_ci_runs() -> None:
    command = "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest"
    assert command in README.splitlines()
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_table_of_behaviours_has_every_behaviour_with_its_default() -> None:
    for name, field in Behaviours.model_fields.items():
        if name != "refusals":
            assert f"| `{name}` | `{field.default}`" in README


def test_the_table_of_chaos_has_every_mishap() -> None:
    for name in CHAOS_NAMES:
        assert f"| `{name}` |" in README


def test_the_retry_ladder_is_the_one_of_the_code() -> None:
    hours = [int(wait.total_seconds() // 3600) for wait in RETRY_WAITS[2:]]
    ladder = "1 min, 10 min, " + ", ".join(f"{hour} h" for hour in hours[:-1]) + f" and {hours[-1]} h"
    assert ladder in " ".join(README.split())


def test_every_control_path_that_the_readme_names_exists() -> None:
    known = {operation.path for operation in OPERATIONS}
    for path in re.findall(r"/_emulator/[a-z.\-/]+[a-z]", README):
        assert path in known, path


def test_the_table_of_limits_is_that_of_the_code() -> None:
    settings, limits = Settings(), Limits()
    for row in (
        f"| {settings.body_bytes_max >> 20} MiB; a snapshot {SNAPSHOT_BYTES_MAX >> 20} MiB |",
        f"| {limits.url_bytes_max >> 10} KiB; {limits.head_bytes_max >> 10} KiB |",
        f"| levels of nesting in a request | {DEPTH_MAX} |",
        f"| {limits.request_timeout_s:g} s each |",
        f"| `--connections-max` | {settings.connections_max:,} |",
        f"| `--sites-max` | {settings.sites_max:,} |",
        f"| `--orders-max`, of a site | {settings.orders_max:,} |",
        f"| {FULFILLMENTS_MAX:,}; {SUBSCRIPTIONS_MAX:,}, {FAULTS_MAX:,} |",
        f"| {settings.deliveries_max:,}; {SEALED_BYTES_MAX >> 20} MiB |",
        f"| attempts that a delivery keeps | {ATTEMPTS_MAX:,} |",
        f"| {settings.journal_entries_max:,}; {BYTES_MAX >> 20} MiB |",
        f"| {EMAILS_MAX:,}; {EMAIL_BYTES_MAX >> 10} KiB |",
    ):
        assert row in README
    assert limits.answer_timeout_s == limits.request_timeout_s
