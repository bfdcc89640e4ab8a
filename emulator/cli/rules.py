"""`wix-emulator rules`: what the emulator holds of Wix's behaviour, and how it knows."""

import dataclasses
import json as json_format
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

import click

from emulator.cli.client import Control, running_options
from emulator.cli.control import call

if TYPE_CHECKING:
    from emulator.domain.rules import Rule

_INDENT = " " * 17
_WIDTH = 110


@click.command(context_settings={"auto_envvar_prefix": "WIX_EMULATOR"})
@click.argument("ids", nargs=-1)
@click.option("--format", type=click.Choice(["text", "md", "json"]), default="text", help="md is the README's table.")
@click.option("--json", "json", is_flag=True, help="Print JSON: --format json.")
@running_options
def rules(ids: tuple[str, ...], format: Literal["text", "md", "json"], json: bool, url: str | None, **at: str) -> None:
    """List the rules, or those with these IDS: statement, evidence, source, and the setting that changes it."""
    known = _rules(url, **at)
    unknown = [rule_id for rule_id in ids if rule_id not in known]
    if unknown:
        raise click.UsageError(f"no rule {', '.join(unknown)}; wix-emulator rules lists all")
    found = [known[rule_id] for rule_id in ids or known]
    if json or format == "json":
        click.echo(json_format.dumps({"rules": [dataclasses.asdict(rule) for rule in found]}))
    elif format == "md":
        click.echo(markdown(found), nl=False)
    else:
        for rule in found:
            click.echo(_wrapped(f"{rule.id} {rule.evidence:11} {rule.statement}"))
            click.echo(_wrapped(f"{_INDENT}{rule.source}" + (f"; setting {rule.setting}" if rule.setting else "")))


def markdown(rules: Iterable["Rule"]) -> str:
    """The fidelity table: how many rules are known how, and each of them."""
    rules = list(rules)
    known = Counter(rule.evidence for rule in rules)
    counted = ", ".join(f"{known[evidence]} {evidence}" for evidence in sorted(known))
    lines = [f"{len(rules)} rules: {counted}.", "", "| rule | what holds | known | source | setting |"]
    lines += ["|---|---|---|---|---|", *map(_row, rules)]
    return "\n".join(lines) + "\n"


def _rules(url: str | None, **at: str) -> "Mapping[str, Rule]":
    """The rules of the emulator that runs there, or of this package."""
    from emulator.domain.rules import RULES, Rule

    if url is None:
        return RULES
    return {rule["id"]: Rule(**rule) for rule in call(Control(url, **at), "GET", "rules")["rules"]}


def _row(rule: "Rule") -> str:
    setting = f"`{rule.setting}`" if rule.setting else ""
    cells = (rule.id, rule.statement, rule.evidence, rule.source, setting)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=_INDENT)
