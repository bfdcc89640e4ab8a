"""YAML is read within limits."""

import pytest
import yaml

from emulator.documents import DEPTH_MAX, DocumentError, load

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def loaded(text: str | bytes) -> object:
    return load(text.encode() if isinstance(text, str) else text, yaml.CSafeLoader)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: [1, {b: c}]", {"a": [1, {"b": "c"}]}),
        ('{"a": null}', {"a": None}),
        ("a: &a 1\nb: *a", {"a": 1, "b": 1}),
        ("a: &a {b: 1}\nc: {<<: *a, d: 2}", {"a": {"b": 1}, "c": {"b": 1, "d": 2}}),
        ("", None),
    ],
)
def test_a_document_is_read(text: str, value: object) -> None:
    assert loaded(text) == value


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_a_document_can_be_nested_so_far_and_no_further(opening: str, closing: str) -> None:
    assert loaded(opening * DEPTH_MAX + closing * DEPTH_MAX)
    with pytest.raises(DocumentError, match="nested more than 100 levels deep"):
        loaded(opening * (DEPTH_MAX + 1) + closing * (DEPTH_MAX + 1))


def chain(levels: int) -> str:
    """A list whose last item is nested so deep, one alias in the next."""
    return "[&a0 [], " + ", ".join(f"&a{level} [*a{level - 1}]" for level in range(1, levels)) + "]"


def test_what_aliases_stand_for_counts_as_nested() -> None:
    assert loaded(chain(DEPTH_MAX - 1))
    with pytest.raises(DocumentError, match="nested more than 100 levels deep"):
        loaded(chain(DEPTH_MAX))


def test_what_an_alias_stands_for_counts_from_where_the_alias_is() -> None:
    named = "&a " + "[" * 60 + "]" * 60
    assert loaded(f"[{named}, {'[' * 39}*a{']' * 39}]")
    with pytest.raises(DocumentError, match="nested more than 100 levels deep"):
        loaded(f"[{named}, {'[' * 40}*a{']' * 40}]")


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000 + "a"])
def test_no_nesting_crashes_the_reader(text: str) -> None:
    with pytest.raises(DocumentError, match="line 1, column"):
        loaded(text)


@pytest.mark.parametrize("text", ["&a [*a]", "a: &a {b: [*a]}", "&a {? *a : 1}"])
def test_what_contains_itself_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match=r"\*a contains itself"):
        loaded(text)


def test_aliases_that_grow_out_of_hand_are_refused() -> None:
    with pytest.raises(DocumentError, match="line 6, column 8: aliases stand for more than 100000 values"):
        loaded(LAUGHS)


def test_aliases_that_do_not_are_fine() -> None:
    assert loaded("a: &a [1, 2]\nb: [" + "*a, " * 1_000 + "]")


@pytest.mark.parametrize(
    "text", ["a: *b", "a: [", "!!python/object:os.system []", "a: 1\n---\nb: 2", b"a: \xe9", b"\x00"]
)
def test_what_is_no_document_is_refused(text: str | bytes) -> None:
    with pytest.raises(DocumentError, match=r"\w"):
        loaded(text)


@pytest.mark.parametrize("text", ["a: " + "9" * 5_000, "!!bool x", "!!int ''", "!!int x", "!!float x", "!!timestamp x"])
def test_a_value_that_its_type_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        loaded(text)
