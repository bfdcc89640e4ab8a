from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from emulator import seeds
from emulator.documents import DatelessLoader
from emulator.documents import load as load_yaml
from emulator.domain.orders import Order
from emulator.ids import Ids
from emulator.samples import Samples
from emulator.seeds import Seed, SeedError, fixtures, load, parse, translated
from emulator.site import Setup
from emulator.sites import Sites
from tests.factories import ITEM, NOW

SHIPPED = sorted(path.stem for path in fixtures().glob("*.yaml"))
SAMPLES = Samples()


def loaded(*names: str) -> Seed:
    return load(names, SAMPLES, Ids("1"))


def parsed(document: Any) -> Seed:
    return parse(document, "", SAMPLES, Ids("1"), NOW)


def shape(value: Any) -> Any:
    """All that there is about a value: its type, the order of its fields, which of them were set, and what is below."""
    if isinstance(value, BaseModel):
        fields = [(name, shape(one)) for name, one in vars(value).items()]
        return type(value), fields, value.model_fields_set, shape(value.model_extra)
    if isinstance(value, tuple):
        return type(value), [shape(one) for one in value]
    if isinstance(value, dict):
        return [(key, shape(one)) for key, one in value.items()]
    return type(value), value, getattr(value, "tzinfo", None)


def written(folder: Path, text: str | bytes) -> str:
    path = folder / "seed.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_the_documents_and_the_demo_are_among_the_shipped_seeds() -> None:
    assert {"docs", "demo", "docs-bulk", "docs-delete"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_translation_of_a_shipped_seed_is_current(name: str) -> None:
    path = fixtures() / f"{name}.yaml"
    content = path.read_bytes()
    is_current = translated(path, content) == load_yaml(content, DatelessLoader)
    assert is_current, f"{name}.json is out of date: run `python -m tests.translated_seeds`"


def test_a_seed_that_was_changed_has_no_translation() -> None:
    path = fixtures() / "docs.yaml"
    assert translated(path, path.read_bytes() + b"#") is None


def test_a_seed_beside_which_nothing_stands_has_no_translation(tmp_path: Path) -> None:
    assert translated(tmp_path / "docs.yaml", b"") is None


def test_a_translation_that_is_cut_off_is_none(tmp_path: Path) -> None:
    (tmp_path / "docs.json").write_bytes(b'{"crc32":0,"docu')
    assert translated(tmp_path / "docs.yaml", b"") is None


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_seed_loads_with_orders_of_different_ids(name: str) -> None:
    orders = loaded(name).orders
    assert orders
    assert len({one.id for one in orders}) == len(orders)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_seed_pins_everything_so_that_it_is_the_same_in_every_run(name: str) -> None:
    assert load([name], SAMPLES, Ids("1")) == load([name], SAMPLES, Ids("2"))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_seed_is_as_if_it_were_validated(name: str) -> None:
    assert shape(loaded(name)) == shape(parsed(seeds.document(name)))


def test_a_copy_of_a_shipped_seed_is_validated(tmp_path: Path) -> None:
    for kind in ("yaml", "json"):
        text = (fixtures() / f"docs.{kind}").read_text(encoding="utf-8")
        (tmp_path / f"docs.{kind}").write_text(text.replace("APPROVED", "SHIPPED"), encoding="utf-8")
    with pytest.raises(SeedError, match=r"orders\[0\].status: must be one of .*SHIPPED"):
        loaded(str(tmp_path / "docs.yaml"))


def test_the_demo_has_a_dozen_orders_in_different_states() -> None:
    orders = loaded("demo").orders
    assert len(orders) >= 12
    assert {one.status for one in orders} >= {"APPROVED", "INITIALIZED", "CANCELED"}
    assert {one.fulfillment_status for one in orders} == {"NOT_FULFILLED", "PARTIALLY_FULFILLED", "FULFILLED"}


def test_seeds_are_merged_and_of_two_orders_with_one_id_the_later_wins() -> None:
    both, later = loaded("docs", "docs-bulk"), loaded("docs-bulk")
    by_id = {one.id: one for one in both.orders}
    assert len(both.orders) == len(loaded("docs").orders)
    assert all(by_id[one.id] == one for one in later.orders)


def test_empty_is_no_seed_at_all() -> None:
    assert loaded("empty") == loaded() == Seed()


def test_a_file_is_a_seed(tmp_path: Path) -> None:
    (order,) = loaded(written(tmp_path, "orders:\n- {id: mine, lineItems: [{quantity: 3}]}\n")).orders
    assert (order.id, order.status, order.line_items[0].quantity) == ("mine", "APPROVED", 3)


def test_dates_need_no_quotes(tmp_path: Path) -> None:
    (order,) = loaded(written(tmp_path, "orders:\n- {createdDate: 2026-01-02T03:04:05.678Z}\n")).orders
    assert order.model_dump(mode="json")["createdDate"] == "2026-01-02T03:04:05.678Z"


def test_partial_orders_are_completed() -> None:
    first, second = parsed({"orders": [{}, {"id": "mine", "number": "7"}]}).orders
    assert (first.number, first.status, first.line_items[0].id) == ("10001", "APPROVED", ITEM)
    assert (second.id, second.number) == ("mine", "7")


def test_orders_without_a_number_get_those_that_follow_and_that_no_other_has() -> None:
    orders = [{}, {"number": "7"}, {}, {"number": "10004"}, {}]
    made = parse({"orders": orders}, "", SAMPLES, Ids("1"), NOW, first_number=10_002).orders
    assert [one.number for one in made] == ["10002", "7", "10005", "10004", "10007"]


def test_from_file_to_file_order_numbers_count_on(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    first, second = (written(folder, "orders: [{}, {}]\n") for folder in folders)
    assert [one.number for one in loaded(first, second).orders] == ["10001", "10002", "10003", "10004"]
    assert [one.number for one in loaded("docs", first).orders][-2:] == ["10224", "10225"]


@pytest.mark.parametrize("document", [{}, {"orders": []}, {"orders": None}])
def test_a_document_may_have_no_orders(document: Any) -> None:
    assert parsed(document) == Seed()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("orders:\n- {status: SHIPPED}\n", "orders[0].status: must be one of 'INITIALIZED', "),
        (
            "orders:\n- {}\n- {lineItems: [{quantity: 0}]}\n",
            "orders[1].lineItems[0].quantity: must be 1 or more, got 0",
        ),
        ("orders:\n- {lineItems: [{quantity: 1}], fulfillments: [{lineItems: [{id: x}]}]}\n", "is not a valid GUID"),
        ("orders:\n- 5\n", "orders[0]: must be a mapping"),
        ("orders: {}\nx: 1\n", "x: is an unknown key; known: orders"),
        ("orders: 5\n", "orders: must be a list"),
        ("apiKeys: [{}]\n", "apiKeys[0]: must be a mapping with `key`"),
        ("apiKeys: [{key: a, scopes: [{}]}]\n", "apiKeys[0].scopes: must be a list of some of "),
        ("- 5\n", "must be a mapping"),
        ("", "must be a mapping"),
        ("orders: [\n", "while parsing a flow"),
        ("orders: !!python/object:os.system {}\n", "could not determine a constructor"),
        (b"orders: \xff\n", "invalid"),
        ("orders: [\n", " at line "),
        ("orders:\n- &a {extra: *a}\n", "line 2, column 14: *a contains itself"),
        ("orders:\n- {extra: " + "9" * 5_000 + "}\n", "limit (4300 digits)"),
        ("[" * 100_000, "is nested more than 100 levels deep"),
    ],
)
def test_a_wrong_seed_is_refused_with_file_path_and_reason(tmp_path: Path, text: str | bytes, reason: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SeedError) as refused:
        loaded(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert reason in str(refused.value)


@pytest.mark.parametrize("name", ["nowhere", "nowhere.yaml", ".", ""])
def test_an_unknown_seed_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(SeedError, match="no such seed or file; shipped seeds: demo, docs"):
        loaded(name)


def test_sites_start_with_equal_but_separate_copies() -> None:
    sites = Sites(Setup(seed=loaded("docs"), start=NOW, random_seed=1))
    one, other = sites.site("one"), sites.site("other")
    assert one.store.orders() == other.store.orders()
    before: tuple[Order, ...] = other.store.orders()
    one.store.put(before[0].model_copy(update={"number": "changed"}))
    assert other.store.orders() == before
    assert one.store.orders() != before
