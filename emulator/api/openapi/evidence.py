"""Which rules an operation or an event follows, and how each is known."""

from collections.abc import Mapping
from typing import Any

from emulator.api.operation import Operation
from emulator.domain.rules import RULES

Json = dict[str, Any]

_EVERY_CALL = "R201 R202 R203 R206 R207 R211 R706"
_BODY = "R204 R205 R209 R210"
_SCOPED = "R212 R213 R704 R705 R708"
_OPERATIONS: Mapping[str, str] = {
    "listFulfillmentsForSingleOrder": "R125 R127 R130 R131",
    "listFulfillmentsForMultipleOrders": "R105 R126 R127 R130 R131",
    "createFulfillment": (
        "R101 R102 R103 R104 R105 R106 R107 R108 R109 R110 R111 R112 R113 R115 R116 R121 R125 R128 R130 R131 R301"
    ),
    "updateFulfillment": "R105 R108 R109 R110 R114 R115 R116 R118 R119 R121 R124 R125 R130 R131 R301 R303",
    "deleteFulfillment": "R120 R121 R124 R125 R128 R130 R131 R301",
    "bulkCreateFulfillments": "R101 R102 R103 R104 R105 R106 R107 R113 R115 R117 R122 R123 R125 R301",
    "getOrder": "R125 R127 R128 R129 R131 R401 R406",
    "searchOrders": "R411 R412 R413",
    "createOrder": "R129 R401 R402 R403 R414",
    "updateOrder": "R125 R401 R404 R405 R414",
    "bulkUpdateOrders": "R404 R405 R122 R123 R414",
    "cancelOrder": "R125 R405 R408 R414 R415",
    "updateOrderStatus": "R125 R407 R414",
    "markOrderAsPaid": "R125 R409 R414",
    "listTransactionsForSingleOrder": "R125 R410",
    "issueToken": "R701 R704 R708",
    "describeToken": "R702 R708",
    "issueLegacyToken": "R703 R708",
}


def operation_evidence(operation: Operation) -> Json:
    """The operation's rules and how each is known; none for the control plane, which is nobody's but ours."""
    if operation.is_control:
        return {}
    ids = f"{_OPERATIONS[operation.id]} {_EVERY_CALL}"
    if operation.method in ("POST", "PATCH"):
        ids += f" {_BODY}"
    return evidence_of(f"{ids} {_SCOPED}" if operation.scope else ids)


def evidence_of(rule_ids: str) -> Json:
    """Each of these rules and how it is known, in the order of their numbers."""
    return {rule_id: RULES[rule_id].evidence for rule_id in sorted(set(rule_ids.split()))}


def rule_book() -> Json:
    """Every rule in full."""
    return {
        rule.id: {"statement": rule.statement, "evidence": rule.evidence, "source": rule.source}
        | ({"setting": rule.setting} if rule.setting else {})
        for rule in RULES.values()
    }
