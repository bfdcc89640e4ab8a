"""openapi.yaml in the hands of others' tools: each takes it without a complaint, and does its work with it."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openapi_spec_validator
import pytest
import yaml
from httpx2 import get, post

from tests.conftest import CLEAN_ENVIRONMENT
from tests.npm import node_with_packages

HERE = Path(__file__).parent
COMMITTED = HERE.parents[1] / "openapi.yaml"
ORDER = "265c7d98-a7c3-48c4-89cd-bbdc00921eab"
TIMEOUT_S = 300
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NODE_OPTIONS": ""}


@pytest.fixture(scope="session", autouse=True)
def node() -> str:
    return node_with_packages(HERE, "the tests of the contract")


def tool(name: str) -> str:
    return str(HERE / "node_modules" / ".bin" / name)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=HERE,
        env=CLEAN_ENVIRONMENT | QUIET,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def test_openapi_spec_validator_finds_it_valid() -> None:
    openapi_spec_validator.validate(yaml.safe_load(COMMITTED.read_text()))


def test_redocly_has_neither_an_error_nor_a_warning() -> None:
    linted = run(tool("redocly"), "lint", "--format", "json", str(COMMITTED))
    report = json.loads(linted.stdout[linted.stdout.index("{") :])
    assert report["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}, report["problems"]
    assert linted.returncode == 0


def test_redocly_does_warn_of_what_is_wrong(tmp_path: Path) -> None:
    document = yaml.safe_load(COMMITTED.read_text())
    del document["paths"]["/oauth2/token"]["post"]["operationId"]
    (tmp_path / "openapi.yaml").write_text(yaml.safe_dump(document))
    linted = run(tool("redocly"), "lint", "--format", "json", str(tmp_path / "openapi.yaml"))
    assert '"operation-operationId"' in linted.stdout


@pytest.fixture(scope="module")
def prism() -> Iterator[str]:
    """Prism's mock server of the contract, on a free port."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [tool("prism"), "mock", str(COMMITTED), "--port", "0"],
        cwd=HERE,
        env=CLEAN_ENVIRONMENT | QUIET,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(r"listening on (http://\S+:\d+)", line):
            break
    else:
        pytest.fail(f"Prism ended before it answered:\n{said}")
    yield found[1]
    process.terminate()
    process.communicate(timeout=TIMEOUT_S)


def test_prism_answers_a_documented_example(prism: str) -> None:
    answer = get(f"{prism}/ecom/v1/fulfillments/orders/{ORDER}")
    assert answer.status_code == 200
    assert answer.json()["orderWithFulfillments"]["orderId"] == ORDER


def test_prism_answers_a_refusal_that_is_asked_for(prism: str) -> None:
    body = {"fulfillment": {"lineItems": [{"id": "00000000-0000-0000-0000-000000000001"}]}}
    url = f"{prism}/ecom/v1/fulfillments/orders/{ORDER}/create-fulfillment"
    answer = post(url, json=body, headers={"prefer": "code=409"})
    assert answer.status_code == 409
    assert answer.json()["details"]["applicationError"]["code"] == "TRACKING_NUMBER_ALREADY_EXISTS"


def test_the_types_that_openapi_typescript_makes_compile_and_are_of_use(tmp_path: Path) -> None:
    made = run(tool("openapi-typescript"), str(COMMITTED), "--output", str(tmp_path / "openapi.ts"))
    assert made.returncode == 0, made.stderr
    (tmp_path / "usage.ts").write_bytes((HERE / "usage.ts").read_bytes())
    strictly = ["--noEmit", "--strict", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"]
    compiled = run(tool("tsc"), *strictly, str(tmp_path / "usage.ts"))
    assert compiled.returncode == 0, compiled.stdout
