"""The emulator in this process, with a state file: saved at its end, and refused before it begins."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from emulator.api.gateway import Gateway
from emulator.app import create_app
from emulator.domain.credentials import read_token
from emulator.durability.file import StateFileError
from emulator.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state=tmp_path / "state.db", seed=("docs",), check_responses=True)


def test_what_is_not_written_yet_is_written_at_the_end(settings: Settings) -> None:
    with TestClient(create_app(settings)) as client:
        (made,) = client.post("/_emulator/orders").json()["orders"]
    with TestClient(create_app(settings)) as client:
        assert client.get(f"/ecom/v1/orders/{made['id']}").json()["order"]["number"] == made["number"]


def test_every_site_that_changed_is_alive_again_and_no_other(settings: Settings) -> None:
    with TestClient(create_app(settings)) as client:
        client.post("/_emulator/orders?site=changed")
        client.get("/_emulator/summary?site=looked-at")
    with TestClient(create_app(settings)) as client:
        alive = [site["id"] for site in client.get("/_emulator/sites?site=changed").json()["sites"]]
        assert alive == ["changed"]


def test_a_restored_snapshot_and_a_reset_are_kept(settings: Settings) -> None:
    with TestClient(create_app(settings)) as client:
        client.post("/_emulator/orders?site=a")
        document = client.get("/_emulator/state?site=a").json()
        restored = client.put("/_emulator/state?site=b", json=document).json()["fingerprint"]
        fresh = client.post("/_emulator/reset?site=a").json()["fingerprint"]
    app = create_app(settings)
    assert [app.emulator.sites.site(name).fingerprint() for name in "ab"] == [fresh, restored]
    with TestClient(app):
        pass


@pytest.mark.parametrize("changed", [{"seed": ("docs", "demo")}, {"rate_limit": 1}, {"random_seed": 7}])
def test_a_kept_site_stays_as_it_is_when_settings_change(settings: Settings, changed: dict[str, object]) -> None:
    with TestClient(create_app(settings)) as client:
        client.post("/_emulator/orders")
    kept = create_app(settings)
    before = kept.emulator.sites.site().fingerprint()
    with TestClient(kept):
        pass
    app = create_app(settings.model_copy(update=changed))
    assert app.emulator.sites.site().fingerprint() == before
    with TestClient(app):
        pass


def test_a_row_that_cannot_be_read_is_refused_at_the_start_and_the_file_stays_as_it_is(settings: Settings) -> None:
    assert settings.state is not None
    with TestClient(create_app(settings)) as client:
        (made,) = client.post("/_emulator/orders?site=a").json()["orders"]
    with closing(sqlite3.connect(settings.state, isolation_level=None)) as file:
        file.execute("UPDATE orders SET document = replace(document, 'APPROVED', 'SOLD') WHERE id = ?", (made["id"],))
    before = settings.state.read_bytes()
    with pytest.raises(StateFileError) as refused:
        create_app(settings)
    assert f"state.db is damaged: site a: orders {made['id']}: status must be one of" in str(refused.value)
    assert str(refused.value).endswith("choose another path, or move that file away")
    assert settings.state.read_bytes() == before
    assert [file.name for file in settings.state.parent.iterdir()] == ["state.db"]


@pytest.mark.rule("R207")
def test_a_site_that_cannot_be_read_is_a_fault_of_ours_and_answered_as_one(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(create_app(settings)) as client:
        client.post("/_emulator/orders?site=lost")
    app = create_app(settings.model_copy(update={"sites_max": 1}))
    app.emulator.sites.site()  # in the other's place
    assert app.emulator.keeper is not None
    app.emulator.keeper.file.close()
    headers = {"wix-site-id": "lost", "authorization": "a-secret"}
    answer = TestClient(app).get("/ecom/v1/orders/1", headers=headers)
    assert (answer.status_code, answer.json()) == (500, {"message": "", "details": {}})
    assert answer.headers["x-wix-request-id"]
    (told,) = caplog.messages
    assert told.startswith("GET /ecom/v1/orders/1 failed\nTraceback")
    assert "a-secret" not in told


# With `full`: what an answer tells is in the file. A kill is an end without the last commit.


@pytest.fixture
def synced(settings: Settings) -> Settings:
    return settings.model_copy(update={"state_sync": "full"})


def kill(client: TestClient) -> None:
    """Let nothing more into the file."""
    emulator_of(client).keeper.file.close()


def emulator_of(client: TestClient) -> Any:
    assert isinstance(client.app, Gateway)
    return client.app.emulator


@pytest.mark.parametrize("effect", [{"status": 503}, {"drop": "beforeCommit"}])
def test_a_fault_that_was_met_is_spent_after_a_kill(synced: Settings, effect: dict[str, object]) -> None:
    with TestClient(create_app(synced), raise_server_exceptions=False) as client:
        client.post("/_emulator/faults", json={"operation": "getOrder", "effect": effect})
        assert client.get("/ecom/v1/orders/any").status_code >= 500
        kill(client)
    with TestClient(create_app(synced)) as again:
        assert again.get("/ecom/v1/orders/any").status_code == 404


@pytest.mark.parametrize("instance_id", ["", "the-site-of-another"])
def test_a_visitors_id_does_not_come_again_after_a_kill(synced: Settings, instance_id: str) -> None:
    seeded = synced.model_copy(update={"random_seed": 1})
    assert visitor(seeded, instance_id) != visitor(seeded, instance_id)


def visitor(settings: Settings, instance_id: str) -> str:
    with TestClient(create_app(settings)) as client:
        emulator = emulator_of(client)
        wanted = {"grantType": "anonymous", "clientId": emulator.app_id, "instanceId": instance_id}
        token = client.post("/oauth2/token", json=wanted).json()["access_token"]
        kill(client)
    held = read_token(token, emulator.app_secret)
    assert held is not None
    return held.subject_id


def test_a_visitor_whose_id_cannot_be_kept_gets_no_token(synced: Settings) -> None:
    with TestClient(create_app(synced.model_copy(update={"random_seed": 1}))) as client:
        assert synced.state is not None
        synced.state.rename(synced.state.with_suffix(".moved"))
        wanted = {"grantType": "anonymous", "clientId": emulator_of(client).app_id, "instanceId": "another"}
        assert client.post("/oauth2/token", json=wanted).status_code == 500
        health = client.get("/_emulator/health")
        assert health.status_code == 503
        assert "is not the file any more that was opened" in health.text
        synced.state.with_suffix(".moved").rename(synced.state)
        assert client.post("/oauth2/token", json=wanted).status_code == 200


def test_a_visitor_of_random_ids_makes_no_site_that_is_kept(settings: Settings) -> None:
    with TestClient(create_app(settings)) as client:
        wanted = {"grantType": "anonymous", "clientId": emulator_of(client).app_id}
        assert client.post("/oauth2/token", json=wanted).status_code == 200
    with TestClient(create_app(settings)) as client:
        assert emulator_of(client).keeper.file.site_ids() == []


def test_no_receiver_is_told_what_the_file_does_not_have(synced: Settings) -> None:
    told = synced.model_copy(update={"webhook_url": ("http://127.0.0.1:9/nobody",), "delivery": "manual"})
    event = {"eventType": "wix.ecom.v1.fulfillments_updated", "orderId": "265c7d98-a7c3-48c4-89cd-bbdc00921eab"}
    with TestClient(create_app(told)) as client:
        assert told.state is not None
        client.post("/_emulator/events", json=event)
        assert client.post("/_emulator/settle").json()["failed"] == 1
        moved = told.state.rename(told.state.with_suffix(".moved"))
        assert client.post("/_emulator/events", json=event).status_code == 500
        assert client.post("/_emulator/settle", json={"timeoutSeconds": 0.5}).status_code == 500
        _, waiting = emulator_of(client).sites.site().outbox.deliveries()
        assert waiting.attempts == ()
        moved.rename(told.state)
        assert client.post("/_emulator/settle").json()["failed"] == 1
