"""Where the options of all verbs come from besides flags, and what their help shows. It loads nothing, as `ending`."""

from typing import Any

_PREFIX = "WIX_EMULATOR"
ENVIRONMENT_PREFIX = f"{_PREFIX}_"

# Settings of click's: for a verb whose defaults say nothing, and for any other.
FROM_ENVIRONMENT: dict[str, Any] = {"auto_envvar_prefix": _PREFIX}
WITH_DEFAULTS: dict[str, Any] = FROM_ENVIRONMENT | {"show_default": True}
