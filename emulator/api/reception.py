"""Where requests arrive: each is named, and put down for the site that it is for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from emulator.api.answer import Whole, whole
from emulator.api.call import Emulator
from emulator.api.heads import Head, Heads
from emulator.api.operation import CONTROL_PATH
from emulator.api.paths import PathTable
from emulator.domain.refusals import Refusal
from emulator.domain.site_ids import SITE_ID_LENGTH_MAX
from emulator.journal import Entry
from emulator.site import Site


@dataclass(slots=True, eq=False, repr=False)
class Arrival:
    """A request before it is a call: whose it is, as far as its headers tell, and its entry in the journal."""

    receive: Receive
    is_control: bool
    head: Head
    scheme: str
    site: Site
    entry: Entry
    named_site: str
    whole: Whole | None = None


class Reception:
    """Finds out which site a request is for, and whether it may have one that is not there yet."""

    def __init__(self, emulator: Emulator, control: Callable[[], PathTable]) -> None:
        self._emulator = emulator
        self._control = control
        self._heads = Heads(emulator.guard)

    def arrival(self, scope: Scope, receive: Receive) -> Arrival:
        """The request as it has come, noted in the journal of its site. Raises StateFileError."""
        head = self._heads.read(scope["headers"])
        path, query = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1"), scope["query_string"]
        method, scheme, is_control = scope["method"], scope.get("scheme", "http"), path.startswith(CONTROL_PATH)
        named = _named_site(head, query if is_control else b"")
        site = self._site(named, method, path, head.by_name, scheme) if named else self._emulator.sites.site()
        request_id = site.ids.control_request_id() if is_control else site.ids.request_id()
        entry = Entry(
            request_id, site.clock.now(), method, path, query=query, headers=head.raw, headers_bytes=head.size
        )
        if not is_control:
            site.journal.record(entry)
        return Arrival(receive, is_control, head, scheme, site, entry, named, whole(scope))

    def _site(self, named: str, method: str, path: str, headers: Mapping[str, str], scheme: str) -> Site:
        """The site of that name. Who will be refused gets the default one: a new one may take another's place."""
        sites = self._emulator.sites
        if named in sites:
            return sites.site(named)
        is_welcome = len(named) <= SITE_ID_LENGTH_MAX and self._welcomes(method, path, headers, scheme)
        return sites.site(named if is_welcome else None)

    def _welcomes(self, method: str, path: str, headers: Mapping[str, str], scheme: str) -> bool:
        try:
            self._emulator.admission.refuse_foreign_host(headers)
            if path.startswith(CONTROL_PATH):
                operation, _ = self._control().find(method, path)
                self._emulator.admission.admit(operation, headers, scheme)
                return not self._emulator.admission.is_for_everybody(operation)
        except Refusal:
            return False
        return True


def _named_site(head: Head, query_string: bytes) -> str:
    """The site that the request names, on the control plane also as `?site=` (R211); empty if it names none."""
    site_id = head.site_id
    if site_id is None and b"site=" in query_string:
        site_id = dict(parse_qsl(query_string.decode("latin-1"))).get("site")
    return site_id or (head.token.site_id if head.token is not None else "")
