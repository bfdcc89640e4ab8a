"""Where an emulator answers if nobody says otherwise, and what is on this machine. Every start loads it."""

from ipaddress import ip_address
from urllib.parse import urlsplit

DEFAULT_PORT = 8949
DEFAULT_URL = f"http://127.0.0.1:{DEFAULT_PORT}"


def is_loopback(url: str) -> bool:
    """Whether that is this very machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
