"""`wix-emulator rules`: what the emulator holds of Wix's behaviour, and how it knows."""

import dataclasses
import json as json_format
import textwrap

import click

_INDENT = " " * 17
_WIDTH = 110


@click.command(context_settings={"auto_envvar_prefix": "WIX_EMULATOR"})
@click.argument("ids", nargs=-1)
@click.option("--json", "json", is_flag=True, help="Print JSON.")
def rules(ids: tuple[str, ...], json: bool) -> None:
    """List the rules, or those with these IDS: statement, evidence, source, and the setting that changes it."""
    from emulator.domain.rules import RULES

    unknown = [rule_id for rule_id in ids if rule_id not in RULES]
    if unknown:
        raise click.UsageError(f"no rule {', '.join(unknown)}; wix-emulator rules lists all")
    found = [RULES[rule_id] for rule_id in ids or RULES]
    if json:
        click.echo(json_format.dumps({"rules": [dataclasses.asdict(rule) for rule in found]}))
        return
    for rule in found:
        click.echo(_wrapped(f"{rule.id} {rule.evidence:11} {rule.statement}"))
        click.echo(_wrapped(f"{_INDENT}{rule.source}" + (f"; setting {rule.setting}" if rule.setting else "")))


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=_INDENT)
