"""The control plane as the command line calls it."""

import sys
from typing import Any, NoReturn

import click

from emulator.client import Control, Refused, Unreachable
from emulator.domain.site_ids import DEFAULT_SITE_ID

__all__ = ["DEFAULT_URL", "Control", "Refused", "Unreachable", "control_options", "fail"]

DEFAULT_URL = "http://127.0.0.1:8949"


def control_options(command: Any) -> Any:
    """The options that say which emulator and which site, as `url` and `site`."""
    site = click.option("--site", default=DEFAULT_SITE_ID, help="The site, as in the header wix-site-id.")
    return click.option("--url", default=DEFAULT_URL, help="The emulator's URL.")(site(command))


def fail(message: str, status: int = 1) -> NoReturn:
    """End the command with that message."""
    click.echo(f"wix-emulator: {message}", err=True)
    sys.exit(status)
