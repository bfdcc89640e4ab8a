"""`wix-emulator serve`: runs the emulator until it is told to stop."""

import contextlib
import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from json import dumps
from pathlib import Path
from typing import Any

import click
import uvicorn
from pydantic import ValidationError

from emulator import __version__
from emulator.api.gateway import Gateway
from emulator.app import create_app
from emulator.domain.violations import field_path
from emulator.settings import Settings, SettingsError, parse_behaviours
from emulator.sites import DEFAULT_SITE_ID

_DEFAULTS = Settings()
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHUTDOWN_TIMEOUT_S = 5


@click.command(context_settings={"auto_envvar_prefix": "WIX_EMULATOR", "show_default": True})
@click.option("--host", default=_DEFAULTS.host, help="Address to listen on.")
@click.option("-p", "--port", type=int, default=_DEFAULTS.port, help="Port to listen on; 0 takes a free one.")
@click.option(
    "--port-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the port here once it answers.",
)
@click.option("--base-url", help="URL under which clients reach the emulator, if it is another.")
@click.option("--seed", multiple=True, default=_DEFAULTS.seed, help="Seed name or file; repeatable. `empty` is none.")
@click.option("--random-seed", type=int, help="Make ids and generated data repeat from run to run.")
@click.option("--time", help="Stop the clock at this ISO 8601 time.")
@click.option("--app-id", default=_DEFAULTS.app_id, help="The app's id.")
@click.option("--app-secret", default=_DEFAULTS.app_secret, help="The app's secret.")
@click.option("--instance-id", default=_DEFAULTS.instance_id, help="The id of the app's instance on the site.")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="warning")
@click.option("--json", "json", is_flag=True, help="Print the banner as one line of JSON.")
@click.option("--set", "set", multiple=True, metavar="NAME=VALUE", help="Set a behaviour; repeatable.")
def serve(port_file: Path | None, log_level: str, json: bool, **options: Any) -> None:
    """Serve the emulated API until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    settings = _settings(options)
    listener = _listener(settings)
    port = listener.getsockname()[1]
    app = create_app(settings, port=port)
    gc.collect()
    gc.freeze()  # what is loaded by now stays; collecting it again and again would only slow answers down

    def announce() -> None:
        print(banner(app, settings, as_json=json), flush=True)
        if port_file is not None:
            port_file.write_text(f"{port}\n", encoding="utf-8")

    configuration = uvicorn.Config(
        app,
        log_config=None,
        log_level=log_level,
        access_log=False,
        timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT_S,
    )
    _Server(configuration, announce).run(sockets=[listener])


def banner(app: Gateway, settings: Settings, *, as_json: bool) -> str:
    """What a user needs to know once the emulator answers."""
    facts = app.facts
    orders = app.sites.setup.seed.orders
    seeded = f"{', '.join(settings.seed)}: {len(orders)} orders"
    if as_json:
        banner = {
            "version": __version__,
            "url": facts.base_url,
            "siteId": DEFAULT_SITE_ID,
            "appId": facts.app_id,
            "appSecret": facts.app_secret,
            "instanceId": facts.instance_id,
            "seed": list(settings.seed),
            "orders": len(orders),
        }
        return dumps(banner)
    return "\n".join(
        [
            f"wix-emulator {__version__} answers at {facts.base_url}",
            f"  API        {facts.base_url}/ecom/v1/fulfillments",
            f"  control    {facts.base_url}/_emulator/manifest",
            f"  site       {DEFAULT_SITE_ID} (header wix-site-id; any other id is a site of its own)",
            f"  app        {facts.app_id}, secret {facts.app_secret}, instance {facts.instance_id}",
            f"  seed       {seeded}",
        ]
    )


def _settings(options: dict[str, Any]) -> Settings:
    assignments = options.pop("set")
    try:
        return Settings(behaviours=parse_behaviours(assignments), **options)
    except ValidationError as error:
        details = error.errors(include_url=False)[0]
        flag = "--" + field_path(details["loc"]).replace("_", "-")
        raise SettingsError(f"{flag}: {details['msg'].lower()}, got {details['input']!r}") from error


def _listener(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        reason = f"cannot listen on {settings.host}:{settings.port}: {error.strerror or error}"
        click.echo(f"wix-emulator: {reason}; choose another port with --port, or --port 0 for a free one", err=True)
        sys.exit(1)
    return listener


class _Server(uvicorn.Server):
    """A server that says when it answers, and for which a signal to stop is no failure."""

    def __init__(self, configuration: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(configuration)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        previous = {number: signal.signal(number, self.handle_exit) for number in _STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
