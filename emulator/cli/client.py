"""The control plane as the command line calls it."""

from typing import Any
from urllib.parse import urlsplit

import click

from emulator.address import DEFAULT_URL
from emulator.client import CallFailed, Control, Unreachable
from emulator.domain.site_ids import DEFAULT_SITE_ID

__all__ = [
    "CallFailed",
    "Control",
    "ControlGroup",
    "Unreachable",
    "WebUrl",
    "control_options",
    "control_token_option",
    "json_option",
    "running_options",
]


class WebUrl(click.ParamType[str]):
    """A command line value that is a URL of http or https."""

    name = "url"

    def convert(self, value: str, param: click.Parameter | None, context: click.Context | None) -> str:
        """The URL; a usage error if it is none."""
        try:
            parts = urlsplit(value)
            is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_url = False
        if not is_url:
            self.fail(f"{value!r} is no URL such as {DEFAULT_URL}", param, context)
        return value


class ControlGroup(click.Group):
    """A verb with verbs of its own, which take its options too: those given to it are their defaults."""

    def invoke(self, context: click.Context) -> Any:
        """Hand the options down."""
        context.default_map = dict.fromkeys(self.commands, context.params)
        return super().invoke(context)


json_option = click.option("--json", "json", is_flag=True, help="Print JSON.")


_site = click.option("--site", default=DEFAULT_SITE_ID, help="The site, as in the header wix-site-id.")
control_token_option = click.option(
    "--control-token", help="The token that the emulator's control plane asks for, if it does."
)


def control_options(command: Any) -> Any:
    """The options that say which emulator and which site, as `url`, `site` and `control_token`."""
    url = click.option("--url", type=WebUrl(), default=DEFAULT_URL, help="The emulator's URL.")
    return url(_site(control_token_option(command)))


def running_options(command: Any) -> Any:
    """The same for a verb that needs no emulator: a running one is asked only if a flag says so."""
    ask = click.option("--url", type=WebUrl(), allow_from_autoenv=False, help="Ask the emulator that runs there.")
    return ask(_site(control_token_option(command)))
