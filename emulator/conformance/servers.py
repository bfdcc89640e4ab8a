"""Which server may be checked, and how a run on it begins."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import uuid4

from emulator.address import is_loopback
from emulator.client import Control
from emulator.conformance import ORDERS_MAX
from emulator.conformance.exchange import WIX_PAUSE_S, Connection
from emulator.conformance.redaction import Redaction
from emulator.conformance.runner import Run
from emulator.conformance.subject import Target
from emulator.domain.behaviours import Behaviours
from emulator.errors import UsageError

WIX_URL = "https://www.wixapis.com"
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CATCHING_UP_S = (1.0, 2.0, 4.0, 8.0)  # searching at Wix is consistent in the end only


@dataclass(frozen=True)
class Limits:
    """How far a run may go, and what it expects where Wix leaves it open."""

    behaviours: Behaviours = field(default_factory=Behaviours)
    orders_max: int = ORDERS_MAX
    timeout_s: float = 30.0
    sleep: Callable[[float], None] = time.sleep


def at_emulator(base_url: str, limits: Limits, control_token: str | None = None) -> Run:
    """A run against an emulator, on a site that nobody else has. Raises UsageError, CallFailed."""
    _refuse_userinfo(base_url)
    if not is_loopback(base_url):
        raise UsageError(
            f"{base_url} is not on this machine, and only an emulator here is checked without asking; for a Wix test "
            "site add --wix --site-id ID, and put its key into WIX_EMULATOR_CONFORMANCE_API_KEY"
        )
    site_id = f"conformance-{uuid4()}"
    control = Control(base_url, site_id, control_token)
    manifest = control.call("GET", "manifest")
    key, token = str(manifest["apiKey"]), control.control_token
    target = Target("emulator", site_id, key, limits.behaviours, limits.orders_max, control_token=token)
    redaction = Redaction([key, site_id, str(manifest["appSecret"]), str(manifest["instanceId"]), token or ""])
    return Run(_connection(base_url, limits), target, redaction)


def at_wix(base_url: str, site_id: str | None, api_key: str | None, limits: Limits) -> Run:
    """A run against a Wix test site. Raises UsageError for what is missing, and for a way that is not safe."""
    _refuse_userinfo(base_url)
    if not site_id or not api_key:
        missing = "--api-key, or WIX_EMULATOR_CONFORMANCE_API_KEY" if site_id else "--site-id"
        raise UsageError(f"--wix needs {missing}: name a test site, and give a key that may manage its orders")
    if not _GUID.fullmatch(site_id):
        raise UsageError(
            f"--site-id {site_id} is no GUID such as 0a1b2c3d-4e5f-6789-abcd-ef0123456789; the id of a site follows "
            "/dashboard/ in the address of its dashboard"
        )
    if urlsplit(base_url).path.strip("/") or urlsplit(base_url).query:
        raise UsageError(f"--base-url {base_url} has a path; --base-url takes scheme and host, such as {WIX_URL}")
    if urlsplit(base_url).scheme != "https" and not is_loopback(base_url):
        raise UsageError(f"--base-url {base_url} would send the key in the clear; use https")
    target = Target("wix", site_id, api_key, limits.behaviours, limits.orders_max, _CATCHING_UP_S, limits.sleep)
    return Run(_connection(base_url, limits), target, Redaction([api_key, site_id]))


def _connection(base_url: str, limits: Limits) -> Connection:
    pause_s = 0.0 if is_loopback(base_url) else WIX_PAUSE_S
    return Connection(base_url, pause_s=pause_s, timeout_s=limits.timeout_s, sleep=limits.sleep)


def _refuse_userinfo(url: str) -> None:
    if "@" in urlsplit(url).netloc:
        raise UsageError("a URL with a user in it would end up in the evidence; leave the user out")
