"""Rules as users name them: `R116`, `r116`, and `R1xx` for all of R1."""

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

import click


def chosen(named: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """The ids of the rules that are named, each once. Raises click.UsageError for a name of none."""
    ids: dict[str, None] = {}
    for name in named:
        pattern = f"R{name[1:].lower().replace('x', '[0-9]')}" if name[:1] in ("r", "R") else name
        found = [rule_id for rule_id in known if fnmatchcase(rule_id, pattern)]
        if not found:
            raise click.UsageError(f"no rule {name}; wix-emulator rules lists all, and R1xx stands for all of R1")
        ids |= dict.fromkeys(found)
    return tuple(ids)
