"""The wire's own types: the base model, and the scalars that Wix annotates its fields with."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Annotated, Any, Self, TypeVar, get_args, get_origin

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticKnownError

from emulator.domain import rules

GUID_PATTERN = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
DECIMAL_PATTERN = r"^-?[0-9]{1,15}(\.[0-9]{1,9})?$"
# What counts as a space differs between the dialects of regular expressions: the doubtful ones are named.
_SPACES = r"\s\x00-\x1f\x85\ufeff"
WEB_URL_PATTERN = rf"^[hH][tT][tT][pP][sS]?://[^{_SPACES}/?#]+([/?#][^{_SPACES}]*)?$"
_DATE = re.compile(r"\d{4}-\d\d-\d\d[Tt]")


class WireModel(BaseModel):
    """A frozen value whose JSON form is exactly Wix's: camelCase keys, strict types, unknown keys ignored (R203)."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        defer_build=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )

    @classmethod
    def trusted(cls, **fields: Any) -> Self:
        """A value of fields that a rule has made, so that they need no validation: several times faster.

        Who gives all fields does so in the model's order. None of them may have a default that is made each time.
        """
        defaults, names, is_open = _blank(cls)
        if len(fields) < len(defaults):
            fields = defaults | fields
        return _made(cls, fields, names, _NOTHING_MORE if is_open else None)

    @classmethod
    def known(cls, wire: Mapping[str, Any]) -> Self:
        """The value of a JSON form that is known to be valid, and written as the value would print it: not validated
        either, for which the model's validator would have to be built."""
        members, others, no_others, names, defaults = _layout(cls, tuple(wire))
        fields = {name: wire[key] if read is None else read(wire[key]) for key, name, read in members}
        extra = {key: wire[key] for key in others} if others else no_others
        return _made(cls, defaults | fields, names, extra)

    def replaced(self, **fields: Any) -> Self:
        """The value with these fields instead, which a rule has made: not validated either."""
        names = self.__pydantic_fields_set__
        if not names.issuperset(fields):
            names = _shared(frozenset(names | fields.keys()))
        return _made(type(self), self.__dict__ | fields, names, self.__pydantic_extra__)


def share_bookkeeping(model: WireModel) -> None:
    """Have the value share with others what pydantic gives each of its own, and nobody ever changes: the names of the
    fields that were set, and a dict for unknown keys where there are none. They take half of an order's memory."""
    _set_names(model, _shared(frozenset(model.__pydantic_fields_set__)))
    if not model.__pydantic_extra__ and model.__pydantic_extra__ is not None:
        _set_extra(model, _NOTHING_MORE)


_Model = TypeVar("_Model", bound=BaseModel)
_NOTHING_MORE: dict[str, Any] = {}

# The places of a model that pydantic fills, found once: `object.__setattr__` looks for them each time.
_set_fields, _set_names, _set_extra, _set_private = (
    BaseModel.__dict__[name].__set__
    for name in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)


def _made(cls: type[_Model], fields: dict[str, Any], names: set[str], extra: dict[str, Any] | None) -> _Model:
    """A model of these parts, as pydantic's `model_copy` puts one together, without its detours."""
    model = object.__new__(cls)
    _set_fields(model, fields)
    _set_names(model, names)
    _set_extra(model, extra)
    _set_private(model, None)
    return model


@cache
def _blank(cls: type[BaseModel]) -> tuple[dict[str, Any], set[str], bool]:
    """The fields that nobody has set, in the order in which the model prints them; the names of all of them, as its
    values share them; and whether it keeps what it does not model."""
    made = [name for name, field in cls.model_fields.items() if field.default_factory is not None]
    assert not made, f"{cls.__name__} makes the defaults of {made}"  # noqa: S101 - a slip of ours
    defaults = {name: None if field.is_required() else field.default for name, field in cls.model_fields.items()}
    return defaults, set(defaults), cls.model_config["extra"] == "allow"


_Reader = Callable[[Any], Any] | None


@cache
def _readers(cls: type[BaseModel]) -> dict[str, tuple[str, _Reader]]:
    """By the key that it has on the wire, each field's name, and what makes its value of the JSON form."""
    return {
        field.alias or to_camel(name): (name, _reader(field.annotation)) for name, field in cls.model_fields.items()
    }


@lru_cache(maxsize=1_024)
def _layout(
    cls: type[BaseModel], keys: tuple[str, ...]
) -> tuple[list[tuple[str, str, _Reader]], list[str], dict[str, Any] | None, set[str], dict[str, Any]]:
    """What a value with these keys consists of: key, name and reader of each field; the other keys that it keeps, and
    what it has if there are none; the names of all these, as values share them; and the fields that nobody has set."""
    readers, (defaults, _, is_open) = _readers(cls), _blank(cls)
    members = [(key, *readers[key]) for key in keys if key in readers]
    others = [key for key in keys if key not in readers] if is_open else []
    names = _shared(frozenset([*(name for _, name, _ in members), *others]))
    return members, others, _NOTHING_MORE if is_open else None, names, defaults


def _reader(annotation: Any) -> _Reader:
    """What makes a value of that type of its JSON form; None where that is the value."""
    if annotation is AwareDatetime:
        return datetime.fromisoformat
    if isinstance(annotation, type) and issubclass(annotation, WireModel):
        return annotation.known
    origin, arguments = get_origin(annotation), get_args(annotation)
    read = next((found for one in arguments if (found := _reader(one)) is not None), None)
    if origin is tuple:
        return tuple if read is None else lambda values: tuple(map(read, values))
    return read


@lru_cache(maxsize=1_024)
def _shared(names: frozenset[str]) -> set[str]:
    """One set of these names for all values."""
    return set(names)


@lru_cache(maxsize=4_096)  # an order's dates are printed again and again
def format_timestamp(moment: datetime) -> str:
    """The moment as Wix prints it: UTC, milliseconds and `Z`, such as `2023-02-22T15:55:47.021Z`."""
    at = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    date, time = (at.year, at.month, at.day), (at.hour, at.minute, at.second, at.microsecond // 1000)
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (*date, *time)  # noqa: UP031 - twice as fast as `isoformat`


def _written_out(value: Any) -> Any:
    """Refuse what pydantic would take for seconds since 1970: a timestamp is a text that begins with its date."""
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE.match(value)):
        return value
    raise PydanticKnownError("datetime_parsing", {"error": "such as 2023-02-22T15:55:47.021Z"})


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise PydanticKnownError("datetime_parsing", {"error": "its year in UTC is out of range"}) from None


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 1.0 is the integer 1."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


_Item = TypeVar("_Item")

# A JSON array. Only the container is lax, so that a list becomes a tuple; the items stay strict.
Items = Annotated[tuple[_Item, ...], Field(strict=False)]

Timestamp = Annotated[
    AwareDatetime,
    BeforeValidator(_written_out),
    AfterValidator(_in_utc),
    Field(strict=False, json_schema_extra={"format": "date-time"}),
    PlainSerializer(format_timestamp, return_type=str, when_used="json"),
]
Guid = Annotated[
    str, StringConstraints(pattern=GUID_PATTERN, to_lower=True), Field(json_schema_extra={"format": "uuid"})
]
WebUrl = Annotated[str, StringConstraints(pattern=WEB_URL_PATTERN, min_length=1, max_length=2048)]
OrderId = Annotated[str, StringConstraints(min_length=1, max_length=100), rules.PLAIN_ORDER_ID]
AS_INTEGER = BeforeValidator(_whole)
Quantity = Annotated[int, Field(ge=1, le=100_000), AS_INTEGER]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=100)]
