"""Tracking numbers and tracking links of a new fulfillment."""

import pytest

from emulator.domain import rules
from emulator.domain.carriers import PREDEFINED_PROVIDERS
from emulator.domain.refusals import InvalidRequest, TrackingNumberAlreadyExists
from tests.domain.shipping import CUSTOM, FEDEX, OWN_LINK, created, fulfilled
from tests.factories import draft, fulfillment, order

# Tracking links


@pytest.mark.rule("R110")
@pytest.mark.parametrize("provider", PREDEFINED_PROVIDERS)
def test_a_predefined_provider_brings_its_link(provider: str) -> None:
    one = created(trackingInfo={"trackingNumber": "12345", "shippingProvider": provider})
    assert one.tracking_info is not None
    assert one.tracking_info.tracking_link is not None
    assert one.tracking_info.tracking_link.endswith("=12345")


@pytest.mark.rule("R112")
def test_an_explicit_link_wins_over_the_generated_one() -> None:
    one = created(trackingInfo=FEDEX | {"trackingLink": OWN_LINK})
    assert one.tracking_info is not None
    assert one.tracking_info.tracking_link == OWN_LINK


@pytest.mark.parametrize("missing", ["trackingNumber", "shippingProvider"])
def test_without_number_or_provider_no_link_is_made(missing: str) -> None:
    one = created(trackingInfo={key: value for key, value in FEDEX.items() if key != missing})
    assert one.tracking_info is not None
    assert one.tracking_info.tracking_link is None


@pytest.mark.rule("R113")
@pytest.mark.parametrize("provider", ["Mondial Relay", "FedEx", "UPS", "other"])
def test_a_custom_provider_without_its_link_is_refused(provider: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        fulfilled(order(), draft(trackingInfo={"trackingNumber": "12345", "shippingProvider": provider}))
    violation = refused.value.violations[0]
    assert (violation.field, violation.violated_rule, violation.rule) == (
        "trackingInfo.trackingLink",
        "REQUIRED_FIELD",
        rules.CUSTOM_PROVIDER_LINK,
    )
    assert "canadaPost" in violation.description


@pytest.mark.rule("R113")
def test_a_custom_provider_with_its_link_is_stored_as_sent() -> None:
    one = created(trackingInfo=CUSTOM)
    assert one.tracking_info is not None
    assert one.tracking_info.model_dump() == CUSTOM


@pytest.mark.rule("R113")
def test_with_custom_provider_link_optional_a_custom_provider_may_lack_its_link() -> None:
    wanted = draft(trackingInfo={"trackingNumber": "12345", "shippingProvider": "other"})
    one = fulfilled(order(), wanted, custom_provider_link="optional").fulfillments[0]
    assert one.tracking_info is not None
    assert one.tracking_info.tracking_link is None


# Tracking numbers


@pytest.mark.rule("R115", "R116")
@pytest.mark.parametrize("provider", ["fedex", "ups"])
def test_a_number_that_another_fulfillment_of_the_order_has_is_refused(provider: str) -> None:
    before = order(fulfillments=[fulfillment(1, trackingInfo=FEDEX)])
    wanted = draft(trackingInfo={"trackingNumber": "12345", "shippingProvider": provider})
    with pytest.raises(TrackingNumberAlreadyExists) as refused:
        fulfilled(before, wanted, number=2)
    assert refused.value.message == "fulfillment with tracking number already exist"


@pytest.mark.rule("R116")
@pytest.mark.parametrize("number", ["12345 ", "12345a", "012345", "1234"])
def test_numbers_are_compared_exactly(number: str) -> None:
    before = order(fulfillments=[fulfillment(1, trackingInfo=FEDEX)])
    wanted = draft(trackingInfo={"trackingNumber": number, "shippingProvider": "fedex"})
    assert len(fulfilled(before, wanted, number=2).fulfillments) == 2


@pytest.mark.rule("R116")
@pytest.mark.parametrize(("scope", "is_refused"), [("order", False), ("site", True), ("off", False)])
def test_a_number_of_another_order_counts_only_with_scope_site(scope: str, is_refused: bool) -> None:
    wanted = draft(trackingInfo=FEDEX)
    if is_refused:
        with pytest.raises(TrackingNumberAlreadyExists):
            fulfilled(order(), wanted, elsewhere=True, duplicate_tracking_scope=scope)
    else:
        assert fulfilled(order(), wanted, elsewhere=True, duplicate_tracking_scope=scope).fulfillments


@pytest.mark.rule("R116")
def test_with_scope_off_any_number_may_repeat() -> None:
    before = order(fulfillments=[fulfillment(1, trackingInfo=FEDEX)])
    after = fulfilled(before, draft(trackingInfo=FEDEX), number=2, duplicate_tracking_scope="off")
    assert len(after.fulfillments) == 2


@pytest.mark.parametrize("elsewhere", [True, False])
def test_fulfillments_without_a_number_never_conflict(elsewhere: bool) -> None:
    before = order(fulfillments=[fulfillment(1), fulfillment(2, trackingInfo={"shippingProvider": "fedex"})])
    wanted = draft(trackingInfo={"shippingProvider": "fedex"})
    after = fulfilled(before, wanted, number=3, elsewhere=elsewhere, duplicate_tracking_scope="site")
    assert len(after.fulfillments) == 3
