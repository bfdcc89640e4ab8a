from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from emulator.domain.deliveries import RETRY_WAITS, Attempt, Delivery, Sealed, Subscription
from emulator.outbox import Lane, Outbox
from tests.events import delivery, event, subscription
from tests.factories import NOW

LATER = NOW + timedelta(seconds=60)
ONE, OTHER = subscription("one"), subscription("other")


def outbox(*held: Delivery, deliveries_max: int = 100, subscriptions: Iterable[Subscription] = (ONE, OTHER)) -> Outbox:
    made = Outbox(subscriptions, deliveries_max)
    for one in held:
        made.put(one)
    return made


def failed(waiting: Delivery, at: datetime = NOW) -> Delivery:
    return waiting.attempted(Attempt(at, 500, None, 1))


def delivered(waiting: Delivery) -> Delivery:
    return waiting.attempted(Attempt(NOW, 200, None, 1))


def ids(deliveries: Iterable[Delivery]) -> list[str]:
    return [one.id for one in deliveries]


def drained(box: Outbox, lane: Lane, now: datetime = NOW) -> list[str]:
    taken = []
    while (one := box.take_due(lane, now)) is not None:
        taken.append(one.id)
    return taken


FIRST, RETRIES = Lane("one", is_first=True), Lane("one", is_first=False)


@pytest.mark.rule("R307")
def test_what_is_due_is_taken_in_the_order_in_which_it_came() -> None:
    box = outbox(delivery("a", to=ONE), delivery("b", to=ONE), delivery("c", to=ONE))
    assert drained(box, FIRST) == ["a", "b", "c"]


def test_what_is_due_earlier_is_taken_earlier() -> None:
    box = outbox(delivery("a", to=ONE, at=LATER), delivery("b", to=ONE, at=NOW))
    assert drained(box, FIRST, LATER) == ["b", "a"]


def test_what_is_not_due_yet_is_not_taken() -> None:
    box = outbox(delivery("a", to=ONE, at=LATER))
    assert drained(box, FIRST, LATER - timedelta(microseconds=1)) == []
    assert drained(box, FIRST, LATER) == ["a"]


def test_what_was_taken_is_not_taken_twice() -> None:
    box = outbox(delivery("a", to=ONE))
    assert (drained(box, FIRST), drained(box, FIRST)) == (["a"], [])


def test_what_was_taken_is_still_known() -> None:
    box = outbox(delivery("a", to=ONE))
    drained(box, FIRST)
    assert box.find("a") == delivery("a", to=ONE)


@pytest.mark.rule("R307")
def test_a_retry_is_in_another_lane_than_first_attempts() -> None:
    box = outbox(delivery("a", to=ONE), delivery("b", to=ONE))
    first = box.take_due(FIRST, NOW)
    assert first is not None

    box.put(failed(first))

    assert set(box.lanes_due(LATER)) == {FIRST, RETRIES}
    assert drained(box, FIRST, LATER) == ["b"]
    assert drained(box, RETRIES, LATER) == ["a"]


def test_each_subscription_has_lanes_of_its_own() -> None:
    box = outbox(delivery("a", to=ONE), delivery("b", to=OTHER))
    assert set(box.lanes_due(NOW)) == {FIRST, Lane("other", is_first=True)}


def test_a_lane_without_anything_due_is_not_due() -> None:
    assert outbox(delivery("a", to=ONE, at=LATER)).lanes_due(NOW) == []


def test_a_delivery_that_was_redelivered_in_vain_keeps_its_place() -> None:
    box = outbox(delivery("a", to=ONE), delivery("b", to=ONE))

    box.put(delivery("a", to=ONE).redelivered(Attempt(NOW, 500, None, 1)))

    assert drained(box, FIRST) == ["a", "b"]
    assert drained(box, RETRIES) == []


def test_a_delivery_in_flight_that_was_redelivered_in_vain_is_not_queued_again() -> None:
    box = outbox(delivery("a", to=ONE))
    drained(box, FIRST)

    box.put(delivery("a", to=ONE).redelivered(Attempt(NOW, 500, None, 1)))

    assert box.lanes_due(LATER) == []


def test_the_next_due_moment_is_the_earliest_of_all_lanes() -> None:
    box = outbox(delivery("a", to=ONE, at=LATER), delivery("b", to=OTHER, at=NOW))
    assert box.next_due() == NOW


def test_nothing_planned_is_never_due() -> None:
    assert outbox().next_due() is None
    assert outbox(delivered(delivery("a"))).next_due() is None


def test_a_delivery_that_was_delivered_meanwhile_is_not_taken() -> None:
    box = outbox(delivery("a", to=ONE))
    box.put(delivered(delivery("a", to=ONE)))
    assert drained(box, FIRST) == []


def test_deliveries_are_listed_in_the_order_in_which_they_came() -> None:
    box = outbox(delivery("a"), delivery("b"))
    box.put(delivered(delivery("a")))
    assert ids(box.deliveries()) == ["a", "b"]


def test_beyond_the_limit_the_oldest_settled_delivery_is_forgotten() -> None:
    box = outbox(delivery("a"), delivered(delivery("b")), delivered(delivery("c")), deliveries_max=3)
    box.put(delivery("d"))
    assert ids(box.deliveries()) == ["a", "c", "d"]


def test_if_none_is_settled_the_oldest_one_is_forgotten() -> None:
    box = outbox(delivery("a", to=ONE), delivery("b", to=ONE), delivery("c", to=ONE), deliveries_max=2)
    assert ids(box.deliveries()) == ["b", "c"]
    assert drained(box, FIRST) == ["b", "c"]


def test_one_that_is_forgotten_is_not_found() -> None:
    box = outbox(delivery("a"), delivery("b"), deliveries_max=1)
    assert box.find("a") is None


def test_the_limit_itself_is_not_beyond_it() -> None:
    assert ids(outbox(delivery("a"), delivery("b"), deliveries_max=2).deliveries()) == ["a", "b"]


def test_a_subscription_that_is_gone_gets_nothing_more() -> None:
    box = outbox(delivery("a", to=ONE), delivery("b", to=OTHER))

    assert box.unsubscribe("one")

    assert drained(box, FIRST) == []
    assert [one.status for one in box.deliveries()] == ["exhausted", "waiting"]
    assert list(box.subscriptions) == ["other"]


def test_what_a_subscription_got_before_it_went_stays_delivered() -> None:
    box = outbox(delivered(delivery("a", to=ONE)))
    box.unsubscribe("one")
    assert box.deliveries() == (delivered(delivery("a", to=ONE)),)


def test_to_end_a_subscription_that_there_is_not_changes_nothing() -> None:
    box = outbox(delivery("a", to=ONE))
    assert not box.unsubscribe("nobody")
    assert box.deliveries() == (delivery("a", to=ONE),)


@pytest.mark.rule("R302")
def test_sequences_count_up_from_one_per_entity() -> None:
    box = outbox()
    assert [box.next_sequence(entity) for entity in ("a", "a", "b", "a")] == [1, 2, 1, 3]


def test_clearing_forgets_deliveries_and_sequences_and_has_the_given_subscriptions() -> None:
    box = outbox(delivery("a", to=ONE), failed(delivery("b", to=ONE)))
    box.next_sequence("a")
    box.subscribe(subscription("added"))

    box.clear([OTHER])

    assert (box.deliveries(), list(box.subscriptions)) == ((), ["other"])
    assert (box.lanes_due(LATER), box.next_due()) == ([], None)
    assert box.next_sequence("a") == 1


def test_clearing_begins_a_new_epoch() -> None:
    box = outbox()
    before = box.epoch
    box.clear([])
    assert box.epoch == before + 1


def test_what_is_held_back_leaves_after_the_next_one() -> None:
    box = outbox()
    box.hold_back(delivery("a", to=ONE, at=LATER))
    box.put(delivery("b", to=ONE))

    box.release_held("one", NOW)

    assert drained(box, FIRST) == ["b", "a"]


def test_what_is_held_back_leaves_in_its_time_if_nothing_releases_it() -> None:
    box = outbox()
    box.hold_back(delivery("a", to=ONE, at=LATER))
    assert (drained(box, FIRST), drained(box, FIRST, LATER)) == ([], ["a"])


def test_another_subscription_does_not_release_what_is_held_back() -> None:
    box = outbox()
    box.hold_back(delivery("a", to=ONE, at=LATER))
    box.release_held("other", NOW)
    assert drained(box, FIRST) == []


def test_releasing_does_nothing_for_what_was_delivered_meanwhile() -> None:
    box = outbox()
    box.hold_back(delivery("a", to=ONE, at=LATER))
    box.put(delivered(delivery("a", to=ONE, at=LATER)))
    box.release_held("one", NOW)
    assert box.deliveries()[0].status == "delivered"


def test_clearing_forgets_what_is_held_back() -> None:
    box = outbox()
    box.hold_back(delivery("a", to=ONE, at=LATER))
    box.clear([ONE])
    box.release_held("one", NOW)
    assert box.deliveries() == ()


def sealed(held: Delivery, size: int) -> Delivery:
    return replace(held, sealed=Sealed(b"x" * size, "text/plain"))


def test_a_waiting_delivery_that_is_dropped_is_counted_and_the_first_one_is_told_about(
    caplog: pytest.LogCaptureFixture,
) -> None:
    box = outbox(*(delivery(str(number)) for number in range(5)), deliveries_max=2)
    assert box.dropped == 3
    (told,) = caplog.messages
    assert "--deliveries-max allows 2" in told


def test_a_settled_delivery_that_is_forgotten_is_not_dropped(caplog: pytest.LogCaptureFixture) -> None:
    box = outbox(delivered(delivery("a")), delivery("b"), delivery("c"), deliveries_max=2)
    assert (box.dropped, caplog.messages) == (0, [])


def test_clearing_begins_to_count_what_is_dropped_again() -> None:
    box = outbox(delivery("a"), delivery("b"), deliveries_max=1)
    box.clear([])
    assert box.dropped == 0


def test_beyond_the_bytes_that_are_kept_the_oldest_settled_delivery_is_forgotten() -> None:
    box = Outbox([ONE], 100, sealed_bytes_max=20)
    for one in (delivery("a"), delivered(delivery("b")), delivered(delivery("c"))):
        box.put(sealed(one, 5))
    box.put(sealed(delivery("d"), 5))
    assert ids(box.deliveries()) == ["a", "b", "c", "d"]
    box.put(sealed(delivery("d"), 6))
    assert ids(box.deliveries()) == ["a", "c", "d"]


def test_the_bytes_of_a_delivery_count_once_whatever_becomes_of_it() -> None:
    box = Outbox([ONE], 100, sealed_bytes_max=20)
    for _ in range(10):
        box.put(sealed(delivery("a"), 5))
        box.put(sealed(delivered(delivery("b")), 5))
    assert ids(box.deliveries()) == ["a", "b"]


def test_what_is_sealed_for_a_reader_counts_too() -> None:
    box = Outbox([ONE], 100, sealed_bytes_max=20)
    box.put(delivered(delivery("a")))
    box.keep_sealed("a", Sealed(b"x" * 20, "text/plain"))
    box.put(sealed(delivery("b"), 1))
    assert ids(box.deliveries()) == ["b"]


def test_looking_at_deliveries_keeps_no_more_than_there_is_room_for_and_drops_none() -> None:
    box = Outbox([ONE], 100, sealed_bytes_max=20)
    for name in ("a", "b", "c"):
        box.put(delivery(name))
    for name in ("a", "b", "c"):
        box.keep_sealed(name, Sealed(b"x" * 10, "text/plain"))
    assert [one.sealed is None for one in box.deliveries()] == [False, False, True]
    box.put(delivery("d"))
    assert (ids(box.deliveries()), box.dropped) == (["a", "b", "c", "d"], 0)


def test_a_single_delivery_may_be_larger_than_all_that_is_kept() -> None:
    box = Outbox([ONE], 100, sealed_bytes_max=20)
    box.put(sealed(delivery("a"), 21))
    assert ids(box.deliveries()) == ["a"]


def test_a_restored_outbox_is_bounded_like_any_other() -> None:
    full = outbox(*(sealed(delivered(delivery(str(number))), 5) for number in range(10)))
    box = Outbox([ONE], 8, sealed_bytes_max=20)
    box.restore(full.state())
    assert ids(box.deliveries()) == ["6", "7", "8", "9"]


def test_what_was_held_back_and_released_has_its_place_behind_what_released_it_when_it_is_restored() -> None:
    box, other = outbox(), outbox()
    box.hold_back(delivery("a", to=ONE, at=LATER))
    box.put(delivery("b", to=ONE))
    box.release_held("one", NOW)
    other.restore(box.state())
    assert drained(other, FIRST) == drained(box, FIRST) == ["b", "a"]


def test_what_is_in_flight_is_restored_at_the_head_of_its_queue() -> None:
    box, other = outbox(delivery("a", to=ONE), delivery("b", to=ONE), delivery("c", to=OTHER)), outbox()
    box.take_due(FIRST, NOW)
    box.put(delivery("d", to=ONE))
    other.restore(box.state())
    assert drained(other, FIRST) == ["a", "b", "d"]


def test_of_too_many_entities_the_one_without_events_for_longest_begins_at_one_again() -> None:
    box = Outbox([], 100, sequences_max=2)
    assert [box.next_sequence(entity) for entity in ("a", "b", "a", "c", "a", "b")] == [1, 1, 2, 1, 3, 1]
    assert len(box.state().sequences) == 2


def test_of_more_sequences_than_are_kept_now_one_goes_with_each_event() -> None:
    before, box = Outbox([], 100), Outbox([], 100, sequences_max=2)
    for entity in ("a", "b", "c"):
        before.next_sequence(entity)
    box.restore(before.state())
    assert box.next_sequence("c") == 2
    assert box.state().sequences == (("b", 1), ("c", 2))


def test_deliveries_that_are_forgotten_while_they_wait_for_a_late_day_leave_nothing_behind() -> None:
    box = outbox(deliveries_max=10)
    for number in range(1_000):
        box.put(delivery(str(number), to=ONE, at=NOW + timedelta(days=1_000 - number)))
    assert sum(len(queue) for queue in box._queues.values()) <= 2 * 10 + 100
    assert drained(box, FIRST, NOW + timedelta(days=2_000)) == [str(number) for number in range(999, 989, -1)]


def test_what_was_held_back_for_nobody_in_particular_is_not_kept_for_ever() -> None:
    box = outbox(deliveries_max=10)
    for number in range(100):
        box.hold_back(delivery(str(number), to=subscription(f"once {number}"), at=LATER))
    assert len(box.state().held) == 10
    for one in box.deliveries():
        box.put(delivered(one))
    assert box.state().held == ()


def test_a_subscription_that_is_gone_holds_nothing_back() -> None:
    box = outbox()
    box.hold_back(delivery("a", to=ONE, at=LATER))
    box.unsubscribe("one")
    assert box.state().held == ()


class OutboxMachine(RuleBasedStateMachine):
    """Any sequence of what the emulator does to an outbox, with a dispatcher that has one delivery a lane in flight."""

    LIMIT = 6

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.box = outbox(deliveries_max=self.LIMIT)
        self.made = 0
        self.in_flight: dict[Lane, Delivery] = {}
        self.first_attempts: defaultdict[str, list[int]] = defaultdict(list)
        self.epoch = self.box.epoch

    @rule(to=st.sampled_from([ONE, OTHER]))
    def publish(self, to: Subscription) -> None:
        if to.id in self.box.subscriptions:
            self.made += 1
            self.box.put(delivery(str(self.made), of=event(self.made), to=to, at=self.now))

    @rule(to=st.sampled_from([ONE, OTHER]))
    def subscribe(self, to: Subscription) -> None:
        self.box.subscribe(to)

    @rule(gone=st.sampled_from([ONE, OTHER]))
    def unsubscribe(self, gone: Subscription) -> None:
        self.box.unsubscribe(gone.id)
        assert not [one for one in self.box.deliveries() if one.subscription.id == gone.id and one.due is not None]

    @rule()
    def clear(self) -> None:
        self.box.clear([ONE, OTHER])
        assert self.box.epoch > self.epoch
        self.epoch = self.box.epoch
        self.in_flight.clear()

    @rule(minutes=st.sampled_from([0, 1, 10, 61]))
    def advance(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(data=st.data())
    def take(self, data: st.DataObject) -> None:
        free = [lane for lane in self.box.lanes_due(self.now) if lane not in self.in_flight]
        if free:
            lane = data.draw(st.sampled_from(free))
            taken = self.box.take_due(lane, self.now)
            assert taken is not None, "a lane that is due has something to take"
            assert taken.due is not None
            assert taken.due <= self.now
            assert taken.id not in ids(self.in_flight.values()), "nothing is in flight twice"
            if lane.is_first:
                self.first_attempts[lane.subscription_id].append(int(taken.id))
            self.in_flight[lane] = taken

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), status=st.sampled_from([200, 500]))
    def answer(self, data: st.DataObject, status: int) -> None:
        lane = data.draw(st.sampled_from(sorted(self.in_flight)))
        current = self.box.find(self.in_flight.pop(lane).id)
        if current is not None and current.due is not None:
            self.box.put(current.attempted(Attempt(self.now, status, None, 1)))

    @rule(data=st.data(), status=st.sampled_from([200, 500]))
    def redeliver(self, data: st.DataObject, status: int) -> None:
        if self.box.deliveries():
            current = data.draw(st.sampled_from(self.box.deliveries()))
            self.box.put(current.redelivered(Attempt(self.now, status, None, 1)))

    @invariant()
    def the_log_is_bounded(self) -> None:
        assert len(self.box.deliveries()) <= self.LIMIT

    @invariant()
    def the_log_keeps_its_order(self) -> None:
        assert ids(self.box.deliveries()) == sorted(ids(self.box.deliveries()), key=int)

    @invariant()
    def first_attempts_keep_the_order_of_the_events(self) -> None:
        for numbers in self.first_attempts.values():
            assert numbers == sorted(set(numbers))

    @invariant()
    def whatever_waits_is_queued_or_in_flight(self) -> None:
        flying = set(ids(self.in_flight.values()))
        for waiting in self.box.deliveries():
            if waiting.due is not None and waiting.id not in flying:
                lane = Lane(waiting.subscription.id, waiting.is_first_attempt)
                queued = {entry[2] for entry in self.box._queues[lane] if entry[0] == waiting.due}
                assert waiting.id in queued

    @invariant()
    def whatever_waits_has_one_place(self) -> None:
        state = self.box.state()
        assert sorted(state.queue) == sorted(one.id for one in state.deliveries if one.due is not None)
        assert sorted(state.settled) == sorted(one.id for one in state.deliveries if one.due is None)

    @invariant()
    def nothing_waits_beyond_the_ladder(self) -> None:
        for one in self.box.deliveries():
            assert one.retries <= len(RETRY_WAITS)
            assert (one.due is None) == (one.status != "waiting")


OutboxMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestAnySequence = OutboxMachine.TestCase
