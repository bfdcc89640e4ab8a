"""Who is let in: by the name that a call was sent to, by the page that sent it, and by the control plane's token."""

import hmac
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from emulator.api.operation import Operation
from emulator.domain.refusals import ControlRefusal
from emulator.domain.rules import ADMISSION

TOKEN_HEADER = "x-emulator-token"  # noqa: S105 - a header's name
_SESSION_COOKIE = "wix-emulator-session"

# None of them can be bought: a page that rebinds its own name to this machine has another one.
OWN_NAMES = ("localhost", "www.wixapis.com", "host.docker.internal", "host.containers.internal")
_TEST_CLIENT = "testserver"  # as Starlette's calls the emulator
_OWN_DOMAINS = (".localhost", ".test")

_OPEN_TO_ALL = ("health",)  # who waits for the emulator need not know the token
_HOSTS_REMEMBERED_MAX = 1_000
_HOST_LENGTH_MAX = 255  # of one that is remembered; no name in the DNS is longer
_SHOWN_LENGTH_MAX = 100
_FOREIGN_SITES = ("cross-site", "same-site")


class HostNotAllowed(ControlRefusal):
    """A call to a name that is not the emulator's own: how a page gets here whose name was rebound to this machine."""

    status_name = "PERMISSION_DENIED"
    code = "HOST_NOT_ALLOWED"
    rule = ADMISSION

    def __init__(self, host: str, names: Iterable[str]) -> None:
        name = _name(host)[:_SHOWN_LENGTH_MAX] or "NAME"
        own = ", ".join(sorted({*names} - {_TEST_CLIENT}))
        super().__init__(
            f"the emulator does not answer to the host {host[:_SHOWN_LENGTH_MAX]!r}; it answers to any IP address, to "
            f"*.localhost, *.test and to {own}; if it has that name on your network, start it "
            f"with --allow-host {name}"
        )


class OriginNotAllowed(ControlRefusal):
    """A page of another origin that would steer the emulator."""

    status_name = "PERMISSION_DENIED"
    code = "ORIGIN_NOT_ALLOWED"
    rule = ADMISSION

    def __init__(self, origin: str | None) -> None:
        who = "a page of another site" if origin is None else f"a page of {origin[:_SHOWN_LENGTH_MAX]}"
        flag = "ORIGIN" if origin in (None, "null") else origin[:_SHOWN_LENGTH_MAX]
        super().__init__(
            f"{who} may not call the control plane, which answers its own pages and programs that are no browsers; if "
            f"you trust that page, start the emulator with --allow-origin {flag}"
        )


class ControlTokenRequired(ControlRefusal):
    """A call of the control plane without its token, or with another one."""

    status_name = "UNAUTHENTICATED"
    code = "CONTROL_TOKEN_REQUIRED"
    rule = ADMISSION

    def __init__(self, given: str) -> None:
        super().__init__(
            f"the control plane wants the token of --control-token, and got {given}: send it in the header "
            f"{TOKEN_HEADER}, give it to the command line and other clients as WIX_EMULATOR_CONTROL_TOKEN, or open "
            "the dashboard as /_emulator?token=TOKEN"
        )


def session_cookie(headers: Mapping[str, str]) -> str:
    """The name of the cookie for the port that was called: a browser sends a host's cookies to each of its ports."""
    try:
        port = urlsplit(f"//{headers.get('host', '')}").port
    except ValueError:
        port = None
    return _SESSION_COOKIE if port is None else f"{_SESSION_COOKIE}-{port}"


class Admission:
    """What the emulator asks of a call before anything else: its host, and on the control plane origin and token."""

    def __init__(self, names: Iterable[str] = (), origins: Iterable[str] = (), token: str | None = None) -> None:
        """`names` and `origins` are let in besides the emulator's own; without a token nobody is asked for one.

        Origins are as browsers send them: in lower case, without the port that goes without saying.
        """
        self._names = {*OWN_NAMES, _TEST_CLIENT, *map(_name, names)} - {""}
        self._origins = set(origins)
        self._token = token
        self._known_hosts: set[str] = set()

    def refuse_foreign_host(self, headers: Mapping[str, str]) -> None:
        """Raise HostNotAllowed for a name that is not ours. No browser leaves the header out, so others may."""
        host = headers.get("host")
        if host is not None and host not in self._known_hosts:
            self._meet(host)

    def admit(self, operation: Operation, headers: Mapping[str, str], scheme: str) -> None:
        """Let a call of the control plane pass, or raise OriginNotAllowed or ControlTokenRequired."""
        origin = headers.get("origin")
        if origin is None:
            if headers.get("sec-fetch-site") in _FOREIGN_SITES and not _opens_a_page(operation, headers):
                raise OriginNotAllowed(None)
        elif origin not in self._origins and origin != f"{scheme}://{headers.get('host', '')}":
            raise OriginNotAllowed(origin)
        if self._token is not None and not self.is_for_everybody(operation):
            self._want_token(headers)

    def is_for_everybody(self, operation: Operation) -> bool:
        """Whether there is a token, and the operation answers also those who do not know it."""
        return self._token is not None and (operation.is_page or operation.id in _OPEN_TO_ALL)

    def welcomes(self, headers: Mapping[str, str]) -> bool:
        """Whether the call comes from a page of another origin that may read what the control plane answers."""
        return bool(self._origins) and headers.get("origin") in self._origins

    def session(self, token: str) -> str | None:
        """The cookie's value for who brings that token; None if nobody is asked for one. It does not tell the token.

        Raises ControlTokenRequired for another token.
        """
        if self._token is None:
            return None
        if not _equal(token, self._token):
            raise ControlTokenRequired("another one")
        return _session(self._token)

    def _want_token(self, headers: Mapping[str, str]) -> None:
        assert self._token is not None, "asked for only if there is one"  # noqa: S101 - for the type checker
        from starlette.requests import cookie_parser

        given = headers.get(TOKEN_HEADER)
        session = cookie_parser(headers.get("cookie", "")).get(session_cookie(headers))
        if given is not None and _equal(given, self._token):
            return
        if given is None and session is not None and _equal(session, _session(self._token)):
            return
        raise ControlTokenRequired("none" if given is None and session is None else "another one")

    def _meet(self, host: str) -> None:
        name = _name(host)
        if name not in self._names and not name.endswith(_OWN_DOMAINS) and not _is_address(name):
            raise HostNotAllowed(host, self._names)
        if len(self._known_hosts) < _HOSTS_REMEMBERED_MAX and len(host) <= _HOST_LENGTH_MAX:
            self._known_hosts.add(host)


def _name(host: str) -> str:
    """The host without its port, as names are compared; empty if it is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    """Whether it is a literal address: nobody can rebind one."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _opens_a_page(operation: Operation, headers: Mapping[str, str]) -> bool:
    """Whether somebody follows a link to one of our pages: it may come from anywhere."""
    return operation.is_page and headers.get("sec-fetch-mode") == "navigate"


def _session(token: str) -> str:
    return hmac.digest(token.encode(), b"wix-emulator dashboard", "sha256").hex()


def _equal(given: str, expected: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())
