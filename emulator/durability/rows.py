"""What the state file holds of a site: one table for each kind of thing, and in it one row for each thing.

So a change to one order writes one row, however many orders the site has. Rows stand in the order of their arrival.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, Field, RootModel, TypeAdapter, ValidationError
from pydantic_core import to_json

from emulator.changes import REST_OF_SITE
from emulator.domain.deliveries import Delivery, Subscription
from emulator.domain.lifecycle import Lifecycle
from emulator.domain.moments import Moment
from emulator.domain.orders import Order
from emulator.domain.refusals import InvalidRequest
from emulator.domain.violations import first_violation
from emulator.faults import Fault
from emulator.site import Site
from emulator.snapshots import SiteState, checked, plain_delivery, plain_order
from emulator.states import IdsState, OutboxState, Walk, WalksState

SITES, THE_ONE = REST_OF_SITE  # a table, and the id of the only row that a site has in it

# By table, the rows of one site: id and document.
Rows = Mapping[str, Sequence[tuple[str, str]]]


class RowError(ValueError):
    """A row that no emulator has written: which one, and what is wrong with it."""


class Rest(BaseModel):
    """What is left of a site's state besides its long lists. `time` None: its clock follows the system."""

    model_config = SiteState.model_config

    time: Moment | None
    ids: IdsState
    highest_number: Annotated[int, Field(ge=0)]
    subscriptions: tuple[Subscription, ...]
    held: tuple[tuple[str, str], ...]
    calls_in_minute: tuple[AwareDatetime | None, int]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of thing. `find`: None for what is gone. A row that is written again stays, or `moves` to the end."""

    name: str
    ids: Callable[[Site], Iterable[str]]
    find: Callable[[Site, str], Any]
    encode: Callable[[Any], str]
    decode: Callable[[str], Any]
    moves: bool = False


def rest_of(site: Site) -> Rest:
    """What is so of the site besides its lists."""
    return Rest.model_construct(
        time=site.clock.stands_at,
        ids=site.ids.state(),
        highest_number=site.store.highest_number,
        subscriptions=tuple(site.outbox.subscriptions.values()),
        held=site.outbox.held(),
        calls_in_minute=site.rate_limit.state(),
        faults=site.faults.armed(),
    )


def state_from(rows: Rows) -> SiteState:
    """The site's state that the rows tell. Raises RowError."""
    found = {
        table.name: {row: _decoded(table, row, document) for row, document in rows[table.name]} for table in TABLES
    }
    if THE_ONE not in found[SITES]:
        raise RowError(f"{SITES}: there is no row of it")
    rest, deliveries, places = found[SITES][THE_ONE], found["deliveries"], found["places"]
    waiting = {delivery.id for delivery in deliveries.values() if delivery.due is not None}
    outbox = OutboxState(
        subscriptions=rest.subscriptions,
        deliveries=tuple(deliveries.values()),
        queue=tuple(one for one in places if one in waiting),
        settled=tuple(one for one in places if one not in waiting),
        held=rest.held,
        sequences=tuple(found["sequences"].items()),
    )
    state = SiteState.model_construct(
        time=rest.time,
        ids=rest.ids,
        orders=tuple(found["orders"].values()),
        highest_number=rest.highest_number,
        outbox=outbox,
        calls_in_minute=rest.calls_in_minute,
        faults=rest.faults,
        walks=WalksState(tuple(found["walks"].values()), tuple(found["lifecycles"].items())),
    )
    try:
        return checked(state)
    except InvalidRequest as error:
        raise RowError("; ".join(f"{one.field} {one.description}" for one in error.violations)) from error


class _DeliveryRow(RootModel[Delivery]):
    model_config = SiteState.model_config | {"extra": None}


def _json(kind: Any) -> tuple[Callable[[Any], str], Callable[[str], Any]]:
    adapter = TypeAdapter(kind)
    return lambda value: adapter.dump_json(value).decode(), adapter.validate_json


def _queued_or_settled(site: Site) -> tuple[str, ...]:
    outbox = site.outbox.state()
    return (*outbox.queue, *outbox.settled)


def _decoded(table: Table, row: str, document: str) -> Any:
    try:
        return table.decode(document)
    except ValidationError as error:
        raise RowError(f"{f'{table.name} {row}'.rstrip()}: {first_violation(error)}") from error


# The row of the table of sites comes last: a site that has one is there as a whole.
TABLES: Final = (
    Table(
        "orders",
        lambda site: [order.id for order in site.store.orders()],
        lambda site, order_id: site.store.find(order_id),
        lambda order: to_json(plain_order(order)).decode(),
        Order.model_validate_json,
    ),
    Table(
        "deliveries",
        lambda site: [delivery.id for delivery in site.outbox.deliveries()],
        lambda site, delivery_id: site.outbox.find(delivery_id),
        lambda delivery: _DeliveryRow.model_construct(plain_delivery(delivery)).model_dump_json(),
        lambda document: _DeliveryRow.model_validate_json(document).root,
    ),
    Table(  # the order in which deliveries were queued, and in which they came to rest
        "places",
        _queued_or_settled,
        lambda site, delivery_id: site.outbox.find(delivery_id) and True,
        *_json(bool),
        moves=True,
    ),
    Table(
        "sequences",
        lambda site: [entity_id for entity_id, _ in site.outbox.state().sequences],
        lambda site, entity_id: site.outbox.sequence(entity_id),
        *_json(int),
        moves=True,
    ),
    Table(
        "walks",
        lambda site: [walk.fulfillment_id for walk in site.walks.state().walks],
        lambda site, fulfillment_id: site.walks.walk(fulfillment_id),
        *_json(Walk),
        moves=True,
    ),
    Table(
        "lifecycles",
        lambda site: [order_id for order_id, _ in site.walks.state().lifecycles],
        lambda site, order_id: site.walks.own_lifecycle(order_id),
        *_json(Lifecycle),
    ),
    Table(
        SITES,
        lambda site: [THE_ONE],  # noqa: ARG005 - the same for every site
        lambda site, row: rest_of(site),  # noqa: ARG005 - there is one only
        lambda rest: str(rest.model_dump_json()),
        Rest.model_validate_json,
    ),
)
TABLES_BY_NAME: Final = {table.name: table for table in TABLES}
