"""Seed files: the data that every site starts with."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from pydantic import ValidationError
from pydantic_core import from_json

from emulator.domain.credentials import GRANTING_SCOPES, READ_ORDERS, ApiKey
from emulator.domain.orders import Order
from emulator.domain.violations import violations_of
from emulator.errors import UsageError
from emulator.ids import Ids
from emulator.samples import Samples
from emulator.store import FIRST_NUMBER, Store

_PACKAGE = Path(__file__).parent
EMPTY = "empty"
_KNOWN_KEYS = ("orders", "apiKeys")


class SeedError(UsageError):
    """A seed that cannot be used: which file, where in it, and why."""

    def __init__(self, source: str, where: str, reason: str) -> None:
        self.where = where
        self.reason = reason
        super().__init__(": ".join(part for part in (source, where, reason) if part))


class Seed(NamedTuple):
    """What a site starts with."""

    orders: tuple[Order, ...] = ()
    api_keys: tuple[ApiKey, ...] = ()


def fixtures() -> Path:
    """The folder of the seeds that come with the emulator: in the package when installed, beside it in a checkout."""
    installed = _PACKAGE / "fixtures"
    return installed if installed.is_dir() else _PACKAGE.parent / "fixtures"


def load(names: Iterable[str], samples: Samples, ids: Ids, now: datetime | None = None) -> Seed:
    """The named seeds and seed files merged; of two orders with one id the later wins. Raises SeedError.

    Order numbers that a file leaves out count on from those of the files before it.
    """
    store = Store(())
    api_keys: dict[str, ApiKey] = {}
    for name in names:
        if name != EMPTY:
            path = _path(name)
            document, is_shipped = _read(path)
            first_number = store.highest_number + 1
            seed = parse(document, str(path), samples, ids, now, first_number=first_number, is_known=is_shipped)
            for order in seed.orders:
                store.put(order)
            api_keys |= {api_key.key: api_key for api_key in seed.api_keys}
    return Seed(store.orders(), tuple(api_keys.values()))


def document(name: str) -> Any:
    """What the named seed or seed file holds, not looked into; dates stay text. Raises SeedError."""
    return {} if name == EMPTY else read(_path(name))


def parse(
    document: Any,
    source: str,
    samples: Samples,
    ids: Ids,
    now: datetime | None = None,
    *,
    first_number: int = FIRST_NUMBER,
    is_known: bool = False,
) -> Seed:
    """A seed document `{"orders": [...], "apiKeys": [{"key", "scopes"}]}`, its orders completed. Raises SeedError.

    Orders without a number are counted from the first one on. Those of a document that is known to be right are not
    validated.
    """
    if not isinstance(document, Mapping):
        raise SeedError(source, "", "must be a mapping with the key `orders`")
    for key in document:
        if key not in _KNOWN_KEYS:
            raise SeedError(source, str(key), f"is an unknown key; known: {', '.join(_KNOWN_KEYS)}")
    orders, api_keys = (document.get(key) or [] for key in _KNOWN_KEYS)
    for key, value in zip(_KNOWN_KEYS, (orders, api_keys), strict=True):
        if not isinstance(value, list):
            raise SeedError(source, key, "must be a list")
    complete = partial(samples.order, ids=ids, now=now or datetime.now(UTC), is_known=is_known)
    return Seed(
        tuple(
            _order(value, f"orders[{index}]", source, partial(complete, number=number))
            for index, (value, number) in enumerate(zip(orders, _numbers(orders, first_number), strict=False))
        ),
        tuple(_api_key(value, f"apiKeys[{index}]", source) for index, value in enumerate(api_keys)),
    )


def _numbers(orders: Sequence[Any], first: int) -> Iterator[str]:
    """Numbers without end, but for those that some of the orders have."""
    given = [value.get("number") for value in orders if isinstance(value, Mapping)]
    taken = {number for number in given if isinstance(number, str)}
    return (number for number in map(str, count(first)) if number not in taken)


def _api_key(value: Any, where: str, source: str) -> ApiKey:
    if not isinstance(value, Mapping) or not isinstance(value.get("key"), str):
        raise SeedError(source, where, "must be a mapping with `key` and, if it may not do everything, `scopes`")
    scopes = value.get("scopes")
    if scopes is None:
        return ApiKey(value["key"])
    known = sorted(GRANTING_SCOPES[READ_ORDERS])
    if not isinstance(scopes, list) or any(scope not in known for scope in scopes):
        raise SeedError(source, f"{where}.scopes", f"must be a list of some of {', '.join(known)}")
    return ApiKey(value["key"], frozenset(scopes))


def _order(value: Any, where: str, source: str, complete: Callable[[Mapping[str, Any]], Order]) -> Order:
    if not isinstance(value, Mapping):
        raise SeedError(source, where, "must be a mapping")
    try:
        return complete(value)
    except ValidationError as error:
        violation = violations_of(error)[0]
        raise SeedError(source, f"{where}.{violation.field}".rstrip("."), violation.description) from error


def _path(name: str) -> Path:
    shipped = fixtures() / f"{name}.yaml"
    for candidate in (shipped, Path(name)):
        if candidate.is_file():
            return candidate
    known = ", ".join(sorted(path.stem for path in fixtures().glob("*.yaml")))
    raise SeedError(name, "", f"no such seed or file; shipped seeds: {known}, {EMPTY}")


def read(path: Path) -> Any:
    """The YAML (or JSON) document in the file; dates stay text. Raises SeedError."""
    return _read(path)[0]


def _read(path: Path) -> tuple[Any, bool]:
    """The document, and whether it is a shipped seed as it was shipped, which tests hold to be right."""
    try:
        content = path.read_bytes()
        known = translated(path, content) if path.parent == fixtures() else None
    except OSError as error:
        raise SeedError(str(path), "", " ".join(str(error).split())) from error
    return (_parsed(path, content), False) if known is None else (known, True)


def translated(path: Path, content: bytes) -> Any | None:
    """The shipped seed's document, if beside it stands as JSON what this content says: a start has no time for YAML.

    Raises OSError.
    """
    translation = path.with_suffix(".json")
    try:
        known = from_json(translation.read_bytes()) if translation.is_file() else {}
    except ValueError:
        return None
    return known["document"] if known.get("crc32") == crc32(content) else None


def _parsed(path: Path, content: bytes) -> Any:
    from emulator.documents import DatelessLoader, DocumentError, load  # which import PyYAML

    try:
        return load(content, DatelessLoader)
    except DocumentError as error:
        raise SeedError(str(path), "", " ".join(str(error).split())) from error
