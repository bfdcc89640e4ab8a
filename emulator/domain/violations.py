"""Pydantic's findings in Wix's vocabulary: which field, what is wrong, which `violatedRule`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from emulator.domain.forms import rule_at
from emulator.domain.refusals import Violation
from emulator.domain.rules import Rule
from emulator.domain.wire import DECIMAL_PATTERN, GUID_PATTERN, WEB_URL_PATTERN

_FORMATS = {GUID_PATTERN: "GUID", WEB_URL_PATTERN: "WEB_URL", DECIMAL_PATTERN: "DECIMAL_VALUE"}
_FORMAT_NAMES = {
    "GUID": "GUID",
    "WEB_URL": "web URL (http:// or https://)",
    "DECIMAL_VALUE": 'decimal in a string, such as "12.50"',
}
_TYPES = {
    "string_type": ("STRING", "a string"),
    "int_type": ("INT32", "an integer"),
    "int_parsing": ("INT32", "an integer"),
    "float_type": ("DOUBLE", "a number"),
    "bool_type": ("BOOL", "true or false"),
    "bool_parsing": ("BOOL", "true or false"),
    "dict_type": ("OBJECT", "an object"),
    "model_type": ("OBJECT", "an object"),
    "tuple_type": ("ARRAY", "an array"),
    "list_type": ("ARRAY", "an array"),
}
_SHOWN_MAX = 60


def violated(
    field_rule: str, description: str, data: Mapping[str, Any] | None = None, *, rule: Rule | None = None
) -> PydanticCustomError:
    """What a validator of ours raises to report a violation with this `violatedRule` and description, and the rule that
    it is one of, where that is another than the field's."""
    told = {"violated_rule": field_rule, "description": description, "data": data, "rule": rule}
    return PydanticCustomError("violation", "{description}", told)


def violations_of(error: ValidationError, model: type[BaseModel] | None = None) -> list[Violation]:
    """All violations that the error reports, in the order of the request's fields; of a request's model, each by the
    rule that states how its field must look."""
    return [
        violation if model is None else violation._replace(rule=_rule(details, model))
        for details in error.errors(include_url=False)
        for violation in _translate(details)
    ]


def first_violation(error: ValidationError) -> str:
    """The first of them in a line, such as `orders[0].id must not be empty`."""
    violation = violations_of(error)[0]
    return f"{violation.field} {violation.description}".strip()


def field_path(location: Sequence[int | str]) -> str:
    """A location as Wix writes it: `fulfillment.lineItems[0].quantity`."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def _rule(details: ErrorDetails, model: type[BaseModel]) -> Rule:
    rule: Rule | None = details.get("ctx", {}).get("rule")
    return rule or rule_at(model, details["loc"])


def _translate(details: ErrorDetails) -> Iterator[Violation]:
    field, value, context = field_path(details["loc"]), details["input"], details.get("ctx", {})
    kind = details["type"]
    if value is None or kind == "missing":
        yield Violation(field, "must not be empty", "REQUIRED_FIELD")
    elif kind in _TYPES:
        type_name, phrase = _TYPES[kind]
        yield Violation(field, f"must be {phrase}, got {_shown(value)}", "FORMAT", {"type": type_name})
    elif kind in _BOUNDS:
        bound = _BOUNDS[kind](value, context)
        if bound is not None:
            yield Violation(field, *bound)
    else:
        yield Violation(field, *_other(kind, value, context, details["msg"]))


def _other(
    kind: str, value: Any, context: Mapping[str, Any], message: str
) -> tuple[str, str, Mapping[str, Any] | None]:
    if kind == "violation":
        return context["description"], context["violated_rule"], context["data"]
    if kind == "string_pattern_mismatch":
        format_name = _FORMATS[context["pattern"]]
        return f"is not a valid {_FORMAT_NAMES[format_name]}", "FORMAT", {"type": format_name}
    if kind == "literal_error":
        return f"must be one of {context['expected']}, got {_shown(value)}", "INVALID_ENUM_VALUE", None
    return message[:1].lower() + message[1:], "FORMAT", None


_Bound = tuple[str, str, Mapping[str, Any]] | None


def _sized(rule: str, limit_key: str, relation: str) -> Callable[[Any, Mapping[str, Any]], _Bound]:
    def bound(value: Any, context: Mapping[str, Any]) -> _Bound:
        limit, size = context[limit_key], len(value)
        # Pydantic counts valid items only; an array that is too short for that reason alone is no violation.
        if rule == "MIN_SIZE" and size >= limit:
            return None
        return f"has size {size}, expected {limit} or {relation}", rule, {"threshold": limit}

    return bound


def _ranged(rule: str, limit_key: str, relation: str) -> Callable[[Any, Mapping[str, Any]], _Bound]:
    def bound(value: Any, context: Mapping[str, Any]) -> _Bound:
        limit = context[limit_key]
        return f"must be {limit} or {relation}, got {_shown(value)}", rule, {"threshold": limit}

    return bound


_BOUNDS: Mapping[str, Callable[[Any, Mapping[str, Any]], _Bound]] = {
    "string_too_short": _sized("MIN_LENGTH", "min_length", "more"),
    "string_too_long": _sized("MAX_LENGTH", "max_length", "less"),
    "too_short": _sized("MIN_SIZE", "min_length", "more"),
    "too_long": _sized("MAX_SIZE", "max_length", "less"),
    "greater_than_equal": _ranged("MIN", "ge", "more"),
    "less_than_equal": _ranged("MAX", "le", "less"),
}


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "an array"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > 64:
        return "a number beyond 64 bits"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN_MAX else text[:_SHOWN_MAX] + "…"
