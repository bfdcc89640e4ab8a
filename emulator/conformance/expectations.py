"""What checks expect of answers: successes, and refusals whose status and code the settings can change."""

from collections.abc import Collection
from typing import Any

from emulator.conformance.disagreement import Disagreement, expect, expect_that
from emulator.conformance.exchange import Answer
from emulator.conformance.orders import Json, Order
from emulator.conformance.subject import Subject
from emulator.domain.refusals import InvalidRequest, Refusal

_SIGN_IN = (401, 403)


def expect_refused(site: Subject, answer: Answer, refusal: type[Refusal]) -> None:
    """Raise Disagreement if it is not refused; another status or code is a difference that a setting takes over."""
    status, code = wording(site, refusal)
    expected = f"refused with HTTP {status} {code}"
    answer.fit(status, *(_SIGN_IN if status in _SIGN_IN else ()))
    if answer.status < 400:
        raise Disagreement(expected, answer.described())
    actual_code = _code(answer, refusal)
    if actual_code is None:  # in another form, which no setting gives it
        site.differences.append(Disagreement(expected, answer.described()))
    elif (answer.status, actual_code) != (status, code):
        settings = {"status": str(answer.status)} if answer.status != status else {}
        settings |= {"code": actual_code} if actual_code != code else {}
        named = {f"refusals.{refusal.code}.{name}": value for name, value in settings.items()}
        site.differences.append(Disagreement(expected, answer.described(), named))


def is_refused(answer: Answer) -> bool:
    """Whether the server refuses what was asked, or does it. Raises NotPrepared, and Disagreement for neither."""
    if 400 <= answer.fit().status < 500:
        return True
    answer.ok()
    return False


def expect_choice(answer: Answer, setting: str, choice: str, *, refused: bool) -> None:
    """Raise Disagreement, with the setting for the other choice, unless it is refused or done as it is said."""
    if is_refused(answer) is not refused:
        raise Disagreement("a refusal" if refused else "HTTP 200", answer.described(), {setting: choice})


def expect_violations(site: Subject, answer: Answer, *fields: str) -> None:
    """Raise Disagreement unless it is refused, and for these fields."""
    expect_refused(site, answer, InvalidRequest)
    expect(sorted(answer.violations), sorted(fields), "a validation error on")


def expect_nothing_created(site: Subject, order: Order) -> None:
    """Raise Disagreement if the order has a fulfillment."""
    expect(site.fulfillments(order), [], "fulfillments")


def expect_shape(value: Any, keys: Collection[str], what: str) -> None:
    """Raise Disagreement unless the value is an object that has these keys."""
    missing = sorted(set(keys) - set(value if isinstance(value, dict) else ()))
    expect_that(not missing, f"{what} with {', '.join(keys)}", f"without {', '.join(missing)}")


def of(order: Order, *quantities: int | None) -> list[Json]:
    """Line items of a fulfillment: of each of the order's line items that many; all that remains where it is None."""
    wanted = zip(order.items, quantities, strict=False)
    return [{"id": item} if quantity is None else {"id": item, "quantity": quantity} for item, quantity in wanted]


def held(fulfillment: Any) -> dict[str, int]:
    """How much of each line item the fulfillment holds. Raises Disagreement."""
    quantities: dict[str, int] = {}
    try:
        for item in fulfillment["lineItems"]:
            quantities[item["id"]] = quantities.get(item["id"], 0) + item["quantity"]
    except (KeyError, TypeError):
        raise Disagreement("a fulfillment whose line items have a quantity", fulfillment) from None
    return quantities


def found(fulfillments: Any, fulfillment_id: str) -> Json:
    """The fulfillment of that id among them. Raises Disagreement."""
    for one in fulfillments if isinstance(fulfillments, list) else ():
        if isinstance(one, dict) and one.get("id") == fulfillment_id:
            return one
    raise Disagreement(f"fulfillment {fulfillment_id}", fulfillments)


def parcel(answer: Answer, position: int = -1) -> Json:
    """The trackingInfo of the fulfillment at that position, or of the last one. Raises Disagreement."""
    tracking = answer.ok().at("orderWithFulfillments", "fulfillments", position, "trackingInfo")
    expect_that(isinstance(tracking, dict), "trackingInfo", tracking)
    return dict(tracking)


def wording(site: Subject, refusal: type[Refusal]) -> tuple[int, str]:
    """The status and code that the refusal has, given the settings."""
    from emulator.api.responses import HTTP_STATUS

    override = site.behaviours.refusals.get(refusal.code)
    status = override.status if override and override.status else HTTP_STATUS[refusal.status_name]
    return status, (override.code if override and override.code else refusal.code)


def _code(answer: Answer, refusal: type[Refusal]) -> str | None:
    """The code of the answer; None if it is not in the form of that refusal. A validation error carries none (R201)."""
    if refusal is InvalidRequest:
        return refusal.code if answer.violations else None
    return answer.code
