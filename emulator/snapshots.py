"""A site's whole state as one versioned JSON document, and back.

The journal is not part of it: it records what was asked of a server, and no answer depends on it.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_serializer
from pydantic.alias_generators import to_camel

from emulator.domain.deliveries import SUBSCRIPTIONS_MAX, Delivery
from emulator.domain.events import EVENT_TYPES
from emulator.domain.moments import Moment
from emulator.domain.orders import Order
from emulator.domain.refusals import InvalidRequest, Violation
from emulator.domain.violations import violations_of
from emulator.faults import FAULTS_MAX, Fault
from emulator.states import IdsState, OutboxState, WalksState

if TYPE_CHECKING:
    from emulator.site import Site

VERSION: Final = 1


class SiteState(BaseModel):
    """Everything of a site that an answer can depend on. `time` None: its clock follows the system."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        alias_generator=to_camel,
        validate_by_name=True,
        serialize_by_alias=True,
        ser_json_bytes="base64",
        val_json_bytes="base64",
    )

    time: Moment | None
    ids: IdsState
    orders: tuple[Order, ...]
    highest_number: Annotated[int, Field(ge=0)]
    outbox: OutboxState
    calls_in_minute: tuple[AwareDatetime | None, int] = (None, 0)
    faults: tuple[Fault, ...]
    walks: WalksState

    @field_serializer("orders")
    def _orders(self, orders: tuple[Order, ...]) -> list[dict[str, Any]]:
        return [plain_order(order) for order in orders]


class Snapshot(SiteState):
    """The document. `fingerprint` and `siteId` say where it comes from; any site can take it."""

    version: Literal[1]
    site_id: str | None = None
    fingerprint: str | None = None


_State = TypeVar("_State", bound=SiteState)


def state_of(site: "Site") -> SiteState:
    """What is so of the site now."""
    outbox = site.outbox.state()
    return SiteState.model_construct(
        time=site.clock.stands_at,
        ids=site.ids.state(),
        orders=site.store.orders(),
        highest_number=site.store.highest_number,
        outbox=replace(outbox, deliveries=tuple(plain_delivery(one) for one in outbox.deliveries)),
        calls_in_minute=site.rate_limit.state(),
        faults=site.faults.armed(),
        walks=site.walks.state(),
    )


def fingerprint(site: "Site") -> str:
    """A digest of the site's state, whatever its id."""
    return _digest(state_of(site))


def save(site: "Site") -> bytes:
    """The document, as JSON."""
    state = state_of(site)
    snapshot = Snapshot.model_construct(version=VERSION, site_id=site.id, fingerprint=_digest(state), **dict(state))
    return snapshot.model_dump_json().encode()


def restore(site: "Site", snapshot: Snapshot) -> str:
    """Put that state in place of the site's, and empty its journal; the fingerprint. Raises LimitReached."""
    site.store.refuse_beyond(len(snapshot.orders))
    site.reset()
    fill(site, snapshot)
    site.wake()
    return fingerprint(site)


def fill(site: "Site", state: SiteState) -> None:
    """Put that state into a fresh site."""
    if state.time is None:
        site.clock.follow_system()
    else:
        site.clock.set(state.time)
    site.ids.restore(state.ids)
    site.store.clear(state.orders)
    site.store.highest_number = state.highest_number
    site.outbox.restore(state.outbox)
    site.rate_limit.clear(*state.calls_in_minute)
    site.faults.clear(state.faults)
    site.walks.restore(state.walks)


def read(document: bytes) -> Snapshot:
    """The document, understood and consistent in itself. Raises InvalidRequest, with all that is wrong with it."""
    try:
        _refuse_other_version(document)
        snapshot = Snapshot.model_validate_json(document, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InvalidRequest(violations_of(error)) from None
    return checked(snapshot, _too_many(snapshot))


def checked(state: _State, found: Iterable[Violation] = ()) -> _State:
    """The state, its events of the types that we know. Raises InvalidRequest for contradictions and for `found`."""
    violations = [*found, *_repeated(state), *_dangling(state), *_unknown_events(state)]
    if violations:
        raise InvalidRequest(violations)
    deliveries = tuple(_with_known_type(delivery) for delivery in state.outbox.deliveries)
    return state.model_copy(update={"outbox": replace(state.outbox, deliveries=deliveries)})


def plain_order(order: Order) -> dict[str, Any]:
    """The order with its fulfillments, and with the microseconds that the wire leaves out."""
    fulfillments = [one.model_dump(exclude_none=True) for one in order.fulfillments]
    return order.model_dump(exclude_none=True) | {"fulfillments": fulfillments}


def plain_delivery(delivery: Delivery) -> Delivery:
    """The delivery, its event's body as plain JSON values."""
    return replace(delivery, event=replace(delivery.event, body=delivery.event.json_body()))


class _Versioned(BaseModel):
    version: int


def _refuse_other_version(document: bytes) -> None:
    found = _Versioned.model_validate_json(document).version
    if found != VERSION:
        description = f"is {found}; this emulator reads snapshots of version {VERSION}, save it again with this one"
        raise InvalidRequest([Violation("version", description, "INVALID_ENUM_VALUE")])


def _too_many(snapshot: Snapshot) -> Iterator[Violation]:
    for field, count, allowed in (
        ("outbox.subscriptions", len(snapshot.outbox.subscriptions), SUBSCRIPTIONS_MAX),
        ("faults", len(snapshot.faults), FAULTS_MAX),
    ):
        if count > allowed:
            description = f"has size {count}, expected {allowed} or less"
            yield Violation(field, description, "MAX_SIZE", {"threshold": allowed})


def _repeated(state: SiteState) -> Iterator[Violation]:
    outbox = state.outbox
    for field, ids in (
        ("orders", [order.id for order in state.orders]),
        ("outbox.deliveries", [delivery.id for delivery in outbox.deliveries]),
        ("outbox.subscriptions", [subscription.id for subscription in outbox.subscriptions]),
        ("outbox.queue", list(outbox.queue)),
        ("faults", [fault.id for fault in state.faults]),
    ):
        for repeated, count in Counter(ids).items():
            if count > 1:
                yield Violation(field, f"has {count} entries with the id {repeated}", "OTHER")


def _dangling(state: SiteState) -> Iterator[Violation]:
    """Every delivery waits in the queue or has come to rest, and nothing else does."""
    outbox = state.outbox
    for field, ids, is_waiting in (("outbox.queue", outbox.queue, True), ("outbox.settled", outbox.settled, False)):
        expected = {one.id for one in outbox.deliveries if (one.due is not None) == is_waiting}
        kind = "waiting" if is_waiting else "settled"
        for delivery_id in sorted(expected ^ set(ids)):
            problem = "lacks" if delivery_id in expected else "names"
            what = f"the {kind} delivery" if delivery_id in expected else f"what is no {kind} delivery of it:"
            yield Violation(field, f"{problem} {what} {delivery_id}", "OTHER")


def _unknown_events(state: SiteState) -> Iterator[Violation]:
    for index, delivery in enumerate(state.outbox.deliveries):
        if delivery.event.type.name not in EVENT_TYPES:
            known = ", ".join(EVENT_TYPES)
            field = f"outbox.deliveries[{index}].event.type.name"
            yield Violation(field, f"must be one of {known}, got {delivery.event.type.name}", "INVALID_ENUM_VALUE")


def _with_known_type(delivery: Delivery) -> Delivery:
    return replace(delivery, event=replace(delivery.event, type=EVENT_TYPES[delivery.event.type.name]))


def _digest(state: SiteState) -> str:
    return hashlib.sha256(state.model_dump_json().encode()).hexdigest()
