"""The sample events that Wix publishes, as printed.

000: the Velo event `wixEcom_onFulfillmentsUpdated`; 001: the webhook "Order With Fulfillments Updated", its innermost
layer; 004: the Velo event `wixEvents_onOrderUpdated`.
"""

import json
from pathlib import Path
from typing import Any


def document(number: str) -> dict[str, Any]:
    """The sample of that document, fresh."""
    sample: dict[str, Any] = json.loads((Path(__file__).parent / f"{number}.json").read_text(encoding="utf-8"))
    return sample
