"""Runs checks one after the other, each on a clean site, and removes what they made."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from emulator.conformance.checks import CHECKS, UNCHECKED, Check, Need
from emulator.conformance.disagreement import Disagreement, NotPrepared
from emulator.conformance.evidence import Answered, AskedFor, Difference, Exchange, Finding
from emulator.conformance.exchange import Answer, NoAnswer, Request, Transport
from emulator.conformance.interruption import held_back
from emulator.conformance.orders import is_of
from emulator.conformance.redaction import Redaction
from emulator.conformance.subject import ORDERS, UNKNOWN_GUID, Subject, Target

_NO_STRICTNESS = "this emulator takes any credentials; start it with --auth strict"
_OVER = ("CANCELED", "REJECTED")  # nothing can be done with an order of these any more
_LOOK_AT = {
    401: "; look at the key in WIX_EMULATOR_CONFORMANCE_API_KEY (or --api-key)",
    403: "; look at the key's permissions (to manage orders) and at --site-id, a site of its account",
}


class AccessRefused(Exception):  # noqa: N818 - an answer
    """The server refuses the key, so that no check could say anything."""


@dataclass
class Run:
    """Checks of one server. `leftovers` names the orders that could not be removed.

    `lost` are the marks (channelInfo.externalOrderId) of orders that may be there: their Create Order was not answered,
    and a search does not find them.
    """

    transport: Transport
    target: Target
    redaction: Redaction
    leftovers: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    orders_made: int = 0

    def findings(self, rule_ids: Iterable[str]) -> Iterator[Finding]:
        """What comes of each rule's check. Raises NoAnswer, AccessRefused."""
        abilities = self._abilities()
        for rule_id in rule_ids:
            check = CHECKS.get(rule_id)
            reason = UNCHECKED[rule_id] if check is None else _lacking(check, abilities)
            if check is None or reason:
                yield Finding(rule=rule_id, outcome="skipped", reason=reason)
            else:
                yield self.finding(rule_id, check)

    def finding(self, rule_id: str, check: Check) -> Finding:
        """What comes of the check; what it made is removed, however it ends. Raises NoAnswer."""
        subject = Subject(self.transport, self.target, orders_made=self.orders_made)
        reason = ""
        try:
            if self.target.kind == "emulator":
                _silence(subject)
            check.run(subject)
        except Disagreement as disagreement:
            subject.differences.insert(0, disagreement)
        except NotPrepared as unprepared:
            reason = f"could not be checked: {unprepared}"
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            shape = Disagreement("an answer of the documented shape", f"{type(error).__name__}: {error}")
            subject.differences.insert(0, shape)
        finally:
            with held_back():
                self.orders_made += len(subject.orders)
                self._clean(subject)
        return self._recorded(rule_id, subject, reason)

    def _abilities(self) -> set[Need]:
        """What the server has that not every one has. Raises AccessRefused, and NoAnswer for what is not Wix's API."""
        subject = Subject(self.transport, self.target)
        path = f"{ORDERS}/{UNKNOWN_GUID}"
        answer = subject.ask("GET", path)
        kind = answer.headers.get("content-type", "without a content-type")
        if "html" not in kind and (answer.status in (401, 403, 429) or answer.status >= 500):
            refused = f"the server refuses a call with this key and site: {answer.described()}"
            raise AccessRefused(refused + _LOOK_AT.get(answer.status, "") * (self.target.kind == "wix"))
        if not _is_of_wix(answer):
            told = f"GET {path} answered {answer.status} {kind}"
            raise NoAnswer(f"this is not the Wix API ({told}); --base-url takes scheme and host of one that is")
        if self.target.kind == "wix":
            return {"strictness"}
        is_strict = subject.ask("GET", path, headers={"authorization": "IST.unknown"}).status == 401
        return {"control", "strictness"} if is_strict else {"control"}

    def _recorded(self, rule_id: str, subject: Subject, reason: str) -> Finding:
        text = self.redaction.text
        settings: dict[str, str] = {}
        for one in reversed(subject.differences):
            settings |= one.settings
        return Finding(
            rule=rule_id,
            outcome="failed" if reason else "differed" if subject.differences else "agreed",
            reason=text(reason),
            differences=[
                Difference(expected=text(one.expected), actual=text(one.actual)) for one in subject.differences
            ],
            settings={name: text(value) for name, value in settings.items()},
            expected=self.target.expected,
            exchanges=[self._exchange(*one) for one in subject.exchanges],
        )

    def _exchange(self, request: Request, answer: Answer) -> Exchange:
        asked = request.body if not isinstance(request.body, bytes) else request.body.decode(errors="replace")
        path = request.path
        told = answer.json if answer.json is not None else answer.content.decode(errors="replace") or None
        if path == f"{ORDERS}/search":
            told = _own(told)
        return Exchange(
            request=AskedFor(method=request.method, path=self.redaction.text(path), body=self._shown(asked, path)),
            answer=Answered(status=answer.status, body=self._shown(told, path)),
        )

    def _shown(self, body: Any, path: str) -> Any:
        return self.redaction.value(body, path)

    def _clean(self, subject: Subject) -> None:
        """An emulator's site is emptied; elsewhere each order is removed as far as that goes."""
        if self.target.kind == "emulator":
            _reset(subject)
            return
        self.leftovers += subject.orders  # named also if this very loop is interrupted
        if subject.may_have_lost_order:
            self._find_lost(subject)
        for order_id in reversed(subject.orders):
            if _is_removed(subject, order_id):
                self.leftovers.remove(order_id)

    def _find_lost(self, subject: Subject) -> None:
        self.lost.append(subject.mark)
        try:
            with subject.preparing():
                found = subject.lost_orders()
        except (NotPrepared, NoAnswer):
            return
        if found:
            subject.orders += found
            self.leftovers += found
            self.lost.remove(subject.mark)


def _is_of_wix(answer: Answer) -> bool:
    """Whether an order that is not there is refused in the form of Wix's errors (R202)."""
    body = answer.json
    return 400 <= answer.status < 500 and isinstance(body, dict) and bool({"message", "details"} & body.keys())


def _own(found: Any) -> Any:
    """The answer of a search without orders that no check has made: those are nobody else's business."""
    if not isinstance(found, dict) or not isinstance(found.get("orders"), list):
        return found
    return found | {"orders": [order for order in found["orders"] if is_of(order)]}


def _silence(subject: Subject) -> None:
    """Take away the receivers that every site of the emulator has from the start: these events are not for them."""
    with subject.preparing():
        for one in subject.control("GET", "webhooks").at("webhooks"):
            subject.control("DELETE", f"webhooks/{one['id']}")


def _reset(subject: Subject) -> None:
    try:
        with subject.preparing():
            subject.control("POST", "reset", {})
    except NotPrepared as refused:
        raise NoAnswer(f"the emulator cannot reset the site of the checks: {refused}") from None


def _is_removed(subject: Subject, order_id: str) -> bool:
    """Delete the order's fulfillments and cancel it, which is all that the API has; whether that was possible."""
    try:
        with subject.preparing():
            for fulfillment in subject.list_fulfillments(order_id).ok().at("orderWithFulfillments", "fulfillments"):
                subject.ask("DELETE", f"/ecom/v1/fulfillments/{fulfillment['id']}/orders/{order_id}").ok()
            status = subject.get_order(order_id).ok().at("order", "status")
            if status == "PENDING":
                status = subject.set_status(order_id, "CANCELED").ok().at("order", "status")
            elif status not in _OVER:
                status = subject.cancel(order_id).ok().at("order", "status")
            return status in _OVER
    except (NotPrepared, NoAnswer):
        return False


def _lacking(check: Check, abilities: set[Need]) -> str:
    """Why the check cannot be run on such a server; empty if it can."""
    lacking = check.needs - abilities
    if "control" in lacking:
        return check.why
    return _NO_STRICTNESS if lacking else ""
