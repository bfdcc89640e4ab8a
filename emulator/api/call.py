"""One request on its way through the emulator."""

from asyncio import sleep
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from emulator.site import Site
from emulator.sites import Sites
from emulator.webhooks.dispatcher import Dispatcher
from emulator.webhooks.envelope import Sealer

if TYPE_CHECKING:
    from emulator.api.admission import Admission
    from emulator.api.credentials import Guard
    from emulator.api.operation import Operation
    from emulator.api.stream import Streams
    from emulator.durability.keeper import Keeper


class Tls(NamedTuple):
    """Where the emulator speaks https, and the files to trust: its authority, alone and with the public roots."""

    url: str
    ca_file: str
    bundle_file: str


class Emulator(NamedTuple):
    """The running emulator: its sites, its webhooks, and what it tells about itself."""

    sites: Sites
    dispatcher: Dispatcher
    sealer: Sealer
    guard: "Guard"
    admission: "Admission"
    api_key: str
    base_url: str
    app_id: str
    app_secret: str
    instance_id: str
    streams: "Streams"
    tls: Tls | None = None
    keeper: "Keeper | None" = None  # with a state file


@dataclass(slots=True, eq=False, repr=False)
class Call:
    """What an endpoint needs to answer: the operation, the site, and the request's parts."""

    operation: "Operation"
    site: Site
    emulator: Emulator
    headers: Mapping[str, str]
    path_parameters: dict[str, str] = field(default_factory=dict)
    query_string: bytes = b""
    body: bytes = b""

    def pause(self) -> Awaitable[None]:
        """Between carrying out and rendering: let the calls that have arrived together with this one come as far.

        To render many answers in a row takes half as long. What happens meanwhile is not this call's doing.
        """
        self.let_go()
        return sleep(0)

    def let_go(self) -> None:
        """Before it waits: what happens to the site meanwhile is not noted as this call's, nor has it its mishap."""
        self.site.journal.let_go()
        self.site.mishap = None

    def query(self) -> dict[str, str]:
        """The query parameters; of a repeated one the last."""
        query = self.query_string
        return dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else {}
