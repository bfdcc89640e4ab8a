"""A rule, and the sources that rules of several areas come from."""

from typing import Literal, NamedTuple

Evidence = Literal["documented", "observed", "inferred"]

VELO = "Velo order-fulfillments reference (document 003)"
TYPES = "@wix/auto_sdk_ecom_order-fulfillments 1.0.65, type definitions"
ERRORS = "Wix REST guide: Errors"
SDK = "@wix/sdk 1.21.16, run against a server"


class Rule(NamedTuple):
    """One numbered statement: what holds, how we know, where it is written, which setting changes it."""

    id: str
    statement: str
    evidence: Evidence
    source: str
    setting: str | None = None
