"""Inputs that are nearly right: the files of a corpus, changed byte by byte and value by value."""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

# What breaks parsers: limits of numbers and texts, other encodings, and the marks of the formats themselves.
TOKENS = (
    *(b"null", b"true", b"NaN", b"Infinity", b"-0", b"1e999", b"1e-999", b"9" * 30, b"9" * 5_000, b"0.1e1", b"-1"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\x80", b"\x00", b"\\u0000", b"\\ud800", b"\xed\xa0\x80", "é\u2028😀".encode()),
    *(b"{", b"}", b"[", b"]", b'"', b":", b",", b".", b"=", b"&", b"%", b"%00", b"%FF", b"\\", b"\n", b"\r\n", b" "),
    *(b"[" * 300, b'{"a":' * 300, b"[" * 100_000, b"a" * 3_000, b'{"":', b'"id":"",', b'"id":null,'),
    *(b"$and", b"$in", b"$not", b"$eq", b"_id", b"__proto__", b"[0]", b"[999999999]", b"..", b"/", b"?", b";"),
    *(b"&a ", b"*a", b"<<: *a", b"!!python/object:os.system ", b"!!binary ", b"!!set ", b"- ", b"? ", b"---\n", b"~"),
    *(b"2023-02-22T15:55:47.021Z", b"0000-00-00T00:00:00Z", b"9999-12-31T23:59:59.999-23:59", b"0x1F", b"1_0", b"1:30"),
)
VALUES: Sequence[Any] = (
    *(
        None,
        True,
        0,
        -1,
        1.5,
        10**15,
        2**63,
        10**40,
        10**200,
        10**4_200,
        1e308,
        "",
        " ",
        "a",
        "\x00",
        "é\u2028😀",
        "a" * 3_000,
        [],
        {},
    ),
    *([[]], [None], {"": None}, {"id": None}, "9" * 5_000, "2023-02-22T15:55:47.021Z", "0001-01-01T00:00:00+23:59"),
    *("00000000-0000-0000-0000-000000000001", "http://a", "$in", {"$in": [None]}, {"$not": {}}, {"$and": [{}]}),
)
_CHANGES = (1, 1, 1, 2, 2, 3, 6)


class Text(bytes):
    """An input, shown in short."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes, {bytes(self[:200])!r}>"


class Corpus(list[bytes]):
    """The inputs to begin with, shown in short."""

    def __repr__(self) -> str:
        return f"<{len(self)} files>"


@st.composite
def mutated(draw: st.DrawFn, corpus: Corpus) -> Text:
    """A file of the corpus after a few changes, most of them of its bytes or most of them of its JSON."""
    text = corpus[draw(st.integers(0, len(corpus) - 1))]
    if draw(st.booleans()):
        text = _restructured(draw, text)
        changes = draw(st.sampled_from((0, 0, 0, 1)))
    else:
        changes = draw(st.sampled_from(_CHANGES))
    head, mark, body = text.partition(b"\n\n")
    if mark and draw(st.integers(0, 3)):  # of a request, most often the body
        return Text(head + mark + _changed(draw, body, corpus, changes))
    return Text(_changed(draw, text, corpus, changes))


def _changed(draw: st.DrawFn, text: bytes, corpus: Corpus, changes: int) -> bytes:
    for _ in range(changes):
        text = draw(st.sampled_from(_BYTE_CHANGES))(draw, text, corpus)
    return text


def _restructured(draw: st.DrawFn, text: bytes) -> bytes:
    """The text with the JSON at its end changed; as it is if there is none."""
    start = text.find(b"{")
    try:
        value = json.loads(text[start:])
    except (ValueError, RecursionError):
        return text
    for _ in range(draw(st.sampled_from(_CHANGES))):
        places = list(_places(value))
        if not places:
            break
        container, key = places[draw(st.integers(0, len(places) - 1))]
        draw(st.sampled_from(_VALUE_CHANGES))(draw, container, key)
    return text[:start] + json.dumps(value, ensure_ascii=draw(st.booleans())).encode(errors="surrogatepass")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container below, with a key or index of it."""
    keys: Sequence[Any] = (
        list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _drop(_: st.DrawFn, container: Any, key: Any) -> None:
    del container[key]


def _retype(draw: st.DrawFn, container: Any, key: Any) -> None:
    container[key] = copy.deepcopy(VALUES[draw(st.integers(0, len(VALUES) - 1))])


def _nest(draw: st.DrawFn, container: Any, key: Any) -> None:
    container[key] = draw(st.sampled_from((lambda one: [one], lambda one: {"a": one}, lambda one: [one] * 30)))(
        container[key]
    )


def _rename(draw: st.DrawFn, container: Any, key: Any) -> None:
    if isinstance(container, dict):
        container[draw(st.sampled_from(("", "a", "id", "$eq", "$or", f"{key} ", "\x00", "é")))] = container.pop(key)


def _stray(draw: st.DrawFn, container: Any, key: Any) -> None:
    container[key] = draw(st.text(max_size=8) | st.integers() | st.floats(allow_nan=False))


_VALUE_CHANGES: Sequence[Callable[[st.DrawFn, Any, Any], None]] = (_drop, _retype, _retype, _nest, _rename, _stray)


def _cut(draw: st.DrawFn, text: bytes) -> tuple[bytes, bytes, bytes]:
    start = draw(st.integers(0, len(text)))
    end = min(len(text), start + draw(st.integers(0, 40)))
    return text[:start], text[start:end], text[end:]


def _insert(draw: st.DrawFn, text: bytes, _: Corpus) -> bytes:
    before, _replaced, after = _cut(draw, text)
    return before + draw(st.sampled_from(TOKENS)) + after


def _flip(draw: st.DrawFn, text: bytes, _: Corpus) -> bytes:
    before, middle, after = _cut(draw, text)
    return before + draw(st.binary(max_size=max(1, len(middle)))) + after


def _repeat(draw: st.DrawFn, text: bytes, _: Corpus) -> bytes:
    before, middle, after = _cut(draw, text)
    return before + middle * draw(st.sampled_from((2, 3, 50))) + after


def _truncate(draw: st.DrawFn, text: bytes, _: Corpus) -> bytes:
    return text[: draw(st.integers(0, len(text)))]


def _splice(draw: st.DrawFn, text: bytes, corpus: Corpus) -> bytes:
    other = corpus[draw(st.integers(0, len(corpus) - 1))]
    return text[: draw(st.integers(0, len(text)))] + other[draw(st.integers(0, len(other))) :]


_BYTE_CHANGES: Sequence[Callable[[st.DrawFn, bytes, Corpus], bytes]] = (
    *(_insert, _insert, _flip, _repeat, _truncate, _splice),
)
