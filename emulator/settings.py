"""Everything that can be set from outside, in one frozen value."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from emulator.address import DEFAULT_PORT
from emulator.domain.behaviours import Behaviours, RefusalOverride
from emulator.domain.credentials import AuthMode
from emulator.domain.deliveries import DeliveryFormat, Subscription, WebhookUrl
from emulator.domain.moments import EARLIEST, LATEST
from emulator.domain.refusals import InvalidRequest, refusal_codes
from emulator.domain.violations import field_path, first_violation
from emulator.errors import UsageError
from emulator.journal import JOURNAL_ENTRIES_MAX
from emulator.outbox import DELIVERIES_MAX
from emulator.sites import SITES_MAX
from emulator.store import ORDERS_MAX

CONNECTIONS_MAX = 900  # leaves room for webhooks among the 1,024 files that a process may usually open

# By the address that means all of them, the one at which this machine reaches itself.
_LOOPBACK: Mapping[str, str] = MappingProxyType(
    {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - nothing is bound by this
)
HostName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$")]
ControlToken = Annotated[str, StringConstraints(pattern=r"^[!-~]+$", min_length=8)]  # fits into a header


def _as_browsers_send_it(url: str) -> str:
    """The URL's origin: in lower case, without the port that goes without saying. Raises ValueError."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    usual = parts.port is None or parts.port == _USUAL_PORTS.get(parts.scheme)
    return f"{parts.scheme}://{host}" if usual else f"{parts.scheme}://{host}:{parts.port}"


_USUAL_PORTS: Mapping[str, int] = MappingProxyType({"http": 80, "https": 443})
Origin = Annotated[
    str,
    StringConstraints(pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#@]+$"),
    AfterValidator(_as_browsers_send_it),
]


class SettingsError(UsageError):
    """A setting that cannot be used: which one, why, and what is allowed."""


class Settings(BaseModel):
    """The emulator's settings, with their defaults. `port` 0 takes a free port; `time` stops the clock there."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = DEFAULT_PORT
    base_url: str | None = None
    allow_host: tuple[HostName, ...] = ()
    allow_origin: tuple[Origin, ...] = ()
    control_token: ControlToken | None = Field(default=None, repr=False)
    open_control: bool = False
    seed: tuple[str, ...] = ("docs", "demo")
    random_seed: int | None = None
    time: datetime | None = None
    webhook_url: tuple[WebhookUrl, ...] = ()
    webhook_format: DeliveryFormat = "jwt"
    delivery: Literal["background", "manual"] = "background"
    key_file: Path | None = None
    tls: bool = False
    tls_port: Annotated[int, Field(ge=0, le=65_535)] = 8943
    auth: AuthMode = "open"
    state: Path | None = None
    state_sync: Literal["behind", "full"] = "behind"
    check_responses: bool = False
    rate_limit: Annotated[int, Field(ge=0)] = 0
    api_key: str = "IST.emulator-api-key"
    app_id: str = "a77ec0de-0000-4000-8000-000000000949"
    app_secret: str = "emulator-app-secret"  # noqa: S105 - a development default, printed in the banner
    instance_id: str = "1257a9ce-0000-4000-8000-000000000949"
    body_bytes_max: Annotated[int, Field(ge=1)] = 8 * 1024 * 1024
    deliveries_max: Annotated[int, Field(ge=1)] = DELIVERIES_MAX
    journal_entries_max: Annotated[int, Field(ge=1)] = JOURNAL_ENTRIES_MAX
    sites_max: Annotated[int, Field(ge=1)] = SITES_MAX
    orders_max: Annotated[int, Field(ge=1)] = ORDERS_MAX
    connections_max: Annotated[int, Field(ge=1)] = CONNECTIONS_MAX
    behaviours: Behaviours = Field(default_factory=Behaviours.model_construct)

    @field_validator("time")
    @classmethod
    def _is_a_usable_time(cls, time: datetime | None) -> datetime | None:
        """A time without an offset is UTC."""
        moment = time if time is None or time.tzinfo is not None else time.replace(tzinfo=UTC)
        if moment is not None and not EARLIEST <= moment <= LATEST:
            raise ValueError(f"the clock can stand from {EARLIEST.year} to {LATEST.year}")
        return moment

    @field_validator("base_url")
    @classmethod
    def _is_a_usable_url(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "http://unset")
        if parts.scheme not in _USUAL_PORTS or not parts.hostname or parts.port == 0:
            raise ValueError("must be a URL such as https://emulator.test")
        return url

    @field_validator("open_control")
    @classmethod
    def _asks_for_no_token(cls, open_control: bool, fields: ValidationInfo) -> bool:
        if open_control and fields.data.get("control_token") is not None:
            raise ValueError("opens the control plane to everybody, and --control-token closes it; take one of them")
        return open_control

    @field_validator("state_sync")
    @classmethod
    def _has_a_file_to_sync(cls, state_sync: str, fields: ValidationInfo) -> str:
        if state_sync == "full" and fields.data.get("state") is None:
            raise ValueError("there is nothing to sync without --state FILE, such as --state emulator.db")
        return state_sync

    def url(self, port: int) -> str:
        """Where clients reach the emulator, given the port that it has; on this machine, if it is on all addresses."""
        host = _LOOPBACK.get(self.host, self.host)
        host = f"[{host}]" if ":" in host else host
        return self.base_url or f"http://{host}:{port}"

    @property
    def is_on_all_addresses(self) -> bool:
        """Whether it listens on every address that this machine has."""
        return self.host in _LOOPBACK

    def names(self) -> tuple[str, ...]:
        """The names that the emulator has besides those that are always its own."""
        base = urlsplit(self.base_url or "").hostname
        return (self.host, *self.allow_host, *((base,) if base else ()))

    def origins(self) -> tuple[str, ...]:
        """The origins whose pages may steer the emulator, besides the one that a page came from."""
        return (*self.allow_origin, *((_as_browsers_send_it(self.base_url),) if self.base_url else ()))

    def subscriptions(self) -> tuple[Subscription, ...]:
        """What every site is subscribed to from the start; the ids are the same in every run."""
        return tuple(
            Subscription(id=str(uuid5(NAMESPACE_URL, f"{position} {url}")), url=url, format=self.webhook_format)
            for position, url in enumerate(self.webhook_url)
        )


def parse_behaviours(assignments: Collection[str]) -> Behaviours:
    """Behaviours from `NAME=VALUE` texts, such as `refusals.ORDER_NOT_APPROVED.status=400`. Raises SettingsError."""
    tree: dict[str, Any] = {}
    if not assignments:
        return Behaviours.model_construct()  # a validator takes long to build
    for assignment in assignments:
        name, separator, value = assignment.partition("=")
        if not separator:
            raise SettingsError(f"{assignment!r} is not NAME=VALUE, such as lifecycle=on")
        _assign(tree, name.strip(), value.strip())
    try:
        behaviours = Behaviours.model_validate(tree)
    except ValidationError as error:
        raise SettingsError(_explained(error)) from error
    for code in behaviours.refusals:
        if code not in refusal_codes():
            raise SettingsError(f"unknown setting refusals.{code}; {suggestion(code, refusal_codes())}")
    invalid = behaviours.refusals.get(InvalidRequest.code)
    if invalid is not None and invalid.code is not None:
        raise SettingsError(f"refusals.{InvalidRequest.code}.code: a validation error carries no code")
    return behaviours


def flatten(tree: Mapping[str, Any], prefix: str = "") -> list[str]:
    """The other way: a mapping of behaviours, as in a configuration file, as `NAME=VALUE` texts."""
    texts: list[str] = []
    for name, value in tree.items():
        texts += flatten(value, f"{prefix}{name}.") if isinstance(value, Mapping) else [f"{prefix}{name}={value}"]
    return texts


def suggestion(unknown: str, known: Iterable[str]) -> str:
    """What to add to a message about an unknown name: the nearest known one, or all of them."""
    from difflib import get_close_matches

    known = sorted(known)
    nearest = get_close_matches(unknown, known, n=1, cutoff=0.5)
    return f"did you mean {nearest[0]}?" if nearest else f"known: {', '.join(known)}"


def _assign(tree: dict[str, Any], name: str, value: str) -> None:
    *parents, leaf = name.split(".")
    for parent in parents:
        tree = tree.setdefault(parent, {})
        if not isinstance(tree, dict):
            raise SettingsError(f"{name}: {parent} has a value already")
    tree[leaf] = value


def _explained(error: ValidationError) -> str:
    details = error.errors(include_url=False)[0]
    name = field_path(details["loc"])
    if details["type"] == "extra_forbidden":
        level = (RefusalOverride if name.startswith("refusals.") else Behaviours).model_fields
        return f"unknown setting {name}; {suggestion(str(details['loc'][-1]), level)}"
    if details["type"] == "model_type" and name.startswith("refusals."):
        return f"{name} is not one value: set {name}.status=NNN or {name}.code=NAME"
    return first_violation(error)
