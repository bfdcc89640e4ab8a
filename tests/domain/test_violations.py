import re
from typing import Annotated, Any, Literal

import pytest
from jsonschema_rs import Draft202012Validator
from pydantic import Field, TypeAdapter, ValidationError, field_validator

from emulator.domain.refusals import Violation
from emulator.domain.violations import field_path, violated, violations_of
from emulator.domain.wire import WEB_URL_PATTERN, Guid, Items, ShortText, WebUrl, WireModel

ITEM_GUID = "00000000-0000-0000-0000-000000000001"


class Part(WireModel):
    size: Annotated[int, Field(ge=1, le=5)] = 1
    serial_id: Guid | None = None


class Thing(WireModel):
    name: ShortText | None = None
    home_page: WebUrl | None = None
    weight: float = 1
    is_new: bool = False
    colour: Literal["red", "blue"] = "red"
    parts: Annotated[Items[Part], Field(min_length=1, max_length=2)] = (Part(),)
    labels: Annotated[dict[str, str], Field(max_length=1)] = Field(default_factory=dict)
    best_part: Part | None = None
    lucky: int = 1

    @field_validator("lucky")
    @classmethod
    def _is_lucky(cls, value: int) -> int:
        if value == 13:
            raise violated("OTHER", "brings bad luck", {"value": value})
        return value


class Shelf(WireModel):
    thing: Thing


def violations(**fields: Any) -> list[Violation]:
    with pytest.raises(ValidationError) as refused:
        Thing.model_validate(fields)
    return violations_of(refused.value)


@pytest.mark.rule("R201")
@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("name", 5, Violation("name", "must be a string, got 5", "FORMAT", {"type": "STRING"})),
        ("name", "", Violation("name", "has size 0, expected 1 or more", "MIN_LENGTH", {"threshold": 1})),
        ("name", "x" * 101, Violation("name", "has size 101, expected 100 or less", "MAX_LENGTH", {"threshold": 100})),
        (
            "homePage",
            "ftp://a.example",
            Violation("homePage", "is not a valid web URL (http:// or https://)", "FORMAT", {"type": "WEB_URL"}),
        ),
        ("weight", "heavy", Violation("weight", 'must be a number, got "heavy"', "FORMAT", {"type": "DOUBLE"})),
        ("isNew", 1, Violation("isNew", "must be true or false, got 1", "FORMAT", {"type": "BOOL"})),
        ("colour", "Red", Violation("colour", "must be one of 'red' or 'blue', got \"Red\"", "INVALID_ENUM_VALUE")),
        ("colour", {}, Violation("colour", "must be one of 'red' or 'blue', got an object", "INVALID_ENUM_VALUE")),
        ("parts", {}, Violation("parts", "must be an array, got an object", "FORMAT", {"type": "ARRAY"})),
        ("parts", [], Violation("parts", "has size 0, expected 1 or more", "MIN_SIZE", {"threshold": 1})),
        ("parts", [{}] * 3, Violation("parts", "has size 3, expected 2 or less", "MAX_SIZE", {"threshold": 2})),
        ("parts", [5], Violation("parts[0]", "must be an object, got 5", "FORMAT", {"type": "OBJECT"})),
        ("labels", [], Violation("labels", "must be an object, got an array", "FORMAT", {"type": "OBJECT"})),
        (
            "labels",
            {"a": "", "b": ""},
            Violation("labels", "has size 2, expected 1 or less", "MAX_SIZE", {"threshold": 1}),
        ),
        ("labels", {"a": 1}, Violation("labels.a", "must be a string, got 1", "FORMAT", {"type": "STRING"})),
        ("lucky", None, Violation("lucky", "must not be empty", "REQUIRED_FIELD")),
        ("lucky", 13, Violation("lucky", "brings bad luck", "OTHER", {"value": 13})),
        ("lucky", True, Violation("lucky", "must be an integer, got true", "FORMAT", {"type": "INT32"})),
        ("lucky", 1.5, Violation("lucky", "must be an integer, got 1.5", "FORMAT", {"type": "INT32"})),
    ],
)
def test_a_wrong_value_becomes_a_violation_in_wix_words(field: str, value: Any, expected: Violation) -> None:
    assert violations(**{field: value}) == [expected]


@pytest.mark.rule("R201")
@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"size": 0}, Violation("parts[1].size", "must be 1 or more, got 0", "MIN", {"threshold": 1})),
        ({"size": 6}, Violation("parts[1].size", "must be 5 or less, got 6", "MAX", {"threshold": 5})),
        ({"serialId": "x"}, Violation("parts[1].serialId", "is not a valid GUID", "FORMAT", {"type": "GUID"})),
    ],
)
def test_a_violation_inside_an_array_names_its_index(part: dict[str, Any], expected: Violation) -> None:
    assert violations(parts=[{}, part]) == [expected]


@pytest.mark.rule("R201")
def test_a_missing_field_is_a_violation_by_its_wire_name() -> None:
    with pytest.raises(ValidationError) as refused:
        Shelf.model_validate({})
    assert violations_of(refused.value) == [Violation("thing", "must not be empty", "REQUIRED_FIELD")]


@pytest.mark.rule("R201")
def test_all_violations_are_reported_at_once_in_the_order_of_the_fields() -> None:
    found = violations(name="", isNew="no", parts=[{"size": 0, "serialId": 1}], bestPart=[])
    assert [one.field for one in found] == ["name", "isNew", "parts[0].size", "parts[0].serialId", "bestPart"]


def test_an_array_is_not_too_short_because_its_items_are_wrong() -> None:
    assert [one.field for one in violations(parts=[{"size": 0}])] == ["parts[0].size"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (10**30, "a number beyond 64 bits"),
        (2**64 - 1, str(2**64 - 1)),
        (["a"], "an array"),
        ({"a": 1}, "an object"),
        (False, "false"),
        ("x" * 200, '"' + "x" * 59 + "…"),
    ],
)
def test_a_description_shows_the_value_in_short(value: Any, shown: str) -> None:
    kind = violations(colour=value)[0].description
    assert kind.endswith(f"got {shown}")


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ((), ""),
        (("fulfillment",), "fulfillment"),
        (("fulfillment", "lineItems", 0, "quantity"), "fulfillment.lineItems[0].quantity"),
        ((0, 1, "id"), "[0][1].id"),
    ],
)
def test_a_location_is_written_as_wix_does(location: tuple[int | str, ...], path: str) -> None:
    assert field_path(location) == path


@pytest.mark.rule("R209")
def test_a_guid_is_kept_in_lower_case() -> None:
    assert Part(serial_id=ITEM_GUID.upper().replace("1", "A")).serial_id == ITEM_GUID.replace("1", "a")


@pytest.mark.parametrize(
    "text",
    [
        "",
        ITEM_GUID[:-1],
        ITEM_GUID + "0",
        ITEM_GUID + "\n",
        f"{{{ITEM_GUID}}}",
        ITEM_GUID.replace("-", ""),
        ITEM_GUID.replace("0", "g"),
        ITEM_GUID.replace("0", "\u0660"),
        f" {ITEM_GUID}",
    ],
)
def test_what_is_no_guid_is_refused(text: str) -> None:
    assert violations(parts=[{"serialId": text}])[0].data == {"type": "GUID"}


@pytest.mark.parametrize(
    "url",
    ["http://a", "https://a.example/b?c=d#e", "HTTPS://A.EXAMPLE", "http://a:80/", "http://[::1]/", "https://ü.de?x"],
)
def test_a_web_url_is_accepted(url: str) -> None:
    assert Thing(home_page=url).home_page == url


@pytest.mark.parametrize(
    "url",
    [
        "a.example",
        "//a.example",
        "ftp://a",
        "javascript:alert(1)",
        "http://",
        "http:///path",
        "http://a b",
        "http://a/ b",
        " http://a",
        "http://a\n",
        "http://a/\n",
        "http://a\x85",
        "http://a/\ufeff",
        "http://a/\x1f",
    ],
)
def test_what_is_no_web_url_is_refused(url: str) -> None:
    assert violations(homePage=url)[0].data == {"type": "WEB_URL"}


@pytest.mark.parametrize("template", ["http://a{}b", "http://a/{}"])
def test_the_pattern_of_a_web_url_means_the_same_to_whoever_reads_the_contract(template: str) -> None:
    schema = Draft202012Validator({"pattern": WEB_URL_PATTERN})  # knows another dialect of regular expressions
    thing = TypeAdapter(WebUrl)
    for code in [*range(0x100), 0x1680, *range(0x2000, 0x2030), 0x205F, 0x3000, 0xFEFF, 0x1F600]:
        url = template.format(chr(code))
        try:
            is_accepted = bool(thing.validate_python(url))
        except ValidationError:
            is_accepted = False
        assert schema.is_valid(url) == is_accepted == (re.search(WEB_URL_PATTERN + r"\Z", url) is not None), code
