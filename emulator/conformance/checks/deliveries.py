"""Checks of how a webhook travels, with a receiver on this machine (R304 to R307)."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from emulator.conformance.control import advance, settled, ship_all, stop_clock, subscribe, walk
from emulator.conformance.disagreement import Disagreement, expect, expect_that
from emulator.conformance.receiver import Receiver, receiving
from emulator.conformance.subject import Subject
from emulator.domain.deliveries import RETRY_WAITS

_TOKEN_LIFETIME_S = 300_000
_LONG_ENOUGH = timedelta(days=3)


def token(site: Subject) -> None:
    """R304: what came, layer by layer, and whether the public key verifies it."""
    from emulator.webhooks.envelope import EnvelopeError, open_token, verify_token

    with receiving(200) as receiver:
        order = site.order()
        subscribe(site, receiver.url)
        site.shipped(order)
        delivered = settled(site, order)[0]
        content_type, body = _one_received(receiver)
    expect_that(content_type.startswith("text/plain"), "content type text/plain", content_type)
    expect(delivered["token"], body, "the token that was received,")
    with site.preparing():
        key = site.control("GET", "public-key").content.decode()
        now = datetime.fromisoformat(site.control("GET", "clock").at("now"))
    try:
        opened = open_token(body)
        verify_token(body, key, now)
    except EnvelopeError as error:
        raise Disagreement("a token that can be verified", error) from None
    expect((opened.header.get("alg"), bool(opened.header.get("kid"))), ("RS256", True), "alg, and kid:")
    expect(opened.claims["exp"] - opened.claims["iat"], _TOKEN_LIFETIME_S, "seconds of life:")
    is_text = [isinstance(opened.envelope[key], str) for key in ("data", "identity")]
    expect(is_text, [True, True], "JSON in strings:")


def delivery_success(site: Subject) -> None:
    """R305: 200 succeeds; 204 and a redirect fail. The time limit is not waited for."""
    for answered, status in ((200, "delivered"), (204, "waiting"), (302, "waiting")):
        with receiving(answered) as receiver:
            order = site.order()
            subscription = subscribe(site, receiver.url)
            site.shipped(order)
            delivery = settled(site, order)[0]
            with site.preparing():
                site.control("DELETE", f"webhooks/{subscription}")
        expect((delivery["status"], len(receiver.received)), (status, 1), f"after HTTP {answered}, status and attempts")


def retry_ladder(site: Subject) -> None:
    """R306: the time between failures, the same bytes, and the end."""
    with receiving(500) as receiver:
        order = site.order()
        stop_clock(site)
        walk(site, order, "off")  # whatever the emulator's setting: that would be events in between
        subscribe(site, receiver.url)
        site.shipped(order)
        settled(site, order)
        advance(site, _LONG_ENOUGH)
        delivery = settled(site, order)[0]
    moments = [datetime.fromisoformat(attempt["at"]) for attempt in delivery["attempts"]]
    waits = [later - earlier for earlier, later in pairwise(moments)]
    expect(_minutes(waits), _minutes(RETRY_WAITS), "minutes between the attempts")
    expect(delivery["status"], "exhausted", "status")
    expect(len({body for _, body in receiver.received}), 1, "different bodies:")


def first_attempts_in_order(site: Subject) -> None:
    """R307: three events, of which the first fails."""
    with receiving(500, 200) as receiver:
        order = site.order(1, 1, 1)
        stop_clock(site)
        subscribe(site, receiver.url)
        ship_all(site, order)
        deliveries = settled(site, order)
    expect([one["status"] for one in deliveries], ["waiting", "delivered", "delivered"], "status of the deliveries")
    bodies = [body for _, body in receiver.received]
    expect(bodies, [one["token"] for one in deliveries], "attempts in the order of the events:")


def _one_received(receiver: Receiver) -> tuple[str, str]:
    expect(len(receiver.received), 1, "webhooks received:")
    return receiver.received[0]


def _minutes(waits: Any) -> list[int]:
    return [round(wait.total_seconds() / 60) for wait in waits]
