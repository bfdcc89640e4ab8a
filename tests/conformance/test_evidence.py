"""The evidence file: written and read again, and refused if it is none."""

from pathlib import Path

import pytest

from emulator.conformance.evidence import VERSION, Difference, Evidence, Finding, gathered, merged, read, read_earlier
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


WIX = "https://www.wixapis.com"


def test_a_later_run_replaces_what_it_has_checked_and_leaves_the_rest_with_its_date() -> None:
    earlier = gathered("wix", WIX, [DIFFERED, Finding(rule="R103", outcome="agreed")])
    later = gathered("wix", WIX, [Finding(rule="R102", outcome="agreed"), Finding(rule="R101", outcome="agreed")])
    both = merged(earlier, later)
    assert [(one.rule, one.outcome) for one in both.rules] == [
        ("R101", "agreed"),
        ("R102", "agreed"),
        ("R103", "agreed"),
    ]
    assert [one.date for one in both.rules] == [None, None, earlier.date]
    assert merged(both, gathered("wix", WIX, [])).by_rule()["R103"].date == earlier.date
    assert merged(None, later) == later


def test_a_file_can_be_added_to_by_runs_of_the_same_server_only(tmp_path: Path) -> None:
    earlier = gathered("wix", WIX, [DIFFERED])
    file = written(tmp_path, earlier.content())
    assert read_earlier(file, "wix", WIX) == earlier
    for kind, server in (("emulator", WIX), ("wix", "http://127.0.0.1:1")):
        with pytest.raises(UsageError, match=r"is evidence of https://www\.wixapis\.com .* name another file"):
            read_earlier(file, kind, server)  # type: ignore[arg-type]  # of a loop


@pytest.mark.parametrize("content", [None, b""])
def test_no_file_and_an_empty_one_are_the_beginning(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json" if content is None else written(tmp_path, content)
    assert read_earlier(file, "wix", WIX) is None


def test_evidence_cannot_be_changed() -> None:
    evidence = gathered("emulator", "http://127.0.0.1:8949", [])
    with pytest.raises(ValueError, match="frozen"):
        evidence.kind = "wix"  # type: ignore[misc]  # that it is frozen is the point
    assert isinstance(evidence, Evidence)
