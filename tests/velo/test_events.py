"""events.js: what the handlers of documents 000 and 004 get, in which order, and what an error in one comes to."""

from typing import Any

import pytest

from emulator.cli.client import Control
from emulator.velo import VeloSite
from tests.documents import document
from tests.velo.conftest import SAMPLES, Code, Start, fire

FULFILLMENTS = "wixEcom_onFulfillmentsUpdated"
TICKETS = "wixEvents_onOrderUpdated"
ORDER = "a6c3a817-579d-4cb5-8521-2fe53b2c4bf1"

RECORDING = """
    const events = [];
    export const received = () => events;
    export function wixEcom_onFulfillmentsUpdated(event) { events.push(event); }
    export const wixEvents_onOrderUpdated = async (event) => { events.push(event); };
"""


@pytest.fixture
def samples(start: Start) -> VeloSite:
    """The site with the samples' code."""
    return start(SAMPLES)


@pytest.fixture
def recording(start: Start, code: Code) -> VeloSite:
    """A site whose handlers remember what they got."""
    code.write("backend/events.js", RECORDING)
    return start(code.folder)


@pytest.mark.rule("R309", "R505")
def test_fulfillments_updated_arrives_in_the_shape_of_document_000(recording: VeloSite, control: Control) -> None:
    documented = document("000")
    (delivery,) = fire(control, FULFILLMENTS, fulfillments=on_the_wire(documented["entity"]["fulfillments"]))

    (received,) = recording.call("backend/events.js:received")

    assert delivery["status"] == "delivered"
    assert received["metadata"].keys() == documented["metadata"].keys()
    assert received["metadata"]["id"] == delivery["event"]["id"]
    assert received["entity"] == documented["entity"] | {"orderId": delivery["entityId"]}


@pytest.mark.rule("R310")
def test_a_ticket_order_arrives_exactly_as_in_document_004(recording: VeloSite, control: Control) -> None:
    fire(control, TICKETS, **document("004"))
    assert recording.call("backend/events.js:received") == [document("004")]


def test_the_handler_of_document_000_runs_on_a_change_by_the_site_s_own_code(
    samples: VeloSite, control: Control
) -> None:
    parcel = {"lineItems": [{"_id": "00000000-0000-0000-0000-000000000001", "quantity": 1}]}
    created = samples.call("backend/fulfillments.js:myCreateFulfillmentFunction", ORDER, parcel)
    control.call("POST", "settle", {})

    shown = [line for line in samples.output() if line.startswith(FULFILLMENTS)]

    assert shown[0].startswith(f"{FULFILLMENTS} {ORDER} | Fulfillment updated ")
    assert created["fulfillmentId"] in shown[0]
    (delivery,) = control.call("GET", "deliveries")["deliveries"]
    assert shown[1] == f"{FULFILLMENTS} {ORDER} -> 200 (event {delivery['event']['id']})"


@pytest.mark.rule("R509")
def test_the_handler_of_document_004_mails_the_buyer_of_a_canceled_order(samples: VeloSite, control: Control) -> None:
    (delivery,) = fire(control, TICKETS, status="CANCELED", **{"invoice.grandTotal": "123.00"})

    (email,) = samples.emails()

    assert delivery["status"] == "delivered"
    buyer = delivery["event"]["contactId"]
    assert {"emailId": "myEmail", "contactId": buyer, "variables": {}} == {
        key: email[key] for key in email if key != "at"
    }
    number = delivery["event"]["orderNumber"]
    assert f"{TICKETS} {number} | Email sent to contact {buyer}" in samples.output()


def test_the_handler_of_document_004_mails_nobody_otherwise(samples: VeloSite, control: Control) -> None:
    (delivery,) = fire(control, TICKETS, status="PAID")
    assert delivery["status"] == "delivered"
    assert samples.emails() == []


@pytest.mark.rule("R509")
def test_an_email_that_the_handler_does_not_wait_for_is_recorded_all_the_same(
    start: Start, code: Code, control: Control
) -> None:
    code.write(
        "backend/events.js",
        """
        import { triggeredEmails } from "wix-crm-backend";
        export function wixEvents_onOrderUpdated(event) {
          triggeredEmails.emailContact("first", event.contactId, { variables: { name: event.firstName } })
            .then(() => triggeredEmails.emailContact("second", event.contactId));
        }
        """,
    )
    site = start(code.folder)
    fire(control, TICKETS, contactId="c1", firstName="Jane")
    sent = [(email["emailId"], email["contactId"], email["variables"]) for email in site.emails()]
    assert sent == [("first", "c1", {"name": "Jane"}), ("second", "c1", {})]


@pytest.mark.rule("R508")
def test_one_event_is_handled_after_the_other_however_long_each_takes(
    start: Start, code: Code, control: Control
) -> None:
    code.write(
        "backend/events.js",
        """
        let turns = 40;
        export async function wixEvents_onOrderUpdated(event) {
          console.log("begin", event.orderNumber);
          for (let turn = (turns -= 10); turn > 0; turn -= 1) await new Promise(setImmediate);
          console.log("end", event.orderNumber);
        }
        """,
    )
    site = start(code.folder)
    for number in ("A", "B", "C"):
        control.call("POST", "events", {"eventType": TICKETS, "set": {"orderNumber": number}})
    control.call("POST", "settle", {})

    said = [line.partition(" | ")[2] for line in site.output() if " | " in line]

    assert said == ["begin A", "end A", "begin B", "end B", "begin C", "end C"]


@pytest.mark.rule("R508")
@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("null.entity;", "TypeError: Cannot read properties of null (reading 'entity')"),
        ("return Promise.reject(new RangeError('too far'));", "RangeError: too far"),
        ("throw undefined;", "Error: wixEvents_onOrderUpdated threw undefined"),
        ("throw 0;", "Error: wixEvents_onOrderUpdated threw 0"),
    ],
)
def test_an_error_is_shown_with_its_event_and_fails_the_delivery(
    start: Start, code: Code, control: Control, statement: str, shown: str
) -> None:
    code.write("backend/events.js", f"export function {TICKETS}(event) {{ {statement} }}")
    site = start(code.folder)

    (delivery,) = fire(control, TICKETS, orderNumber="A-1")

    assert delivery["status"] == "waiting"
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500]
    assert f"{TICKETS} A-1 | {shown}" in site.output()
    assert f"{TICKETS} A-1 -> 500" in site.output()


@pytest.mark.rule("R508")
def test_a_mended_handler_gets_the_failed_event_again(start: Start, code: Code, control: Control) -> None:
    code.write("backend/events.js", f"export function {TICKETS}() {{ throw new Error('not yet'); }}")
    site = start(code.folder)
    (failed,) = fire(control, TICKETS, orderNumber="A-1")

    code.write("backend/events.js", f"export function {TICKETS}(event) {{ console.log('now', event.orderNumber); }}")
    control.call("POST", "clock/advance", {"seconds": 60})

    delivery = control.call("GET", f"deliveries/{failed['id']}")
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 200]
    assert f"{TICKETS} A-1 | now A-1" in site.output()


@pytest.mark.rule("R508")
def test_a_handler_that_is_too_late_for_its_delivery_does_not_run_again(
    start: Start, code: Code, control: Control
) -> None:
    code.write(
        "backend/events.js",
        f"""
        let runs = 0, finish;
        export const run = () => {{ finish(); return runs; }};
        export function {TICKETS}() {{
          runs += 1;
          return new Promise((resolve) => {{ finish = resolve; }});
        }}
        """,
    )
    site = start(code.folder)
    (late,) = fire(control, TICKETS)
    assert late["attempts"][0]["error"] == "no answer within 1250 ms"

    site.call("backend/events.js:run")
    control.call("POST", "clock/advance", {"seconds": 60})

    delivery = control.call("GET", f"deliveries/{late['id']}")
    assert [attempt["status"] for attempt in delivery["attempts"]] == [None, 200]
    assert site.call("backend/events.js:run") == 1


@pytest.mark.rule("R508")
def test_a_duplicate_of_an_event_is_handled_twice(recording: VeloSite, control: Control) -> None:
    control.call("POST", "events", {"eventType": TICKETS, "chaos": "duplicate"})
    control.call("POST", "settle", {})
    first, second = recording.call("backend/events.js:received")
    assert first == second


def test_the_stack_of_an_error_is_that_of_the_site_s_code(start: Start, code: Code, control: Control) -> None:
    code.write("backend/deep.js", "export const deep = () => null.x;")
    code.write("backend/events.js", f'import {{ deep }} from "backend/deep.js"; export const {TICKETS} = () => deep();')
    site = start(code.folder)
    fire(control, TICKETS, orderNumber="A-1")
    frames = [line.partition("| ")[2].strip() for line in site.output() if "    at " in line]
    folder = (code.folder / "backend").as_uri()
    assert frames[0] == f"at deep ({folder}/deep.js:1:32)"
    assert all(folder in frame for frame in frames)


def test_an_event_that_nobody_handles_is_no_failure(start: Start, code: Code, control: Control) -> None:
    code.write("backend/events.js", f"export const {TICKETS} = 'no function';")
    site = start(code.folder)
    (delivery,) = fire(control, TICKETS)
    assert delivery["status"] == "delivered"
    assert site.output() == []


def test_a_site_knows_its_handlers_and_those_that_are_never_called(start: Start, code: Code) -> None:
    code.write("backend/events.js", RECORDING + "\n export function wixEcom_onFulfilmentUpdated() {}")
    site = start(code.folder)
    assert site.handlers == (FULFILLMENTS, "wixEcom_onFulfilmentUpdated", TICKETS)
    assert site.unknown_handlers == ("wixEcom_onFulfilmentUpdated",)
    assert FULFILLMENTS in site.known_handlers


def test_a_closed_site_is_subscribed_no_more(start: Start, control: Control) -> None:
    site = start(SAMPLES)
    (subscription,) = control.call("GET", "webhooks")["webhooks"]
    assert subscription["format"] == "velo"
    assert subscription["url"].startswith("http://127.0.0.1:")
    site.close()
    assert control.call("GET", "webhooks")["webhooks"] == []


def test_a_site_without_events_is_not_subscribed(start: Start, control: Control) -> None:
    start(SAMPLES, events=False)
    assert control.call("GET", "webhooks")["webhooks"] == []


def on_the_wire(fulfillments: Any) -> Any:
    if isinstance(fulfillments, list):
        return [on_the_wire(one) for one in fulfillments]
    if not isinstance(fulfillments, dict):
        return fulfillments
    return {key.removeprefix("_"): on_the_wire(value) for key, value in fulfillments.items()}
