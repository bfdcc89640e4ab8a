"""Where the value of an option comes from, and what to say of one that cannot be used."""

from collections.abc import Mapping
from types import MappingProxyType

import click
from click.core import ParameterSource
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from emulator.cli.command import CONFIGURATION
from emulator.cli.options import ENVIRONMENT_PREFIX
from emulator.domain.moments import EARLIEST, LATEST
from emulator.settings import Settings

# What an option takes, and an example; the bounds of numbers are in the settings.
_ALLOWED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "allow_host": ("a name alone, without scheme and port", "emulator"),
        "allow_origin": ("the scheme, host and port of a page", "http://localhost:5173"),
        "base_url": ("a URL of http or https", "https://emulator.test"),
        "time": (f"an ISO 8601 time from {EARLIEST.year} to {LATEST.year}", "2026-01-02T03:04:05Z"),
        "webhook_url": ("the URL of a receiver", "http://127.0.0.1:3000/webhooks"),
    }
)


def named(option: str, context: click.Context | None) -> str:
    """What the user wrote the option's value into: its flag, its variable, or its key in the configuration file."""
    source = context.get_parameter_source(option) if context else None
    if source is ParameterSource.ENVIRONMENT:
        return f"{ENVIRONMENT_PREFIX}{option.upper()}"
    if source is ParameterSource.DEFAULT_MAP:
        return f"{option} in {CONFIGURATION}"
    return f"--{option.replace('_', '-')}"


def explained(error: ValidationError, context: click.Context | None) -> str:
    """The first setting that cannot be used: where it comes from, what it takes, an example, and what it got."""
    details = error.errors(include_url=False)[0]
    option = str(details["loc"][0])
    name = named(option, context)
    if option == "control_token":  # which is not to be shown
        return f"{name}: takes 8 or more characters, without spaces, that fit into a header"
    if details["type"] == "violation":
        return f"{name}: its value {details['ctx']['description']}"
    if option not in _ALLOWED and "error" in details.get("ctx", {}):
        return f"{name}: {details['ctx']['error']}"
    allowed, example = _ALLOWED.get(option) or _bounds(option, details)
    return f"{name}: takes {allowed}, such as --{option.replace('_', '-')} {example}; got {details['input']!r}"


def _bounds(option: str, details: ErrorDetails) -> tuple[str, str]:
    bounds = details.get("ctx", {})
    default = str(Settings.model_fields[option].default)
    if "ge" in bounds:
        return f"{bounds['ge']} or more", default
    return (f"{bounds['le']} or less", default) if "le" in bounds else (details["msg"], default)
