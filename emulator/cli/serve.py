"""`wix-emulator serve`: runs the emulator until it is told to stop."""

import functools
import gc
import logging
import os
import signal
import socket
import ssl
import sys
import threading
from ipaddress import ip_address
from json import dumps
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import uvicorn
from pydantic import ValidationError

from emulator import __version__
from emulator.api.call import Emulator, Tls
from emulator.api.gateway import Gateway
from emulator.app import create_app
from emulator.cli.connection import Connection, Limits
from emulator.cli.exchange import Batch
from emulator.cli.files import PUBLIC, check_folder, write_atomically
from emulator.cli.options import WITH_DEFAULTS
from emulator.cli.server import Server, listening
from emulator.cli.wording import counted
from emulator.domain.site_ids import DEFAULT_SITE_ID
from emulator.errors import UsageError
from emulator.settings import Settings, SettingsError, flatten, parse_behaviours

_DEFAULTS = Settings.model_construct()
_SHUTDOWN_TIMEOUT_S = 5
_ELSEWHERE = "every address; if clients come by another name, give its URL with --base-url"
# New objects before a garbage collection, and collections before an older generation's: nearly all that requests leave
# behind is state, which a collection can only look through, while somebody waits for an answer.
_COLLECTIONS = (200_000, 20, 20)


@click.command(context_settings=WITH_DEFAULTS)
@click.option("--host", default=_DEFAULTS.host, help="Address to listen on.")
@click.option("-p", "--port", type=int, default=_DEFAULTS.port, help="Port to listen on; 0 takes a free one.")
@click.option(
    "--port-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the port here once it answers.",
)
@click.option("--base-url", help="URL under which clients reach the emulator, if it is another.")
@click.option("--allow-host", multiple=True, metavar="NAME", help="Answer to this name too; repeatable.")
@click.option(
    "--allow-origin",
    multiple=True,
    metavar="ORIGIN",
    help="Let pages of this origin, such as http://localhost:5173, call the control plane; repeatable.",
)
@click.option("--control-token", help="Ask every call of the control plane for this token.")
@click.option("--open-control", is_flag=True, help="Ask for none although other machines can reach it.")
@click.option("--seed", multiple=True, default=_DEFAULTS.seed, help="Seed name or file; repeatable. `empty` is none.")
@click.option("--random-seed", type=int, help="Make ids and generated data repeat from run to run.")
@click.option("--time", help="Stop the clock at this ISO 8601 time.")
@click.option("--webhook-url", multiple=True, help="Deliver every site's events here; repeatable.")
@click.option("--webhook-format", type=click.Choice(["jwt", "sdk", "velo"]), default=_DEFAULTS.webhook_format)
@click.option(
    "--delivery",
    type=click.Choice(["background", "manual"]),
    default=_DEFAULTS.delivery,
    help="Deliver at once, or only when told to settle or to advance the clock.",
)
@click.option(
    "--auth",
    type=click.Choice(["open", "required", "strict"]),
    default=_DEFAULTS.auth,
    help="Ask callers for nothing, for any credential, or for a known one with permission.",
)
@click.option(
    "--state", type=click.Path(path_type=Path), help="Keep every site in this file, from one run to the next."
)
@click.option(
    "--state-sync",
    type=click.Choice(["behind", "full"]),
    default=_DEFAULTS.state_sync,
    help="Save within 100 ms, or before each answer.",
)
@click.option("--rate-limit", type=int, default=_DEFAULTS.rate_limit, help="Calls per minute and site; 0 is no limit.")
@click.option("--check-responses", is_flag=True, help="Hold every answer to openapi.yaml; 500 if it does not fit.")
@click.option("--tls", is_flag=True, help="Serve https too, as www.wixapis.com, with a local authority.")
@click.option("--tls-port", type=int, default=_DEFAULTS.tls_port, help="Port for https; 0 takes a free one.")
@click.option("--key-file", type=click.Path(path_type=Path), help="PEM private key to sign webhooks with.")
@click.option("--app-id", default=_DEFAULTS.app_id, help="The app's id.")
@click.option("--app-secret", default=_DEFAULTS.app_secret, help="The app's secret.")
@click.option("--instance-id", default=_DEFAULTS.instance_id, help="The id of the app's instance on the site.")
@click.option("--api-key", default=_DEFAULTS.api_key, help="The API key that may do everything.")
@click.option("--body-bytes-max", type=int, default=_DEFAULTS.body_bytes_max, help="Larger requests get 413.")
@click.option("--sites-max", type=int, default=_DEFAULTS.sites_max, help="Of more sites the longest idle one goes.")
@click.option("--deliveries-max", type=int, default=_DEFAULTS.deliveries_max, help="A site keeps the latest ones.")
@click.option("--journal-entries-max", type=int, default=_DEFAULTS.journal_entries_max, help="The latest ones stay.")
@click.option("--orders-max", type=int, default=_DEFAULTS.orders_max, help="A site takes no more.")
@click.option("--connections-max", type=int, default=_DEFAULTS.connections_max, help="One more gets 503.")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="warning")
@click.option("--json", "json", is_flag=True, help="Print the banner as one line of JSON.")
@click.option("--set", "set", multiple=True, metavar="NAME=VALUE", help="Set a behaviour; repeatable.")
@click.option(
    "--until-stdin-ends",
    is_flag=True,
    allow_from_autoenv=False,
    help="Stop when standard input ends, as a pipe from a parent process does with it.",
)
def serve(port_file: Path | None, log_level: str, json: bool, until_stdin_ends: bool, **options: Any) -> None:
    """Serve the emulated API until SIGTERM or Ctrl-C."""
    if until_stdin_ends:
        threading.Thread(target=_stop_with_stdin, daemon=True).start()
    logging.basicConfig(level=log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    settings = _settings(options)
    if port_file is not None:
        check_folder(port_file, "--port-file")
    listener = listening(settings.host, settings.port)
    _refuse_open_network(listener, settings)
    port = listener.getsockname()[1]
    secure, tls = _secured(settings) if settings.tls else (None, None)
    app = create_app(settings, port=port, tls=tls)
    gc.freeze()  # what is loaded by now stays; collecting it again and again would only slow answers down
    gc.set_threshold(*_COLLECTIONS)

    def announce() -> None:
        if port_file is not None:
            _write_port(port_file, port)
        print(banner(app, settings, as_json=json), flush=True)

    limits = Limits(connections_max=settings.connections_max)
    configuration = uvicorn.Config(
        app,
        http=functools.partial(Connection, limits, Batch(), app.is_prompt),  # type: ignore[arg-type]  # called as the class would be
        log_config=None,
        log_level=log_level,
        access_log=False,
        ws="none",  # importing what speaks WebSocket takes longer than all that is imported for HTTP
        proxy_headers=False,
        server_header=False,
        date_header=False,  # the gateway's tells the site's time
        timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT_S,
    )
    Server(configuration, announce, secure, app.emulator.streams.close).run(sockets=[listener])


def _write_port(port_file: Path, port: int) -> None:
    try:
        write_atomically(port_file, f"{port}\n".encode(), PUBLIC)
    except OSError as error:
        raise UsageError(f"--port-file: cannot write {port_file}: {error.strerror}") from error


def _stop_with_stdin() -> None:
    while os.read(sys.stdin.fileno(), 4_096):  # not sys.stdin.read(), whose lock is in the way of Python's own end
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def banner(app: Gateway, settings: Settings, *, as_json: bool) -> str:
    """What a user needs to know once the emulator answers."""
    dashboard = f"{app.emulator.base_url}/_emulator"
    if settings.control_token is not None:
        dashboard += f"?token={quote(settings.control_token, safe='')}"
    return dumps(_facts(app.emulator, settings, dashboard)) if as_json else _text(app.emulator, settings, dashboard)


def _facts(facts: Emulator, settings: Settings, dashboard: str) -> dict[str, Any]:
    return {
        "version": __version__,
        "url": facts.base_url,
        "dashboardUrl": dashboard,
        "controlToken": settings.control_token,
        "siteId": DEFAULT_SITE_ID,
        "appId": facts.app_id,
        "appSecret": facts.app_secret,
        "instanceId": facts.instance_id,
        "seed": list(settings.seed),
        "orders": len(facts.sites.setup.seed.orders),
        "webhookUrls": list(settings.webhook_url),
        "publicKeyUrl": f"{facts.base_url}/_emulator/public-key",
        "tlsUrl": facts.tls and facts.tls.url,
        "caFile": facts.tls and facts.tls.ca_file,
        "state": settings.state and str(settings.state),
    }


def _text(facts: Emulator, settings: Settings, dashboard: str) -> str:
    seeded = f"{', '.join(settings.seed)}: {counted(len(facts.sites.setup.seed.orders), 'order')}"
    return "\n".join(
        [
            f"wix-emulator {__version__} answers at {facts.base_url}",
            f"  API        {facts.base_url}/ecom/v1/fulfillments",
            f"  dashboard  {dashboard}",
            f"  control    {facts.base_url}/_emulator/manifest",
            f"  site       {DEFAULT_SITE_ID} (header wix-site-id; any other id is a site of its own)",
            f"  app        {facts.app_id}, secret {facts.app_secret}, instance {facts.instance_id}",
            f"  seed       {seeded}",
            f"  webhooks   {', '.join(settings.webhook_url) or 'none; wix-emulator listen, or --webhook-url URL'}",
            f"  public key {facts.base_url}/_emulator/public-key (?format=base64 for one line)",
            *([f"  set        {', '.join(changed)}"] if (changed := _changed(settings)) else []),
            *([f"  network    {_ELSEWHERE}"] if settings.is_on_all_addresses and settings.base_url is None else []),
            *([f"  state      {settings.state}: {counted(len(facts.sites), 'site')}"] if settings.state else []),
            *([f"  https      {facts.tls.url}, certified by {facts.tls.ca_file}"] if facts.tls else []),
        ]
    )


def _changed(settings: Settings) -> list[str]:
    """How calls are answered otherwise than by default, as flags have it."""
    flags = [
        f"--{name.replace('_', '-')} {value}"
        for name in ("auth", "delivery", "rate_limit")
        if (value := getattr(settings, name)) != getattr(_DEFAULTS, name)
    ]
    return flags + flatten(settings.behaviours.model_dump(exclude_defaults=True, exclude_none=True))


def _secured(settings: Settings) -> tuple[tuple[socket.socket, ssl.SSLContext], Tls]:
    """The socket for https with its certificate, and what clients need to know of it."""
    from emulator.cli.tls import certificates, state_folder, trust_bundle

    files = certificates(state_folder())
    listener = listening(settings.host, settings.tls_port, "--tls-port")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.server)
    bundle = trust_bundle(state_folder())
    url = settings.model_copy(update={"base_url": None}).url(listener.getsockname()[1]).replace("http:", "https:")
    return (listener, context), Tls(url, str(files.authority), str(bundle))


def _settings(options: dict[str, Any]) -> Settings:
    assignments = options.pop("set")
    try:
        return Settings(behaviours=parse_behaviours(assignments), **options)
    except ValidationError as error:
        from emulator.cli.sources import explained

        raise SettingsError(explained(error, click.get_current_context(silent=True))) from None


def _refuse_open_network(listener: socket.socket, settings: Settings) -> None:
    """Raise SettingsError if other machines could steer the emulator, and nobody has said that they may."""
    address = listener.getsockname()[0]
    if settings.control_token is None and not settings.open_control and not ip_address(address).is_loopback:
        raise SettingsError(
            f"--host {settings.host}: other machines can reach it there, and the control plane reads and changes all "
            "that the emulator holds; have it ask for a token, with --control-token or WIX_EMULATOR_CONTROL_TOKEN, or "
            "open it to everybody with --open-control"
        )
