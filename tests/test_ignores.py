"""Every ignore of a tool's complaint names the complaint and says why."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for folder in ("emulator", "tests") for path in (ROOT / folder).rglob("*.py"))

_IGNORE = re.compile(r"noqa|type: ?ignore")
_EXPLAINED = re.compile(r"noqa: [A-Z]+\d+(?:, [A-Z]+\d+)* - \w|type: ignore\[[a-z-]+(?:,[a-z-]+)*\]  # (?!noqa)\w")


def unexplained(source: str) -> Iterator[str]:
    """The comments that ignore something without its name or a reason."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            found = [one.start() for one in _IGNORE.finditer(token.string)]
            if not all(_EXPLAINED.match(token.string, start) for start in found):
                yield f"line {token.start[0]}: {token.string}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_ignore_says_what_and_why(path: Path) -> None:
    assert list(unexplained(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("ignore", ["noqa", "noqa: S603", "type: ignore", "type: ignore[misc]"])
@pytest.mark.parametrize("more", ["", "  # noqa: S603 - ours"])
def test_a_bare_one_is_found(ignore: str, more: str) -> None:
    assert len(list(unexplained(f"x = '# noqa'  # {ignore}{more}\n"))) == 1


@pytest.mark.parametrize("ignore", ["noqa: S603, S607 - ours", "type: ignore[misc,arg-type]  # it is frozen"])
def test_one_with_a_reason_is_fine(ignore: str) -> None:
    assert list(unexplained(f"x = 1  # {ignore}  # noqa: S603 - ours\n")) == []
