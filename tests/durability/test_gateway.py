"""The emulator in this process, with a state file: saved at its end, and refused before it begins."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from emulator.app import create_app
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
