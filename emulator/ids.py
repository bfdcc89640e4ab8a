"""A site's ids: random, or with a seed the same ones again after each reset and each start."""

import secrets
from dataclasses import dataclass
from hashlib import blake2b
from struct import Struct

# The bits that RFC 9562 asks of a version 4 GUID, for each digit that may stand in their place.
_REQUEST_ID = Struct(">IQ")
_VARIANTS = {f"{digit:x}": "89ab"[digit % 4] for digit in range(16)}


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
        key = state.seed or secrets.token_hex(16)
        self._guids, self._numbers, self._requests, self._control_requests = (
            blake2b(f"{key} {kind} ".encode(), digest_size=16) for kind in ("guid", "number", "request", "control")
        )
        self.drawn, self._named = state.drawn, state.named
        self._named_control = 0

    def reset(self) -> None:
        """Begin all sequences again."""
        self.restore(self._start)

    def guid(self) -> str:
        """A new version 4 GUID in lower case."""
        self.drawn += 1
        text = _digest(self._guids, self.drawn).hex()
        return "-".join((text[:8], text[8:12], "4" + text[13:16], _VARIANTS[text[16]] + text[17:20], text[20:]))

    def given_back_on_failure(self) -> "_GivenBackOnFailure":
        """Draw the GUIDs of the inside again if it raises: what is refused leaves nothing behind."""
        return _GivenBackOnFailure(self)

    def number(self) -> int:
        """A seed for another generator."""
        self.drawn += 1
        return int.from_bytes(_digest(self._numbers, self.drawn)[:4])

    def request_id(self) -> str:
        """A new id for `x-wix-request-id`; opaque, as at Wix (R206). It does not disturb the sequence of GUIDs."""
        self._named += 1
        return _request_id(_digest(self._requests, self._named))

    def control_request_id(self) -> str:
        """The same for the control plane, from a sequence of its own: who looks on disturbs nothing."""
        self._named_control += 1
        return _request_id(_digest(self._control_requests, self._named_control))


class _GivenBackOnFailure:
    """A context manager in fewer steps than `contextlib` makes one: every creation goes through it."""

    __slots__ = ("_drawn", "_ids")

    def __init__(self, ids: Ids) -> None:
        self._ids, self._drawn = ids, ids.drawn

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, Exception):
            self._ids.drawn = self._drawn


def _digest(sequence: blake2b, position: int) -> bytes:
    """The digest at that place of a sequence, whose beginning is hashed already."""
    digest = sequence.copy()
    digest.update(b"%d" % position)
    return digest.digest()


def _request_id(digest: bytes) -> str:
    high, low = _REQUEST_ID.unpack_from(digest)
    return f"{high}.{low >> 1}"
