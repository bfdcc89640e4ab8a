import pytest

from emulator.domain.carriers import PREDEFINED_PROVIDERS, tracking_link


@pytest.mark.rule("R110")
@pytest.mark.parametrize(
    ("provider", "link"),
    [
        ("fedex", "https://www.fedex.com/apps/fedextrack/?action=track&trackingnumber=12345"),
        ("ups", "https://wwwapps.ups.com/WebTracking/track?track=yes&trackNums=12345"),
        ("usps", "https://tools.usps.com/go/TrackConfirmAction.action?tLabels=12345"),
        ("dhl", "https://www.logistics.dhl/global-en/home/tracking.html?tracking-id=12345"),
        (
            "canadaPost",
            "https://www.canadapost.ca/cpotools/apps/track/personal/findByTrackNumber?trackingNumber=12345",
        ),
    ],
)
def test_a_predefined_provider_has_the_documented_link(provider: str, link: str) -> None:
    assert tracking_link(provider, "12345") == link


@pytest.mark.rule("R110")
def test_exactly_five_providers_are_predefined() -> None:
    assert set(PREDEFINED_PROVIDERS) == {"fedex", "ups", "usps", "dhl", "canadaPost"}


@pytest.mark.rule("R110")
@pytest.mark.parametrize("provider", ["FedEx", "UPS", "canadapost", "canada post", " fedex", "royalMail", "", None])
def test_a_provider_of_any_other_spelling_is_custom_and_has_no_link(provider: str | None) -> None:
    assert tracking_link(provider, "12345") is None


@pytest.mark.parametrize("number", ["", None])
@pytest.mark.parametrize("provider", PREDEFINED_PROVIDERS)
def test_without_a_number_there_is_no_link(provider: str, number: str | None) -> None:
    assert tracking_link(provider, number) is None


@pytest.mark.rule("R111")
@pytest.mark.parametrize(
    ("number", "encoded"),
    [
        ("1234-5678-9101-1121-3141-51", "1234-5678-9101-1121-3141-51"),
        ("A_b.c~d", "A_b.c~d"),
        ("1 2&3=4#5", "1%202%263%3D4%235"),
        ("a/b?c%d+e", "a%2Fb%3Fc%25d%2Be"),
        ("ü€", "%C3%BC%E2%82%AC"),
        ("{}", "%7B%7D"),
    ],
)
@pytest.mark.parametrize("provider", PREDEFINED_PROVIDERS)
def test_the_number_is_percent_encoded_where_a_url_needs_it(provider: str, number: str, encoded: str) -> None:
    link = tracking_link(provider, number)
    assert link is not None
    assert link.endswith(f"={encoded}")
