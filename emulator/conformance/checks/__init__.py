"""Every rule's one check, or why it has none."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from emulator.conformance.checks import (
    changes,
    creation,
    deliveries,
    events,
    lifecycle,
    orders,
    search,
    sign_in,
    tracking,
    wire,
)
from emulator.conformance.subject import Subject

# `control`: what only an emulator has. `strictness`: a server that looks at credentials.
Need = Literal["control", "strictness"]


@dataclass(frozen=True)
class Check:
    """The function that raises where a server does otherwise than its rule states, and what it needs of a server.

    `orders` is how many orders it tries to create.
    """

    run: Callable[[Subject], None]
    orders: int = 1
    needs: frozenset[Need] = frozenset()
    why: str = ""


def _of_emulators(run: Callable[[Subject], None], why: str, *more: Need) -> Check:
    return Check(run, needs=frozenset({"control", *more}), why=why)


def _of_strict(run: Callable[[Subject], None]) -> Check:
    return Check(run, orders=0, needs=frozenset({"strictness"}))


_EVENTS = "it reads what was delivered from an emulator's control plane"
_FAULTS = "only an emulator can be made to fail"
_LIFECYCLE = "the lifecycle simulation is the emulator's own"
_TOKENS = "it needs the secret of an app, which an emulator tells"

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "R101": Check(creation.approved_orders_only),
        "R102": Check(creation.split_quantities),
        "R103": Check(creation.omitted_quantity, orders=2),
        "R104": Check(creation.quantity_limited),
        "R105": Check(creation.field_limits, orders=3),
        "R106": Check(creation.foreign_line_item),
        "R107": Check(creation.repeated_line_item, orders=2),
        "R108": Check(creation.closed_status_set),
        "R109": Check(tracking.tracking_or_custom),
        "R110": Check(tracking.tracking_links),
        "R111": Check(tracking.encoded_number),
        "R112": Check(tracking.explicit_link),
        "R113": Check(tracking.custom_provider_link),
        "R114": Check(tracking.regenerated_link),
        "R115": Check(tracking.duplicate_tracking),
        "R116": Check(tracking.duplicate_tracking_scope, orders=2),
        "R117": Check(tracking.duplicate_tracking_in_bulk),
        "R118": Check(changes.update_semantics),
        "R119": Check(changes.line_items_fixed),
        "R120": Check(changes.delete_returns_quantity),
        "R121": Check(changes.all_fulfillments_returned),
        "R122": Check(changes.bulk_results, orders=2),
        "R123": Check(changes.bulk_atomic_entries, orders=2),
        "R124": Check(changes.fulfillment_not_found),
        "R125": Check(changes.order_not_found, orders=0),
        "R126": Check(changes.unknown_orders_left_out, orders=2),
        "R127": Check(changes.plain_order_id, orders=0),
        "R128": Check(changes.derived_fulfillment_status),
        "R129": Check(changes.no_shipping_info),
        "R130": Check(changes.oldest_first),
        "R131": Check(changes.absent_optionals),
        "R201": Check(wire.validation_errors),
        "R202": Check(wire.application_errors, orders=0),
        "R203": Check(wire.always_200),
        "R204": Check(wire.unknown_fields_ignored),
        "R205": Check(wire.broken_json),
        "R206": Check(wire.request_id),
        "R207": _of_emulators(wire.blank_system_errors, _FAULTS),
        "R208": Check(wire.unknown_paths, orders=0),
        "R209": Check(wire.guid_case),
        "R210": _of_emulators(wire.body_limit, "a body of megabytes is no way to treat a server that is not ours"),
        "R211": _of_emulators(wire.site_header, "it needs a second site"),
        "R212": _of_strict(wire.credentials),
        "R214": _of_emulators(wire.planned_fault, _FAULTS),
        "R216": _of_emulators(wire.admission, "who may call an emulator is its own affair"),
        "R301": _of_emulators(events.fulfillments_updated_event, _EVENTS),
        "R302": _of_emulators(events.domain_event, _EVENTS),
        "R303": _of_emulators(events.no_change_no_event, _EVENTS),
        "R304": _of_emulators(deliveries.token, _EVENTS),
        "R305": _of_emulators(deliveries.delivery_success, _EVENTS),
        "R306": _of_emulators(deliveries.retry_ladder, _EVENTS),
        "R307": _of_emulators(deliveries.first_attempts_in_order, _EVENTS),
        "R308": _of_emulators(events.event_identity, _EVENTS),
        "R309": _of_emulators(events.velo_event, _EVENTS),
        "R310": _of_emulators(events.ticket_order_event, _EVENTS),
        "R401": Check(orders.kept_fields),
        "R402": Check(orders.order_creation, orders=11),
        "R403": Check(orders.order_approval, orders=2),
        "R404": Check(orders.order_update),
        "R405": Check(orders.pending_or_rejected, orders=2),
        "R406": Check(orders.order_activities, orders=3),
        "R407": Check(orders.order_status_change),
        "R408": Check(orders.cancel_order),
        "R409": Check(orders.mark_as_paid),
        "R410": Check(orders.transactions),
        "R411": Check(search.search, orders=3),
        "R412": Check(search.search_cursor, orders=2),
        "R413": Check(search.missing_fields, orders=2),
        "R414": _of_emulators(events.order_events, _EVENTS),
        "R415": _of_emulators(orders.authorized_transaction, "an authorized payment takes a payment provider"),
        "R601": _of_emulators(lifecycle.lifecycle, _LIFECYCLE),
        "R602": _of_emulators(lifecycle.lifecycle_yields, _LIFECYCLE),
        "R701": _of_emulators(sign_in.access_tokens, _TOKENS),
        "R702": _of_emulators(sign_in.token_use, _TOKENS),
        "R703": _of_emulators(sign_in.legacy_tokens, _TOKENS),
        "R704": _of_emulators(sign_in.permissions, _TOKENS, "strictness"),
        "R705": _of_strict(wire.key_needs_site),
        "R706": Check(wire.consistency_header),
        "R707": Check(wire.browsers),
        "R708": _of_emulators(sign_in.token_kinds, _TOKENS, "strictness"),
    }
)

_VELO = "Velo code runs inside a Wix site, or in `wix-emulator velo`: no call over HTTP shows what it sees"

UNCHECKED: Mapping[str, str] = MappingProxyType(
    {
        "R213": "to meet the limit takes more than 200 calls in a minute, which others have to pay for",
        "R215": "to meet a limit takes thousands of orders or fulfillments; they are the emulator's own, too",
        **dict.fromkeys(("R501", "R502", "R503", "R504", "R505", "R506", "R507", "R508", "R509"), _VELO),
    }
)


def orders_at_wix(rule_ids: Iterable[str]) -> int:
    """How many orders the checks of these rules create at most, where there is no control plane."""
    found = (CHECKS[rule_id] for rule_id in rule_ids if rule_id in CHECKS)
    return sum(check.orders for check in found if "control" not in check.needs)
