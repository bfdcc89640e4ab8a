"""Python runs this first in every process of a test run: what would leave this machine is refused and written down.

Only Python is held to it: npm, which tests fetch packages with, is not, nor is pip.
"""

import os
import sys
from ipaddress import ip_address
from typing import Any

LOG = "WIX_TESTS_OUTBOUND_LOG"  # the variable that names the file
WITHOUT_UVLOOP = "WIX_TESTS_WITHOUT_UVLOOP"  # which looks names up where Python cannot see it

_CONNECTING = ("socket.connect", "socket.sendto", "socket.sendmsg")
_LOOKING_UP = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_NOBODY = (".example", ".invalid", ".test", "example.com")  # RFC 2606: tests name them, and nobody is there


def install() -> None:
    """Refuse it from now on, in this process."""
    sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _CONNECTING:
        address = arguments[1]
        if isinstance(address, tuple) and address and isinstance(address[0], str) and not _stays_here(address[0]):
            _refuse(event, address[0], ConnectionRefusedError)
    elif event in _LOOKING_UP and not _stays_here(arguments[0]):
        from socket import gaierror

        _refuse(event, arguments[0], gaierror)


def _stays_here(host: Any) -> bool:
    name = host.decode("latin-1") if isinstance(host, bytes) else host
    if not name or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse(event: str, host: Any, error: type[OSError]) -> None:
    name = str(host).rstrip(".")
    is_name = any(letter.isalnum() for letter in name)
    if is_name and not name.endswith(_NOBODY) and LOG in os.environ:
        with open(os.environ[LOG], "a", encoding="utf-8") as log:  # noqa: PTH123 - nothing is imported in vain
            log.write(f"{event} {host!r} by {' '.join(sys.orig_argv)[:300]!r}\n")
    raise error(f"tests stay on this machine: {event} {host!r}")


if __name__ == "sitecustomize":
    install()
    if WITHOUT_UVLOOP in os.environ:
        sys.modules["uvloop"] = None  # type: ignore[assignment]  # how an import is made to fail
