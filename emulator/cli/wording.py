"""Words that what is printed has in common."""


def counted(count: int, noun: str) -> str:
    """The noun with its number: `1 site`, `2 sites`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
