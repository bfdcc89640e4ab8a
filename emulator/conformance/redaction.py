"""What evidence may not hold: credentials, whose site it is, and who bought, wherever they stand in an answer."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from emulator.api.redaction import REDACTED, is_secret, without_tokens

TEXT_CHARACTERS_MAX = 4_000
ENTRIES_MAX = 20

# Whatever stands below these keys, in any answer.
_PERSONAL = frozenset(
    {
        "accountid",
        "addedby",
        "address",
        "addressline",
        "authoremail",
        "billinginfo",
        "buyerinfo",
        "buyernote",
        "company",
        "contactdetails",
        "contactid",
        "createdby",
        "customfields",
        "descriptionlines",
        "email",
        "extendedfields",
        "firstname",
        "identity",
        "instanceid",
        "instructions",
        "lastname",
        "memberid",
        "metasiteid",
        "number",
        "phone",
        "pickupdetails",
        "productname",
        "recipientinfo",
        "shippingdestination",
        "siteid",
        "subjectid",
        "tags",
        "userid",
        "vatid",
        "visitorid",
    }
)
_EMAIL = re.compile(r"[^\s\"'<>@/]+@[^\s\"'<>@/]+\.[A-Za-z]{2,}")


class Redaction:
    """Takes out what it knows to be secret, and what looks like it. Long texts and lists are cut."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = "|".join(sorted({re.escape(secret) for secret in secrets if secret}, key=len, reverse=True))
        # Whole words only: a short one stands in any text by chance.
        self._known = re.compile(f"(?<![A-Za-z0-9])(?:{known})(?![A-Za-z0-9])", re.IGNORECASE) if known else None

    def text(self, text: str) -> str:
        """The text without secrets, tokens and e-mail addresses."""
        clean = self._known.sub(REDACTED, text) if self._known else text
        clean = _EMAIL.sub(REDACTED, without_tokens(clean))
        return (
            clean if len(clean) <= TEXT_CHARACTERS_MAX else f"{clean[:TEXT_CHARACTERS_MAX]}… ({len(clean)} characters)"
        )

    def value(self, value: Any, path: str) -> Any:
        """The JSON value of a call to that path, without what may not be told."""
        if isinstance(value, Mapping):
            return {
                self.text(str(key)): REDACTED if _is_private(str(key), path) else self.value(one, path)
                for key, one in list(value.items())[: ENTRIES_MAX * 5]
            }
        if isinstance(value, list | tuple):
            kept = [self.value(one, path) for one in value[:ENTRIES_MAX]]
            return [*kept, f"… ({len(value)} entries)"] if len(value) > ENTRIES_MAX else kept
        return self.text(value) if isinstance(value, str) else value


def _is_private(key: str, path: str) -> bool:
    return re.sub(r"[^a-z]", "", key.lower()) in _PERSONAL or is_secret(key, path)
