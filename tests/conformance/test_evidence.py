"""The evidence file: written and read again, and refused if it is none."""

from pathlib import Path

import pytest

from emulator.conformance.evidence import VERSION, Difference, Evidence, Finding, gathered, read
from emulator.errors import UsageError

DIFFERED = Finding(
    rule="R101",
    outcome="differed",
    differences=[Difference(expected="428", actual="409")],
    settings={"refusals.ORDER_NOT_APPROVED.status": "409"},
)


def written(folder: Path, content: bytes) -> Path:
    file = folder / "evidence.json"
    file.write_bytes(content)
    return file


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    evidence = gathered("wix", "https://www.wixapis.com", [DIFFERED, Finding(rule="R102", outcome="agreed")])
    again = read(written(tmp_path, evidence.content()))
    assert again == evidence
    assert again.by_rule()["R101"] == DIFFERED


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "no evidence file"),
        (b"[]", "no evidence file"),
        (b'{"version": 1}', r"no evidence file \(kind must not be empty\)"),
        (b'{"version": 0, "kind": "wix", "server": "", "date": "2026-01-01T00:00:00Z", "rules": []}', "version"),
        (b'{"version": 1, "kind": "guess", "server": "", "date": "2026-01-01T00:00:00Z", "rules": []}', "kind"),
        (f'{{"version": {VERSION + 1}}}'.encode(), f"of version {VERSION + 1}, and this wix-emulator reads version"),
    ],
)
def test_another_file_is_refused_with_what_to_do(tmp_path: Path, content: bytes, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as refusal:
        read(written(tmp_path, content))
    assert "wix-emulator conformance" in str(refusal.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read(tmp_path / "none.json")


def test_evidence_cannot_be_changed() -> None:
    evidence = gathered("emulator", "http://127.0.0.1:8949", [])
    with pytest.raises(ValueError, match="frozen"):
        evidence.kind = "wix"  # type: ignore[misc]  # that it is frozen is the point
    assert isinstance(evidence, Evidence)
