"""A site's ids: random, or with a seed the same ones again after each reset and each start."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import shake_128
from struct import Struct
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from emulator.states import IdsState

_BLOCK = 32  # places
_BYTES = 16  # of each
_NUMBER, _REQUEST_ID = Struct(">I12x"), Struct(">IQ4x")
_GROUPS = Struct("8s4s4s4s12s")  # of a GUID's digits
# The bits that RFC 9562 asks of a version 4 GUID, for all GUIDs of a block.
_FIXED = int.from_bytes(bytes.fromhex("000000000000f000c000000000000000") * _BLOCK)
_VERSION_4 = int.from_bytes(bytes.fromhex("00000000000040008000000000000000") * _BLOCK)

_Kind = TypeVar("_Kind")


class Ids:
    """Draws GUIDs and request ids, each a digest of the seed and its place: so a few numbers are all the state."""

    def __init__(self, seed: str | None) -> None:
        self._first_seed = seed
        self._go_on(seed)

    def state(self) -> "IdsState":
        """Where the sequences stand."""
        from emulator.states import IdsState

        return IdsState(self._seed, self.drawn, self._named)

    def restore(self, state: "IdsState") -> None:
        """Go on from there; without a seed with ids that nobody has seen yet."""
        self._go_on(state.seed, state.drawn, state.named)

    def _go_on(self, seed: str | None, drawn: int = 0, named: int = 0) -> None:
        self._seed = seed
        key = seed or secrets.token_hex(16)
        self._guids, self._numbers = _Sequence(f"{key} guid", _guids), _Sequence(f"{key} number", _numbers)
        self._requests = _Sequence(f"{key} request", _request_ids)
        self._control_requests = _Sequence(f"{key} control", _request_ids)
        self.drawn, self._named = drawn, named
        self._named_control = 0

    def reset(self) -> None:
        """Begin all sequences again."""
        self._go_on(self._first_seed)

    def guid(self) -> str:
        """A new version 4 GUID in lower case."""
        self.drawn += 1
        return self._guids.at(self.drawn)

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
        return self._numbers.at(self.drawn)

    def request_id(self) -> str:
        """A new id for `x-wix-request-id`; opaque, as at Wix (R206). It does not disturb the sequence of GUIDs."""
        self._named += 1
        return self._requests.at(self._named)

    def control_request_id(self) -> str:
        """The same for the control plane, from a sequence of its own: who looks on disturbs nothing."""
        self._named_control += 1
        return self._control_requests.at(self._named_control)


class _Sequence(Generic[_Kind]):
    """What each place of a sequence has. Made in blocks, of which one is kept: many together cost half as much each."""

    __slots__ = ("_block", "_first", "_key", "_make")

    def __init__(self, key: str, make: Callable[[bytes], list[_Kind]]) -> None:
        self._key, self._make = key, make
        self._first = 0
        self._block: list[_Kind] = []

    def at(self, place: int) -> _Kind:
        """What that place has."""
        offset = place - self._first
        if not 0 <= offset < len(self._block):
            offset = place % _BLOCK
            self._first = place - offset
            self._block = self._make(shake_128(f"{self._key} {self._first}".encode()).digest(_BLOCK * _BYTES))
        return self._block[offset]


def _guids(digest: bytes) -> list[str]:
    digits = (int.from_bytes(digest) & ~_FIXED | _VERSION_4).to_bytes(len(digest)).hex().encode("ascii")
    return [b"-".join(groups).decode("ascii") for groups in _GROUPS.iter_unpack(digits)]


def _numbers(digest: bytes) -> list[int]:
    return [number for (number,) in _NUMBER.iter_unpack(digest)]


def _request_ids(digest: bytes) -> list[str]:
    return [f"{high}.{low >> 1}" for high, low in _REQUEST_ID.iter_unpack(digest)]
