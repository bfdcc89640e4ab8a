"""An operation: one row of the table that the gateway, the manifest and the OpenAPI documents are made from."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from pydantic import BaseModel

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.domain.credentials import Identity
from emulator.domain.refusals import Refusal

Endpoint = Callable[[Call], Awaitable[Response]]

CONTROL_PATH = "/_emulator"

APP_ONLY: frozenset[Identity] = frozenset({"APP", "USER"})
APP_AND_MEMBER: frozenset[Identity] = APP_ONLY | {"MEMBER"}


class Operation(NamedTuple):
    """A method and path, who answers it, with which models, and what it may refuse."""

    id: str
    method: str
    path: str
    endpoint: Endpoint
    summary: str
    request: type[BaseModel] | None = None
    response: type[BaseModel] | None = None
    refusals: tuple[type[Refusal], ...] = ()
    scope: str | None = None
    identities: frozenset[Identity] = APP_ONLY
    body_bytes_max: int | None = None  # where it is another than the emulator's
    is_page: bool = False  # shown by a browser: what stands in the query is the page's own affair

    @property
    def is_control(self) -> bool:
        """Whether it belongs to the control plane and not to the emulated API."""
        return self.path.startswith(CONTROL_PATH)

    @property
    def takes_query(self) -> bool:
        """Whether its request stands in the query; else it is the body."""
        return self.method in ("GET", "DELETE")
