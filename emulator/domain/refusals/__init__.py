"""The errors that the API gives on purpose.

Refusal
├── InvalidRequest                  validationError: every violation of the request
└── ApplicationRefusal              applicationError: code, description, data
    ├── InvalidArgument
    │   ├── QuantityExceedsRemaining
    │   │   └── LineItemSplit
    │   ├── LineItemNotFound
    │   ├── PurchasedDateInFuture
    │   └── StatusNotSupported
    ├── Unauthenticated
    │   └── NotAnAccessToken
    ├── PermissionDenied
    │   └── KeyNamesNoSite
    ├── NotFound
    │   ├── OrderNotFound
    │   ├── FulfillmentNotFound
    │   └── PathNotFound
    ├── MethodNotAllowed
    ├── AlreadyExists
    │   └── TrackingNumberAlreadyExists
    │       └── TrackingNumberOfOtherOrder
    ├── FailedPrecondition
    │   ├── OrderNotApproved
    │   ├── OrderIsPending
    │   ├── OrderIsRejected
    │   ├── OrderHasAuthorizedTransaction
    │   ├── OrderAlreadyPaid
    │   ├── UnsupportedTransition
    │   └── StatusAlreadySet
    ├── ResourceExhausted
    │   └── LimitReached
    ├── PayloadTooLarge
    └── ControlRefusal              of the control plane alone: no fault asks for it, no setting changes it
        └── ControlNotFound         each leaf stands where it is raised, in `api/`

The categories stand in `kinds`, their leaves by what they are about. A category's `status_name` is Wix's name for its
HTTP status; numbers are for `api/responses.py` alone.
"""

from emulator.domain.refusals.fulfillments import *
from emulator.domain.refusals.kinds import *
from emulator.domain.refusals.orders import *
from emulator.domain.refusals.wire import *


def find_refusal(code: str) -> type[Refusal] | None:
    """The refusal of that code, if the emulated API knows it."""
    return _by_code(Refusal).get(code)


def refusal_codes() -> tuple[str, ...]:
    """Every code that the emulated API can refuse with."""
    return tuple(sorted(_by_code(Refusal)))


def _by_code(category: type[Refusal]) -> dict[str, type[Refusal]]:
    if category is ControlRefusal:
        return {}
    found = {category.code: category} if "code" in vars(category) else {}
    for narrower in category.__subclasses__():
        found |= _by_code(narrower)
    return found
