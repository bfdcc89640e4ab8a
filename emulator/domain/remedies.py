"""How to fix what was refused: one sentence for each kind of refusal."""

from collections.abc import Mapping
from types import MappingProxyType

from emulator.domain.refusals import (
    ControlRefusal,
    KeyNamesNoSite,
    LimitReached,
    LineItemSplit,
    NotAnAccessToken,
    Refusal,
)
from emulator.domain.rules import PLANNED_FAULT

_BY_CODE: Mapping[str, str] = MappingProxyType(
    {
        "TRACKING_NUMBER_ALREADY_EXISTS": "Give each fulfillment a number of its own, or change the one that has it. "
        "After a lost reply this 409 says that the first try was done: list the fulfillments, do not repeat.",
        "QUANTITY_EXCEEDS_REMAINING": "Ask for what remains at the most, or leave the quantity out to take all of it; "
        "to begin again, delete the fulfillments that hold the line item.",
        "LINE_ITEM_NOT_FOUND": "Take the ids from lineItems[].id of this very order (GET /ecom/v1/orders/{id}), not "
        "from the catalog or another order.",
        "ORDER_NOT_FOUND": "Use the id of an order of this very site (header wix-site-id); make one with POST "
        "/_emulator/orders, or name your own in a seed file.",
        "FULFILLMENT_NOT_FOUND": "List the order's fulfillments and take the id from there; a fulfillment belongs to "
        "one order.",
        "ORDER_NOT_APPROVED": "Approve the order first, by paying it or by setting its status, or take one that is "
        "APPROVED.",
        "NOT_FOUND": "Compare method and path with GET /_emulator/manifest, which lists every operation.",
        "METHOD_NOT_ALLOWED": "Use one of the methods that the header `allow` names.",
        "PAYLOAD_TOO_LARGE": "Send less at once: split bulk calls.",
        "HOST_NOT_ALLOWED": "Call the emulator by an IP address or as localhost, or start it with --allow-host and the "
        "name that it has.",
        "RESOURCE_EXHAUSTED": "Wait for the next minute and try again, with growing pauses.",
        "UNAUTHENTICATED": "Send the header authorization with an API key or an access token that the emulator issued; "
        "`wix-emulator env` prints what a client needs.",
        "PERMISSION_DENIED": "Use a credential that has the operation's permission scope; openapi.yaml names it "
        "(x-scope).",
    }
)
# Of those that share their code with others.
_OF_ONE: Mapping[type[Refusal], str] = MappingProxyType(
    {
        LineItemSplit: "Put all of a line item into one fulfillment; to change how much, delete the one that has it, "
        "and create it again.",
        KeyNamesNoSite: "Send the header wix-site-id with the site's id besides the key, or use an access token, which "
        "says itself which site it is for.",
        NotAnAccessToken: "Trade it for an access token: POST /oauth2/token with grant_type refresh_token; send the "
        "access_token of the answer as authorization.",
    }
)
_BY_STATUS: Mapping[str, str] = MappingProxyType(
    {
        "INVALID_ARGUMENT": "Mend the fields that are named and send the request again.",
        "UNAUTHENTICATED": "Send credentials that the emulator knows.",
        "PERMISSION_DENIED": "Use credentials that may do this.",
        "NOT_FOUND": "Use the id of something that exists on this site.",
        "METHOD_NOT_ALLOWED": "Use another method.",
        "ALREADY_EXISTS": "Use what exists already, or another name.",
        "FAILED_PRECONDITION": "Bring the order into a state that allows this, or take another order.",
        "PAYLOAD_TOO_LARGE": "Send less.",
        "RESOURCE_EXHAUSTED": "Try again later.",
    }
)


def how_to_fix(refusal: Refusal) -> str:
    """What a caller can do, and which setting would have it otherwise."""
    if refusal.rule is PLANNED_FAULT:
        return "A fault asked for this answer; DELETE /_emulator/faults takes all of them back."
    if isinstance(refusal, LimitReached):
        return f"{refusal.remedy[:1].upper()}{refusal.remedy[1:]}."
    remedy = _OF_ONE.get(type(refusal)) or _BY_CODE.get(refusal.code) or _BY_STATUS[refusal.status_name]
    setting = refusal.rule.setting
    if setting is None or isinstance(refusal, ControlRefusal):
        return remedy
    assignment = f"{setting}.status=NNN or {setting}.code=NAME" if setting.startswith("refusals.") else f"{setting}=…"
    return f"{remedy} If Wix does otherwise, start the emulator with --set {assignment}"
