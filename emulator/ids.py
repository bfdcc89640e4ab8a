"""A site's ids: random, or with a seed the same ones again after each reset and each start."""

import random
from uuid import UUID


class Ids:
    """Draws GUIDs and request ids. `seed` None draws them from the system's entropy."""

    def __init__(self, seed: str | None) -> None:
        self._seed = seed
        self.reset()

    def reset(self) -> None:
        """Begin both sequences again."""
        self._guids = random.Random(self._seed)  # noqa: S311 - ids, not secrets
        self._requests = random.Random(self._seed and f"{self._seed}, requests")  # noqa: S311 - ids, not secrets
        self.drawn = 0

    def guid(self) -> str:
        """A new version 4 GUID in lower case."""
        self.drawn += 1
        return str(UUID(int=self._guids.getrandbits(128), version=4))

    def number(self) -> int:
        """A seed for another generator."""
        self.drawn += 1
        return self._guids.getrandbits(32)

    def request_id(self) -> str:
        """A new id for `x-wix-request-id`; opaque, as at Wix (R206). It does not disturb the sequence of GUIDs."""
        return f"{self._requests.getrandbits(32)}.{self._requests.getrandbits(63)}"
