"""What came of a run, as a file: per rule the requests, the answers, and whether they agreed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from emulator.conformance.subject import Kind
from emulator.domain.violations import first_violation
from emulator.errors import UsageError

VERSION = 1
FILE_BYTES_MAX = 64 * 1024 * 1024

# `failed`: the server did not let the check make what it needs, so that it says nothing about the rule.
Outcome = Literal["agreed", "differed", "failed", "skipped"]
Moment = Annotated[datetime, Field(strict=False)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class AskedFor(_Record):
    """A request, without its headers."""

    method: str
    path: str
    body: Any = None


class Answered(_Record):
    """An answer, without its headers."""

    status: int
    body: Any = None


class Exchange(_Record):
    """What was asked and what was answered."""

    request: AskedFor
    answer: Answered


class Difference(_Record):
    """What the rule states, and what the server did."""

    expected: str
    actual: str


class Finding(_Record):
    """What came of one rule's check; `settings` have the emulator do as the server did.

    `expected` are the settings that the check was told to expect instead of the defaults; `date` is that of an earlier
    run than the file's last one.
    """

    rule: str
    outcome: Outcome
    reason: str = ""
    differences: list[Difference] = []
    settings: dict[str, str] = {}
    expected: dict[str, str] = {}
    date: Moment | None = None
    exchanges: list[Exchange] = []


class Evidence(_Record):
    """A run: with which kind of server, where, when, and what came of each rule."""

    version: Literal[1] = 1
    kind: Kind
    server: str
    date: Moment
    rules: list[Finding]

    def by_rule(self) -> Mapping[str, Finding]:
        """The findings by their rule's id."""
        return {finding.rule: finding for finding in self.rules}

    def content(self) -> bytes:
        """The file."""
        return self.model_dump_json(indent=2).encode() + b"\n"


@dataclass(frozen=True)
class Record:
    """Of which server a run's evidence is, the file for it, if it is kept, and what that file has already."""

    server: str
    file: Path | None = None
    earlier: Evidence | None = None


def gathered(kind: Kind, server: str, findings: list[Finding]) -> Evidence:
    """The evidence of a run that ends now."""
    return Evidence(kind=kind, server=server, date=datetime.now(UTC).replace(microsecond=0), rules=findings)


def merged(earlier: Evidence | None, later: Evidence) -> Evidence:
    """The later evidence, and what the earlier one has on rules that the later run has not come to."""
    if earlier is None:
        return later
    kept = {
        rule_id: one.model_copy(update={"date": one.date or earlier.date}) for rule_id, one in earlier.by_rule().items()
    }
    rules = {**kept, **later.by_rule()}
    return later.model_copy(update={"rules": [rules[rule_id] for rule_id in sorted(rules)]})


def read_earlier(file: Path, kind: Kind, server: str) -> Evidence | None:
    """The evidence that a run will be added to; None if there is no file, or an empty one.

    Raises UsageError for a file that is no evidence, or that of another server.
    """
    if not file.exists() or (file.is_file() and not file.stat().st_size):
        return None
    earlier = read(file)
    if (earlier.kind, earlier.server) != (kind, server):
        raise UsageError(
            f"{file} is evidence of {earlier.server} ({earlier.kind}), and this run is of {server} ({kind}): "
            "name another file with --evidence"
        )
    return earlier


def read(file: Path) -> Evidence:
    """The evidence in the file. Raises UsageError that says what is wrong with it and what to do."""
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise UsageError(f"{file} is over {FILE_BYTES_MAX} bytes: that is no evidence file of wix-emulator")
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error
    _refuse_other_version(file, content)
    try:
        return Evidence.model_validate_json(content)
    except ValidationError as error:
        raise UsageError(
            f"{file} is no evidence file ({first_violation(error)}); make one with: wix-emulator conformance"
        ) from error


def _refuse_other_version(file: Path, content: bytes) -> None:
    from pydantic_core import from_json

    try:
        version = from_json(content).get("version")
    except (ValueError, AttributeError):
        return  # for the model to refuse
    if isinstance(version, int) and version > VERSION:
        raise UsageError(
            f"{file} is of version {version}, and this wix-emulator reads version {VERSION}: "
            "update it, or make the file again with: wix-emulator conformance"
        )
