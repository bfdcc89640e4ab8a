"""What every error of the user's making has in common: its message is all that the user needs."""


class UsageError(ValueError):
    """A setting, a seed or a key file that cannot be used: which one, why, and what would do."""
