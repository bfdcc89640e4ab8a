"""The key that webhooks are signed with: the development key of the package, or one of the user's."""

import base64
import hashlib
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_HERE = Path(__file__).parent
_KEY_BITS_MIN = 2_048
_KEY_FILE_BYTES_MAX = 65_536


class KeyFileError(UsageError):
    """A key file that cannot be used, and why."""


class SigningKey:
    """An RSA private key, parsed when first used. Everything about it follows from its PEM text."""

    def __init__(self, path: Path | None = None) -> None:
        """Read the key file, by default the development key. Raises KeyFileError."""
        self._path = path or _HERE / "development_key.pem"
        try:
            with self._path.open("rb") as file:
                self._pem = file.read(_KEY_FILE_BYTES_MAX + 1)
        except OSError as error:
            raise KeyFileError(f"{self._path}: {error.strerror}") from error
        if len(self._pem) > _KEY_FILE_BYTES_MAX:
            raise KeyFileError(f"{self._path}: is over {_KEY_FILE_BYTES_MAX} bytes, too long for a PEM private key")
        if path is not None and path.parent != _HERE:
            self._refuse_unsuitable()

    @classmethod
    def wrong(cls) -> "SigningKey":
        """A key that nobody trusts, for the mishap of that name."""
        return cls(_HERE / "wrong_key.pem")

    @cached_property
    def private(self) -> "RSAPrivateKey":
        """The key, ready to sign."""
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        is_ours = self._path.parent == _HERE  # known to be sound; to check it again takes as long as fifty signatures
        try:
            key = load_pem_private_key(self._pem, password=None, unsafe_skip_rsa_key_validation=is_ours)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyFileError(f"{self._path}: not an unencrypted PEM private key ({error})") from error
        if not isinstance(key, RSAPrivateKey):
            raise KeyFileError(f"{self._path}: must be an RSA key, because Wix signs with RS256")
        return key

    @cached_property
    def sign(self) -> Callable[[bytes], bytes]:
        """Signs a message as RS256 does (R304)."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        return partial(self.private.sign, padding=PKCS1v15(), algorithm=SHA256())

    @cached_property
    def public_pem(self) -> str:
        """The public key as PEM, as Wix's dashboard shows it."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = self.private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")

    @property
    def public_base64(self) -> str:
        """The PEM text as one line of base64: the one-line form that the SDK accepts."""
        return base64.b64encode(self.public_pem.encode("ascii")).decode("ascii")

    @cached_property
    def kid(self) -> str:
        """Eight characters that name the key, as Wix's tokens have."""
        digest = hashlib.sha256(self.public_pem.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).decode("ascii").replace("-", "A").replace("_", "B")[:8]

    def _refuse_unsuitable(self) -> None:
        if self.private.key_size < _KEY_BITS_MIN:
            raise KeyFileError(f"{self._path}: has {self.private.key_size} bits, RS256 needs {_KEY_BITS_MIN} or more")
