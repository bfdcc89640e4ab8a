"""A file that is edited counts from the next call or event, and so does every file that imports it."""

import pytest

from emulator.cli.client import Control
from emulator.velo import VeloError
from tests.velo.conftest import Code, Start, fire

TICKETS = "wixEvents_onOrderUpdated"


def test_an_edited_function_counts_from_the_next_call(start: Start, code: Code) -> None:
    code.write("backend/price.js", "export const price = () => 1;")
    site = start(code.folder)
    assert site.call("backend/price.js:price") == 1
    code.write("backend/price.js", "export const price = () => 2;")
    assert site.call("backend/price.js:price") == 2


def test_an_edited_import_of_an_import_counts_too(start: Start, code: Code) -> None:
    code.write("backend/rate.js", "export const rate = 1;")
    code.write("backend/price.js", 'import { rate } from "./rate.js"; export const price = () => rate * 10;')
    code.write("backend/shop.js", 'import { price } from "backend/price"; export const total = () => price() + 1;')
    site = start(code.folder)
    assert site.call("backend/shop.js:total") == 11
    code.write("backend/rate.js", "export const rate = 2;")
    assert site.call("backend/shop.js:total") == 21


def test_an_edited_handler_counts_from_the_next_event(start: Start, code: Code, control: Control) -> None:
    code.write("backend/events.js", f"export const {TICKETS} = () => console.log('old');")
    site = start(code.folder)
    fire(control, TICKETS, orderNumber="A-1")
    code.write("backend/events.js", f"export const {TICKETS} = () => console.log('new');")
    fire(control, TICKETS, orderNumber="A-2")
    said = [line for line in site.output() if "|" in line]
    assert said == [f"{TICKETS} A-1 | old", f"{TICKETS} A-2 | new"]


def test_events_js_may_come_later(start: Start, code: Code, control: Control) -> None:
    code.write("backend/other.js", "export const other = 1;")
    site = start(code.folder)
    assert site.handlers == ()
    code.write("backend/events.js", f"export const {TICKETS} = () => console.log('here');")
    fire(control, TICKETS, orderNumber="A-1")
    assert f"{TICKETS} A-1 | here" in site.output()


def test_what_did_not_change_keeps_what_it_remembers(start: Start, code: Code) -> None:
    code.write("backend/count.js", "let count = 0; export const next = () => (count += 1);")
    site = start(code.folder)
    assert [site.call("backend/count.js:next") for _ in range(3)] == [1, 2, 3]
    code.write("backend/count.js", "let count = 10; export const next = () => (count += 1);")
    assert site.call("backend/count.js:next") == 11


def test_a_broken_file_says_where_and_a_mended_one_works(start: Start, code: Code) -> None:
    code.write("backend/price.js", "export const price = () => 1;")
    code.write("backend/shop.js", 'import { price } from "./price.js"; export const total = () => price();')
    site = start(code.folder)
    code.write("backend/price.js", "export const price = () => 1;\nexport const oh no;\n")

    with pytest.raises(VeloError) as broken:
        site.call("backend/shop.js:total")

    assert (
        str(broken.value) == f"SyntaxError: {code.folder}/backend/price.js:2 Missing initializer in const declaration"
    )
    assert "export const oh no;" in broken.value.stack
    code.write("backend/price.js", "export const price = () => 3;")
    assert site.call("backend/shop.js:total") == 3


def test_a_broken_events_js_does_not_keep_the_site_from_starting(start: Start, code: Code, control: Control) -> None:
    code.write("backend/events.js", f"export const {TICKETS} = () => {{")
    site = start(code.folder)
    assert site.handlers == ()
    assert any(line.startswith(f"SyntaxError: {code.folder}/backend/events.js:1 ") for line in site.output())
    code.write("backend/events.js", f"export const {TICKETS} = () => console.log('mended');")
    fire(control, TICKETS, orderNumber="A-1")
    assert f"{TICKETS} A-1 | mended" in site.output()
