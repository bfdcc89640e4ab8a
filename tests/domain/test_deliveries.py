from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError
from yarl import URL

from emulator.domain.deliveries import ATTEMPT_TIMEOUT_S, ATTEMPTS_MAX, RETRY_WAITS, Attempt, Delivery, Subscription
from emulator.domain.events import TICKET_ORDER_UPDATED
from tests.events import delivery, event, subscription
from tests.factories import NOW

LADDER_MINUTES = [1, 10, 60, 120, 120, 120, 240, 240, 240, 480, 480, 720]


def attempt(status: int | None = 500, at: datetime = NOW) -> Attempt:
    return Attempt(at, status, None if status else "no answer within 1250 ms", 3)


def failed(count: int) -> Delivery:
    """A delivery whose attempts fail, each at the moment it is due."""
    failing = delivery()
    for _ in range(count):
        assert failing.due is not None
        failing = failing.attempted(attempt(at=failing.due))
    return failing


@pytest.mark.rule("R305")
def test_an_answer_must_come_within_1250_ms() -> None:
    assert ATTEMPT_TIMEOUT_S == 1.25


def test_of_the_attempts_the_newest_are_kept() -> None:
    tried = failed(2)
    for number in range(ATTEMPTS_MAX):
        tried = tried.redelivered(attempt(500 + number))
    assert [one.status for one in tried.attempts] == list(range(500, 500 + ATTEMPTS_MAX))
    assert tried.redelivered(attempt(200)).attempts[-1].status == 200
    assert len(tried.attempted(attempt(503)).attempts) == ATTEMPTS_MAX


@pytest.mark.rule("R305")
def test_200_is_a_success() -> None:
    assert attempt(200).succeeded


@pytest.mark.rule("R305")
@pytest.mark.parametrize("status", [None, 100, 199, 201, 202, 204, 206, 301, 302, 307, 400, 404, 410, 429, 500, 503])
def test_any_other_answer_is_a_failure(status: int | None) -> None:
    assert not attempt(status).succeeded


@pytest.mark.rule("R305")
def test_a_delivery_that_succeeds_is_done() -> None:
    done = delivery().attempted(attempt(200))

    assert (done.status, done.due, done.attempts) == ("delivered", None, (attempt(200),))


@pytest.mark.rule("R306")
def test_the_ladder_is_the_documented_one() -> None:
    assert [wait / timedelta(minutes=1) for wait in RETRY_WAITS] == LADDER_MINUTES


@pytest.mark.rule("R306")
@pytest.mark.parametrize(("failures", "minutes"), [*enumerate(LADDER_MINUTES)])
def test_after_each_failure_the_next_attempt_is_due_as_the_ladder_says(failures: int, minutes: int) -> None:
    failing = failed(failures)
    at = failing.due or NOW

    after = failing.attempted(attempt(at=at))

    assert after.due == at + timedelta(minutes=minutes)
    assert after.attempts[-1].next_at == after.due
    assert after.status == "waiting"


@pytest.mark.rule("R306")
def test_a_retry_that_comes_late_moves_the_next_one_back() -> None:
    late = NOW + timedelta(hours=5)
    assert failed(1).attempted(attempt(at=late)).due == late + timedelta(minutes=10)


@pytest.mark.rule("R306")
def test_after_twelve_retries_it_is_given_up() -> None:
    assert (failed(12).status, failed(13).status) == ("waiting", "exhausted")
    assert failed(13).due is None
    assert failed(13).attempts[-1].next_at is None
    assert len(failed(13).attempts) == 13


@pytest.mark.rule("R306")
def test_the_last_retry_comes_47_hours_and_11_minutes_after_the_first_attempt() -> None:
    assert failed(12).due == NOW + timedelta(hours=47, minutes=11)


@pytest.mark.rule("R306")
@pytest.mark.parametrize("failures", range(13))
def test_it_recovers_at_any_rung_of_the_ladder(failures: int) -> None:
    recovered = failed(failures).attempted(attempt(200))

    assert (recovered.status, recovered.due, len(recovered.attempts)) == ("delivered", None, failures + 1)


def test_an_attempt_does_not_change_the_delivery_it_is_of() -> None:
    waiting = delivery()
    waiting.attempted(attempt())
    assert waiting == delivery()


@pytest.mark.rule("R307")
def test_until_its_first_attempt_has_failed_a_delivery_is_no_retry() -> None:
    assert failed(0).is_first_attempt
    assert not failed(1).is_first_attempt


@pytest.mark.rule("R307")
def test_an_attempt_out_of_turn_makes_no_retry_of_it() -> None:
    assert delivery().redelivered(attempt()).is_first_attempt


def test_an_attempt_out_of_turn_that_fails_leaves_the_plan_as_it_is() -> None:
    planned = failed(2)

    after = planned.redelivered(attempt(at=NOW))

    assert replace(after, attempts=planned.attempts) == planned
    assert after.attempts[-1] == replace(attempt(), next_at=planned.due)


def test_an_attempt_out_of_turn_that_succeeds_ends_the_ladder() -> None:
    after = failed(2).redelivered(attempt(200))

    assert (after.status, after.due, len(after.attempts)) == ("delivered", None, 3)


def test_an_exhausted_delivery_can_still_be_delivered_out_of_turn() -> None:
    assert failed(13).redelivered(attempt(200)).status == "delivered"


def test_an_exhausted_delivery_that_fails_again_stays_exhausted() -> None:
    after = failed(13).redelivered(attempt())

    assert (after.status, after.due, after.attempts[-1].next_at) == ("exhausted", None, None)


def test_a_delivered_one_stays_delivered_when_it_is_sent_again_in_vain() -> None:
    after = delivery().attempted(attempt(200)).redelivered(attempt(500))

    assert (after.status, after.due, [one.status for one in after.attempts]) == ("delivered", None, [200, 500])


def test_an_abandoned_delivery_has_no_further_attempt() -> None:
    abandoned = failed(1).abandoned()

    assert (abandoned.status, abandoned.due, len(abandoned.attempts)) == ("exhausted", None, 1)


def test_a_planned_attempt_that_ends_after_its_delivery_was_abandoned_plans_no_other() -> None:
    after = failed(1).abandoned().attempted(attempt())

    assert (after.status, after.due, len(after.attempts)) == ("exhausted", None, 2)


@pytest.mark.parametrize(
    "pattern",
    [
        "*",
        "wix.ecom.v1.fulfillments_updated",
        "wix.ecom.v1.*",
        "wix.ecom.*",
        "*_updated",
        "wix.ecom.v1.fulfillments_?pdated",
    ],
)
def test_a_subscription_wants_the_event_types_that_its_pattern_fits(pattern: str) -> None:
    assert subscription(event_types=(pattern,)).wants(event())


@pytest.mark.parametrize(
    "pattern",
    ["wix.ecom.v1.order_*", "wix.ecom.v1", "fulfillments_updated", "WIX.*", "wix.ecom.v1.fulfillments_updated.", ""],
)
def test_a_subscription_does_not_want_others(pattern: str) -> None:
    assert not subscription(event_types=(pattern,)).wants(event())


def test_one_fitting_pattern_of_several_is_enough() -> None:
    both = subscription(event_types=("wix.ecom.v1.order_*", "*Updated"))
    assert both.wants(event(type=TICKET_ORDER_UPDATED, body={}))
    assert not both.wants(event())


def test_a_subscription_wants_everything_as_wixs_token_by_default() -> None:
    made = Subscription(id="1", url="https://receiver.example")
    assert (made.event_types, made.format) == (("*",), "jwt")


@pytest.mark.parametrize(
    "wrong", [{"url": "receiver.example"}, {"url": "ftp://receiver.example"}, {"event_types": ()}, {"format": "xml"}]
)
def test_a_subscription_needs_a_web_url_an_event_type_and_a_known_format(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Subscription.model_validate({"id": "1", "url": "https://receiver.example", **wrong}, by_name=True)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.wixapis.com/webhook",
        "https://wixapis.com",
        "http://WWW.WixApis.Com:80/",
        "https://www.wixapis.com./x",
        "https://manage.wix.com/x",
        "https://wix.com?x",
    ],
)
def test_no_subscription_leads_to_wix(url: str) -> None:
    with pytest.raises(ValidationError, match="never go to Wix"):
        subscription(url=url)


@pytest.mark.parametrize(
    "url",
    [
        "https://wixapis.com.example/",
        "https://notwixapis.com/",
        "https://notwix.com/",
        "http://127.0.0.1/www.wixapis.com",
        "https://shop.example/?to=https://www.wixapis.com",
        "https://xn--tda.example/",
        "http://my_receiver:3000/",
        "http://[::1]:3000/",
        "http://[fe80::1%25eth0]/",
    ],
)
def test_a_receiver_that_only_sounds_like_wix_is_none(url: str) -> None:
    assert subscription(url=url).url == url


@pytest.mark.parametrize("url", ["http://user:pass@127.0.0.1/", "http://user@127.0.0.1/", "https://www.wixapis.com@a/"])
def test_a_receivers_url_carries_no_credentials(url: str) -> None:
    with pytest.raises(ValidationError, match="carries credentials"):
        subscription(url=url)


@pytest.mark.parametrize("url", ["http://[::1/", "http://a:b/", "http://a:65536/"])
def test_a_receiver_that_nobody_can_look_up_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="is not a valid web URL"):
        subscription(url=url)


@pytest.mark.parametrize(
    "host", ["\uff57ixapis\uff0ecom", "wixapis\u3002com", "wix\u1d2cpis.com", "wixapis%2ecom", "ü.example"]
)
def test_a_host_that_somebody_may_read_as_another_is_refused(host: str) -> None:
    with pytest.raises(ValidationError, match="write it in letters, digits"):
        subscription(url=f"https://{host}/")


@pytest.mark.parametrize(
    "spoiled", ["wix{}apis.com", "{}wixapis.com", "wixapis.com{}", "wixapis{}com", "a{}wixapis.com"]
)
def test_whoever_posts_a_webhook_reads_no_host_of_wix_in_an_allowed_url(spoiled: str) -> None:
    for character in map(chr, range(0x20, 0x2_000)):
        try:
            allowed = subscription(url=f"http://{spoiled.format(character)}/").url
        except ValidationError:
            continue
        host = str(URL(allowed).raw_host)
        assert host != "wixapis.com"
        assert not host.endswith(".wixapis.com")
