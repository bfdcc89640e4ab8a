"""A site's ids: random, or with a seed the same ones again after each reset and each start."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b

_VARIANTS = "89ab"  # the bits that RFC 9562 asks of a version 4 GUID


@dataclass(frozen=True, slots=True)
class IdsState:
    """How far the sequences have come: GUIDs drawn, requests named. `seed` None is entropy of the system's."""

    seed: str | None = None
    drawn: int = 0
    named: int = 0


class Ids:
    """Draws GUIDs and request ids, each a digest of the seed and its place: so a few numbers are all the state."""

    def __init__(self, seed: str | None) -> None:
        self._start = IdsState(seed)
        self.restore(self._start)

    def state(self) -> IdsState:
        """Where the sequences stand."""
        return IdsState(self._seed, self.drawn, self._named)

    def restore(self, state: IdsState) -> None:
        """Go on from there; without a seed with ids that nobody has seen yet."""
        self._seed = state.seed
        self._key = state.seed or secrets.token_hex(16)
        self.drawn, self._named = state.drawn, state.named
        self._named_control = 0

    def reset(self) -> None:
        """Begin all sequences again."""
        self.restore(self._start)

    def guid(self) -> str:
        """A new version 4 GUID in lower case."""
        self.drawn += 1
        text = self._digest("guid", self.drawn).hex()
        variant = _VARIANTS[int(text[16], 16) % len(_VARIANTS)]
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"

    @contextmanager
    def given_back_on_failure(self) -> Iterator[None]:
        """Draw the GUIDs of the inside again if it raises: what is refused leaves nothing behind."""
        drawn = self.drawn
        try:
            yield
        except Exception:
            self.drawn = drawn
            raise

    def number(self) -> int:
        """A seed for another generator."""
        self.drawn += 1
        return int.from_bytes(self._digest("number", self.drawn)[:4])

    def request_id(self) -> str:
        """A new id for `x-wix-request-id`; opaque, as at Wix (R206). It does not disturb the sequence of GUIDs."""
        self._named += 1
        return _request_id(self._digest("request", self._named))

    def control_request_id(self) -> str:
        """The same for the control plane, from a sequence of its own: who looks on disturbs nothing."""
        self._named_control += 1
        return _request_id(self._digest("control", self._named_control))

    def _digest(self, kind: str, position: int) -> bytes:
        return blake2b(f"{self._key} {kind} {position}".encode(), digest_size=16).digest()


def _request_id(digest: bytes) -> str:
    return f"{int.from_bytes(digest[:4])}.{int.from_bytes(digest[4:12]) >> 1}"
