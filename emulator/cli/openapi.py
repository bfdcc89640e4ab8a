"""`wix-emulator openapi`: the emulated API's OpenAPI document."""

from json import dumps

import click

from emulator.cli.client import Control, json_option, running_options
from emulator.cli.control import call
from emulator.cli.options import FROM_ENVIRONMENT


@click.command(context_settings=FROM_ENVIRONMENT)
@json_option
@running_options
def openapi(json: bool, url: str | None, **at: str) -> None:
    """Print the OpenAPI document of the emulated API as YAML."""
    from emulator.api.openapi import emulated_document, to_yaml

    document = emulated_document()
    if url is not None:
        document = call(Control(url, **at), "GET", "docs/openapi.json") | {"servers": [{"url": url}]}
    click.echo(dumps(document) if json else to_yaml(document), nl=json)
