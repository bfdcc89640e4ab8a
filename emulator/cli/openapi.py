"""`wix-emulator openapi`: the emulated API's OpenAPI document."""

import click


@click.command()
def openapi() -> None:
    """Print the OpenAPI document of the emulated API as YAML."""
    from emulator.api.openapi import emulated_document, to_yaml

    click.echo(to_yaml(emulated_document()), nl=False)
