"""A request's headers are read once for all requests that have the same ones, and told apart from all others."""

import pytest

from emulator.api.credentials import Guard
from emulator.api.heads import Heads

GET = [(b"host", b"localhost"), (b"user-agent", b"test")]


@pytest.fixture
def heads() -> Heads:
    return Heads(Guard("open", "secret", {}))


def test_it_tells_what_was_sent_by_name(heads: Heads) -> None:
    head = heads.read(GET)
    assert dict(head.by_name) == {"host": "localhost", "user-agent": "test"}
    assert head.raw == tuple(GET)
    assert head.size == len("hostlocalhostuser-agenttest")


def test_of_a_repeated_header_the_last_one_counts(heads: Heads) -> None:
    assert heads.read([(b"wix-site-id", b"a"), (b"wix-site-id", b"b")]).site_id == "b"


def test_the_same_headers_are_read_once(heads: Heads) -> None:
    assert heads.read(list(GET)) is heads.read(list(GET))


@pytest.mark.parametrize(
    "other",
    [GET[:1], [*GET, (b"wix-site-id", b"a")], GET[::-1], [(b"host", b"localhost"), (b"user-agent", b"tesT")]],
    ids=["one less", "one more", "another order", "another value"],
)
def test_other_headers_are_others(heads: Heads, other: list[tuple[bytes, bytes]]) -> None:
    heads.read(GET)
    assert heads.read(other).raw == tuple(other)


def test_long_headers_are_not_kept(heads: Heads) -> None:
    long = [(b"cookie", b"x" * 5_000)]
    assert heads.read(long) is not heads.read(long)
    assert heads.read(long) == heads.read(long)


def test_a_great_many_headers_are_not_kept(heads: Heads) -> None:
    many = [(b"x", b"")] * 1_000
    assert heads.read(many) is not heads.read(many)


def test_of_many_different_ones_not_all_are_kept(heads: Heads) -> None:
    first = heads.read(GET)
    for number in range(1_000):
        heads.read([(b"traceparent", b"%d" % number)])
    assert heads.read(GET) is not first


@pytest.mark.parametrize(
    ("header", "announces"),
    [((b"content-length", b"2"), True), ((b"transfer-encoding", b"chunked"), True), ((b"content-type", b"a/b"), False)],
)
def test_it_tells_whether_a_body_follows(heads: Heads, header: tuple[bytes, bytes], announces: bool) -> None:
    assert heads.read([*GET, header]).announces_body == announces
