"""The control plane of a running emulator, called from Python with the standard library only: it loads fast."""

import json
import os
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from emulator.address import DEFAULT_PORT

TOKEN_VARIABLE = "WIX_EMULATOR_CONTROL_TOKEN"  # noqa: S105 - a variable's name

_TIMEOUT_S = 60
_AS_LONG_AS_IT_TAKES = ("clock/advance", "settle", "state")  # they send webhooks, or carry a whole site


class CallFailed(Exception):  # noqa: N818 - the head of the tree
    """A call that has brought nothing.

    CallFailed
    ├── Unreachable   no emulator answers at that URL
    ├── TimedOut      one is there, and has not answered in time
    └── Refused       it refuses, and says why
    """


class Unreachable(CallFailed):
    """No emulator answers at that URL."""


class TimedOut(CallFailed):
    """The emulator has not answered in time; it may be at work still."""


class Refused(CallFailed):
    """The emulator refuses, and says why."""


class Control:
    """Calls the control plane of one site of a running emulator, with its token if it asks for one."""

    def __init__(self, url: str, site: str, control_token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self.control_token = control_token or os.environ.get(TOKEN_VARIABLE)
        self.timeout_s: float = _TIMEOUT_S
        self.site = site
        # Straight to the emulator, whatever proxy the environment names.
        self._opener: OpenerDirector = build_opener(ProxyHandler({}), _StaysHere())

    def call(self, method: str, path: str, body: Any = None, **query: str | None) -> Any:
        """The JSON answer. Raises CallFailed."""
        answer = self.text(method, path, body, **query)
        try:
            return json.loads(answer)
        except ValueError:
            raise self._unreachable("what answers is no JSON") from None

    def text(self, method: str, path: str, body: Any = None, **query: str | None) -> str:
        """The answer as text; a body in bytes is JSON already. Raises CallFailed."""
        given = {name: value for name, value in query.items() if value is not None}
        url = f"{self.url}/_emulator/{path}" + (f"?{urlencode(given)}" if given else "")
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"wix-site-id": self.site, "content-type": "application/json"}
        if self.control_token:
            headers["x-emulator-token"] = self.control_token
        request = Request(url, data, headers, method=method)  # noqa: S310 - the user's own URL
        timeout_s = None if path in _AS_LONG_AS_IT_TAKES else self.timeout_s
        try:
            with self._opener.open(request, timeout=timeout_s) as response:
                return str(response.read().decode())
        except HTTPError as error:
            with error:
                raise self._refused(error) from None
        except TimeoutError:
            raise TimedOut(f"{self.url} has not answered {method} /_emulator/{path} in {timeout_s} s") from None
        except (URLError, OSError, HTTPException, UnicodeDecodeError) as error:
            reason = getattr(error, "reason", error)
            raise self._unreachable(str(reason) or type(error).__name__) from None

    def _unreachable(self, reason: str) -> Unreachable:
        return Unreachable(f"no emulator answers at {self.url} ({reason}); start one with: {self._start()}")

    def _refused(self, error: HTTPError) -> CallFailed:
        try:
            return Refused(str(json.loads(error.read())["message"]))
        except (ValueError, KeyError, TypeError):  # no answer of an emulator's
            return self._unreachable(f"HTTP {error.code} {error.reason}".rstrip())

    def _start(self) -> str:
        """The command that makes an emulator answer at this URL."""
        parts = urlsplit(self.url)
        port = parts.port or 80
        return "wix-emulator" if port == DEFAULT_PORT or parts.scheme == "https" else f"wix-emulator --port {port}"


class _StaysHere(HTTPRedirectHandler):
    """Follows no redirect: the token is for the emulator alone, which sends nobody anywhere."""

    def redirect_request(self, *args: Any) -> None:
        """Make of it the error that it is for us."""
