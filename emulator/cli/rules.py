"""`wix-emulator rules`: what the emulator holds of Wix's behaviour, and how it knows."""

import json as json_format
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from emulator.cli.client import Control, running_options
from emulator.cli.control import call
from emulator.cli.options import FROM_ENVIRONMENT
from emulator.cli.rule_ids import chosen
from emulator.cli.wording import counted
from emulator.conformance.weighing import Proposal, Weighed, configuration, propose, weigh

if TYPE_CHECKING:
    from emulator.conformance.evidence import Evidence
    from emulator.domain.rules import Rule

_INDENT = " " * 17
_WIDTH = 110


@click.command(context_settings=FROM_ENVIRONMENT)
@click.argument("ids", nargs=-1)
@click.option("--format", type=click.Choice(["text", "md", "json"]), default="text", help="md is the README's table.")
@click.option("--json", "json", is_flag=True, help="Print JSON: --format json.")
@click.option(
    "--evidence",
    type=click.Path(path_type=Path, dir_okay=False),
    allow_from_autoenv=False,
    help="Merge what `wix-emulator conformance` has found, and print the settings that follow it.",
)
@running_options
def rules(
    ids: tuple[str, ...],
    format: Literal["text", "md", "json"],
    json: bool,
    evidence: Path | None,
    url: str | None,
    **at: str,
) -> None:
    """List the rules, or those with these IDS: statement, evidence, source, and the setting that changes it.

    R1xx stands for all of R1.
    """
    known = _rules(url, **at)
    wanted = chosen(ids, known) or tuple(known)
    merged = _read(evidence) if evidence else None
    found = weigh((known[rule_id] for rule_id in wanted), merged)
    proposal = propose(wanted, merged) if merged else Proposal({})
    if json or format == "json":
        settings = {"settings": dict(proposal.settings), "remarks": list(proposal.remarks)} if merged else {}
        click.echo(json_format.dumps({"rules": [one.described() for one in found], **settings}))
        return
    click.echo(markdown(found) if format == "md" else _text(found), nl=False)
    if merged and merged.kind == "emulator":
        click.echo(_of_emulator(merged, wanted), err=True)
    click.echo(_proposed(proposal, fence="```" if format == "md" else ""), nl=False)


def markdown(found: Sequence[Weighed]) -> str:
    """The fidelity table: how many rules are known how, and each of them."""
    known = Counter(one.known for one in found)
    kinds = ", ".join(f"{known[evidence]} {evidence}" for evidence in sorted(known))
    lines = [f"{counted(len(found), 'rule')}: {kinds}.", "", "| rule | what holds | known | source | setting |"]
    lines += ["|---|---|---|---|---|", *map(_row, found)]
    return "\n".join(lines) + "\n"


def _text(found: Sequence[Weighed]) -> str:
    lines: list[str] = []
    for one in found:
        setting = f"; setting {one.rule.setting}" if one.rule.setting else ""
        lines += [_wrapped(f"{one.rule.id} {one.known:11} {one.rule.statement}")]
        lines += [_wrapped(f"{_INDENT}{one.source}{setting}")]
        lines += [_wrapped(f"{_INDENT}expected {it.expected}, got {it.actual}") for it in one.differences]
    return "".join(f"{line}\n" for line in lines)


def _proposed(proposal: Proposal, fence: str) -> str:
    """What to put into wix-emulator.yaml, and what not; empty if there is nothing."""
    parts = [f"# {remark}" for remark in proposal.remarks]
    if proposal.settings:
        parts = ["# for wix-emulator.yaml: the emulator then does as that server", *parts]
        parts += [configuration(proposal.settings).rstrip("\n")]
    lines = [f"{fence}yaml", *parts, fence] if fence and parts else parts
    return "".join(f"{line}\n" for line in ["", *lines]) if parts else ""


def _of_emulator(evidence: "Evidence", wanted: Sequence[str]) -> str:
    outcomes = Counter(one.outcome for one in evidence.rules if one.rule in wanted)
    counted = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in sorted(outcomes)) or "none of these rules"
    return f"an emulator's evidence proves nothing about Wix: {counted} at {evidence.server}"


def _read(file: Path) -> "Evidence":
    from emulator.conformance.evidence import read

    return read(file)


def _rules(url: str | None, **at: str) -> "Mapping[str, Rule]":
    """The rules of the emulator that runs there, or of this package."""
    from emulator.domain.rules import RULES, Rule

    if url is None:
        return RULES
    return {rule["id"]: Rule(**rule) for rule in call(Control(url, **at), "GET", "rules")["rules"]}


def _row(one: Weighed) -> str:
    rule = one.rule
    setting = f"`{rule.setting}`" if rule.setting else ""
    cells = (rule.id, rule.statement, one.known, one.source, setting)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=_INDENT)
