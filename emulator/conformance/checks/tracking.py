"""Checks of parcels: who carries them, their links and numbers (R109 to R117)."""

from emulator.conformance.disagreement import Disagreement, expect, expect_that
from emulator.conformance.expectations import (
    expect_choice,
    expect_nothing_created,
    expect_refused,
    found,
    is_refused,
    parcel,
    wording,
)
from emulator.conformance.orders import Json, Order
from emulator.conformance.subject import Subject
from emulator.domain.refusals import InvalidRequest, TrackingNumberAlreadyExists

OWN_LINK = "https://carrier.example/track/1"
LINKS = {
    "fedex": "https://www.fedex.com/apps/fedextrack/?action=track&trackingnumber={}",
    "ups": "https://wwwapps.ups.com/WebTracking/track?track=yes&trackNums={}",
    "usps": "https://tools.usps.com/go/TrackConfirmAction.action?tLabels={}",
    "dhl": "https://www.logistics.dhl/global-en/home/tracking.html?tracking-id={}",
    "canadaPost": "https://www.canadapost.ca/cpotools/apps/track/personal/findByTrackNumber?trackingNumber={}",
}


def tracked(site: Subject, name: str, provider: str = "ups", link: str | None = None) -> Json:
    """A trackingInfo with a number of that name."""
    return {
        "trackingNumber": site.number(name),
        "shippingProvider": provider,
        **({} if link is None else {"trackingLink": link}),
    }


def tracking_or_custom(site: Subject) -> None:
    """R109: both are refused; on update the one replaces the other."""
    order = site.order(2)
    custom = {"fieldsData": {"note": "by hand"}}
    expect_refused(site, site.create(order, trackingInfo=tracked(site, "C-1"), customInfo=custom), InvalidRequest)
    expect_nothing_created(site, order)
    fulfillment = site.shipped(order, trackingInfo=tracked(site, "C-1"))
    answer = site.update(order, fulfillment, customInfo=custom).ok()
    changed = found(answer.at("orderWithFulfillments", "fulfillments"), fulfillment)
    expect((changed.get("customInfo"), "trackingInfo" in changed), (custom, False), "customInfo, and trackingInfo:")


def tracking_links(site: Subject) -> None:
    """R110: the five links, and a provider in the wrong case, which is a custom one."""
    order = site.order(*[1] * (len(LINKS) + 1))
    for position, (provider, link) in enumerate(LINKS.items()):
        number = f"12345-{position}"
        answer = site.create(
            order, lineItems=[{"id": order.items[position]}], trackingInfo=tracked(site, number, provider)
        )
        expect(parcel(answer).get("trackingLink"), link.format(site.number(number)), f"the link of {provider}")
    answer = site.create(
        order, lineItems=[{"id": order.items[-1]}], trackingInfo=tracked(site, "1-F", "FedEx", OWN_LINK)
    )
    expect(parcel(answer), tracked(site, "1-F", "FedEx", OWN_LINK), "trackingInfo")


def encoded_number(site: Subject) -> None:
    """R111: a blank, a slash and an ampersand."""
    order = site.order()
    answer = site.create(order, trackingInfo=tracked(site, "A B/1&2"))
    expect(parcel(answer).get("trackingLink"), LINKS["ups"].format(site.number("A%20B%2F1%262")), "the link")


def explicit_link(site: Subject) -> None:
    """R112: the link that is sent, although fedex has one."""
    order = site.order()
    answer = site.create(order, trackingInfo=tracked(site, "12345", "fedex", OWN_LINK))
    expect(parcel(answer).get("trackingLink"), OWN_LINK, "the link")


def custom_provider_link(site: Subject) -> None:
    """R113: a custom provider without a link, as the setting says."""
    order = site.order()
    answer = site.create(order, trackingInfo=tracked(site, "12345", "pigeons"))
    if site.behaviours.custom_provider_link == "optional":
        expect_choice(answer, "custom_provider_link", "required", refused=False)
        return
    expect_choice(answer, "custom_provider_link", "optional", refused=True)
    expect_refused(site, answer, InvalidRequest)
    expect_nothing_created(site, order)


def regenerated_link(site: Subject) -> None:
    """R114: another number, another provider, and a custom provider's new number."""
    order = site.order(1, 1)
    fulfillment = site.shipped(order, trackingInfo=tracked(site, "1", "usps"))
    answer = site.update(order, fulfillment, trackingInfo={"trackingNumber": site.number("45677")})
    expect(
        parcel(answer, 0), tracked(site, "45677", "usps", LINKS["usps"].format(site.number("45677"))), "trackingInfo"
    )
    answer = site.update(order, fulfillment, trackingInfo={"shippingProvider": "dhl"})
    expect(parcel(answer, 0), tracked(site, "45677", "dhl", LINKS["dhl"].format(site.number("45677"))), "trackingInfo")
    custom = site.shipped(
        order, lineItems=[{"id": order.items[1]}], trackingInfo=tracked(site, "2", "pigeons", OWN_LINK)
    )
    answer = site.update(order, custom, trackingInfo={"trackingNumber": site.number("3")})
    expect(parcel(answer), tracked(site, "3", "pigeons", OWN_LINK), "trackingInfo")


def duplicate_tracking(site: Subject) -> None:
    """R115: on create and on update, unless the setting takes duplicates for granted."""
    order = site.order(1, 1, 1)
    site.shipped(order, trackingInfo=tracked(site, "12345"))
    other = site.shipped(order, lineItems=[{"id": order.items[1]}], trackingInfo=tracked(site, "67890"))
    answers = [
        site.create(order, lineItems=[{"id": order.items[2]}], trackingInfo=tracked(site, "12345")),
        site.update(order, other, trackingInfo={"trackingNumber": site.number("12345")}),
    ]
    for answer in answers:
        if site.behaviours.duplicate_tracking_scope == "off":
            expect_choice(answer, "duplicate_tracking_scope", "order", refused=False)
            continue
        expect_choice(answer, "duplicate_tracking_scope", "off", refused=True)
        expect_refused(site, answer, TrackingNumberAlreadyExists)


def duplicate_tracking_scope(site: Subject) -> None:
    """R116: on another order as the setting says; another case, the own number and that of a deleted one are free."""
    order, other = site.order(1, 1, 1), site.order()
    first = site.shipped(order, trackingInfo=tracked(site, "abc-1"))
    second = site.create(order, lineItems=[{"id": order.items[1]}], trackingInfo=tracked(site, "ABC-1"))
    expect_that(not is_refused(second), "HTTP 200 for a number in another case", second.described())
    expect(parcel(second).get("trackingNumber"), site.number("ABC-1"), "the number")
    site.update(order, first, trackingInfo={"trackingNumber": site.number("abc-1")}).ok()
    _in_another_order(site, other)
    with site.preparing():
        site.delete(order, first).ok()
    site.create(order, lineItems=[{"id": order.items[2]}], trackingInfo=tracked(site, "abc-1")).ok()


def _in_another_order(site: Subject, other: Order) -> None:
    answer = site.create(other, trackingInfo=tracked(site, "abc-1"))
    if site.behaviours.duplicate_tracking_scope == "site":
        expect_choice(answer, "duplicate_tracking_scope", "order", refused=True)
    else:
        expect_choice(answer, "duplicate_tracking_scope", "site", refused=False)


def duplicate_tracking_in_bulk(site: Subject) -> None:
    """R117: an error of its entry, or nothing, as the setting says; the entry with a number of its own succeeds."""
    order = site.order(1, 1, 1)
    site.shipped(order, trackingInfo=tracked(site, "12345"))
    entries = [
        (order, [{"lineItems": [{"id": item}], "trackingInfo": tracked(site, number)}])
        for item, number in zip(order.items[1:], ("12345", "67890"), strict=True)
    ]
    answer = site.bulk(*entries).ok()
    duplicate, other = (answer.at("results", index, "itemMetadata") for index in range(2))
    expect(other.get("success"), True, "success of a number of its own:")
    is_allowed = site.behaviours.in_bulk().duplicate_tracking_scope == "off"
    if not duplicate["success"]:
        _, code = wording(site, TrackingNumberAlreadyExists)
        expect(duplicate["error"].get("code"), code, "the entry's error")
    if duplicate["success"] is not is_allowed:
        setting = {"duplicate_tracking_in_bulk": "refuse" if is_allowed else "allow"}
        raise Disagreement(f"success: {is_allowed}", f"success: {duplicate['success']}", setting)
