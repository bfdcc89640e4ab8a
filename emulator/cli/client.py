"""The control plane as the command line calls it."""

import json
import sys
from typing import Any, NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

import click

from emulator.sites import DEFAULT_SITE_ID

DEFAULT_URL = "http://127.0.0.1:8949"
_TIMEOUT_S = 60


class Unreachable(Exception):  # noqa: N818 - a state of the world
    """No emulator answers at that URL."""


class Refused(Exception):  # noqa: N818 - an answer
    """The emulator refuses, and says why."""


class Control:
    """Calls the control plane of one site of a running emulator."""

    def __init__(self, url: str, site: str) -> None:
        self.url = url.rstrip("/")
        self._site = site
        # Straight to the emulator, whatever proxy the environment names.
        self._opener: OpenerDirector = build_opener(ProxyHandler({}))

    def call(self, method: str, path: str, body: Any = None, **query: str | None) -> Any:
        """The JSON answer. Raises Unreachable, Refused."""
        return json.loads(self.text(method, path, body, **query))

    def text(self, method: str, path: str, body: Any = None, **query: str | None) -> str:
        """The answer as text. Raises Unreachable, Refused."""
        given = {name: value for name, value in query.items() if value is not None}
        url = f"{self.url}/_emulator/{path}" + (f"?{urlencode(given)}" if given else "")
        data = None if body is None else json.dumps(body).encode()
        headers = {"wix-site-id": self._site, "content-type": "application/json"}
        request = Request(url, data, headers, method=method)  # noqa: S310 - the user's own URL
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as response:
                return str(response.read().decode())
        except HTTPError as error:
            raise Refused(_message(error)) from None
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise Unreachable(f"no emulator answers at {self.url} ({reason}); start one with: wix-emulator") from None


def control_options(command: Any) -> Any:
    """The options that say which emulator and which site, as `url` and `site`."""
    site = click.option("--site", default=DEFAULT_SITE_ID, help="The site, as in the header wix-site-id.")
    return click.option("--url", default=DEFAULT_URL, help="The emulator's URL.")(site(command))


def fail(message: str, status: int = 1) -> NoReturn:
    """End the command with that message."""
    click.echo(f"wix-emulator: {message}", err=True)
    sys.exit(status)


def _message(error: HTTPError) -> str:
    text = error.read().decode(errors="replace")
    try:
        return str(json.loads(text)["message"]) or text
    except (ValueError, KeyError, TypeError):
        return f"HTTP {error.code}: {text[:200]}"
