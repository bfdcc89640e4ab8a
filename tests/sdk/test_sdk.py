"""The real Wix SDK on the emulator. The tests are in JavaScript, in the `*.test.mjs` files; each is one test here."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sdk.conftest import Outcomes

_TEST = re.compile(r'^test\("(.+)", async', re.MULTILINE)

NAMES = {
    path.name: _TEST.findall(path.read_text(encoding="utf-8"))
    for path in sorted(Path(__file__).parent.glob("*.test.mjs"))
}


@pytest.mark.parametrize(
    ("file", "name"),
    [pytest.param(file, name, id=f"{file}: {name}") for file, names in NAMES.items() for name in names],
)
def test_sdk(outcomes_of: Callable[[str], Outcomes], file: str, name: str) -> None:
    failure = outcomes_of(file).get(name, "it did not run")
    if failure:
        pytest.fail(failure, pytrace=False)


@pytest.mark.parametrize("file", NAMES)
def test_every_javascript_test_is_a_test_here(outcomes_of: Callable[[str], Outcomes], file: str) -> None:
    assert list(outcomes_of(file)) == NAMES[file]
