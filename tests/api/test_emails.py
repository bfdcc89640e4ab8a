"""The record of triggered e-mails: what Velo code sends, a test reads."""

from typing import Any

import pytest
from starlette.testclient import TestClient

EMAIL: dict[str, Any] = {"emailId": "myEmail", "contactId": "c1", "variables": {"name": "Jane"}}


def emails(api: TestClient, site: str | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/_emulator/emails", params={"site": site} if site else {}).json()["emails"]
    return found


@pytest.mark.rule("R509")
def test_emails_are_listed_oldest_first_with_their_time(api: TestClient) -> None:
    api.put("/_emulator/clock", json={"now": "2026-01-01T00:00:00Z"})
    recorded = api.post("/_emulator/emails", json=EMAIL)
    api.post("/_emulator/emails", json={"emailId": "other", "contactId": "c2"})
    assert recorded.status_code == 200
    at = {"at": "2026-01-01T00:00:00.000Z"}
    assert emails(api) == [EMAIL | at, {"emailId": "other", "contactId": "c2", "variables": {}} | at]
    assert recorded.json() == EMAIL | at


def test_emails_belong_to_a_site_and_end_with_a_reset(api: TestClient) -> None:
    api.post("/_emulator/emails", json=EMAIL, headers={"wix-site-id": "shop"})
    assert emails(api) == []
    assert len(emails(api, "shop")) == 1
    api.post("/_emulator/reset", headers={"wix-site-id": "shop"})
    assert emails(api, "shop") == []


def test_the_newest_thousand_emails_are_kept(api: TestClient) -> None:
    for number in range(1_001):
        api.post("/_emulator/emails", json=EMAIL | {"emailId": str(number)})
    kept = emails(api)
    assert (kept[0]["emailId"], len(kept)) == ("1", 1_000)


@pytest.mark.parametrize("wrong", [{"emailId": ""}, {"contactId": None}, {"contactId": "c" * 101}, {"variables": []}])
def test_an_email_without_its_ids_is_refused(api: TestClient, wrong: dict[str, Any]) -> None:
    answer = api.post("/_emulator/emails", json=EMAIL | wrong)
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["details"]["validationError"]["fieldViolations"]] == list(wrong)
    assert emails(api) == []
