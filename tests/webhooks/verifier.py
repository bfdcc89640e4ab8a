"""A receiver's verifier, written from Wix's documents alone: it knows nothing of `emulator.webhooks`."""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

Json = dict[str, Any]


class NotVerified(Exception):  # noqa: N818 - a verdict
    """Why the token is not to be trusted."""


@dataclass(frozen=True)
class Webhook:
    """A verified token's layers; `data` and `identity` of the envelope are still the texts that they travel as."""

    header: Json
    claims: Json
    envelope: Json
    event: Json


def verify(token: bytes | str, public_pem: str, now: datetime) -> Webhook:
    """The token's layers, if the key signed them and they have not expired. Raises NotVerified."""
    text = token.decode("ascii") if isinstance(token, bytes) else token
    if text.count(".") != 2:
        raise NotVerified("no compact JWS")
    signed, _, signature = text.rpartition(".")
    header, claims = (json.loads(_decoded(part)) for part in signed.split("."))
    if header["alg"] != "RS256":
        raise NotVerified(f"alg {header['alg']}")
    key = load_pem_public_key(public_pem.encode())
    assert isinstance(key, RSAPublicKey)
    try:
        key.verify(_decoded(signature), signed.encode("ascii"), PKCS1v15(), SHA256())
    except InvalidSignature:
        raise NotVerified("signature") from None
    if claims["exp"] <= now.timestamp():
        raise NotVerified("expired")
    envelope = json.loads(_text(claims["data"]))
    json.loads(_text(envelope["identity"]))
    return Webhook(header, claims, envelope, json.loads(_text(envelope["data"])))


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _text(value: Any) -> str:
    assert isinstance(value, str), f"each layer is JSON in a string, not {type(value).__name__}"
    return value
