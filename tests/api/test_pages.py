import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import emulator
from tests.api.shop import code

DASHBOARD = Path(emulator.__file__).parent / "dashboard"
SCRIPTS = sorted(path.name for path in DASHBOARD.glob("*.js"))


@pytest.mark.parametrize("path", ["/_emulator", "/_emulator/"])
def test_the_dashboard_is_served_with_a_strict_policy(api: TestClient, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


@pytest.mark.parametrize("path", ["/_emulator", "/_emulator/dashboard/main.js", "/_emulator/docs"])
def test_a_page_is_not_framed_sniffed_or_told_about_to_others(api: TestClient, path: str) -> None:
    headers = api.get(path).headers
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"


def test_nothing_in_a_page_is_inline() -> None:
    for page in DASHBOARD.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<style|style=|\bon\w+=|<script(?! [^>]*src=)", text)


@pytest.mark.parametrize("name", sorted(path.name for path in DASHBOARD.iterdir() if path.is_file()))
def test_every_file_of_the_dashboard_is_served_and_asked_for_again_only_when_it_changed(
    api: TestClient, name: str
) -> None:
    answer = api.get(f"/_emulator/dashboard/{name}")
    assert answer.status_code == 200
    assert answer.content == (DASHBOARD / name).read_bytes()
    assert answer.headers["cache-control"] == "no-cache"
    again = api.get(f"/_emulator/dashboard/{name}", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["unknown.js", "..%2Fpy.typed", "%2e%2e%2fpy.typed", "__init__.py", "%2Fetc%2Fpasswd"])
@pytest.mark.parametrize("folder", ["dashboard", "docs"])
def test_no_other_file_is_served(api: TestClient, folder: str, name: str) -> None:
    assert code(api.get(f"/_emulator/{folder}/{name}"))[0] == 404


def test_the_page_preloads_every_script_and_asks_nobody_else() -> None:
    page = (DASHBOARD / "index.html").read_text(encoding="utf-8")
    named = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert all(one.startswith("/_emulator") for one in named)
    preloaded = {one.rpartition("/")[2] for one in named if one.endswith(".js")}
    assert preloaded == set(SCRIPTS) - {"reference.js"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_reads_html_or_names_another_host(name: str) -> None:
    script = (DASHBOARD / name).read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", script)
    hosts = set(re.findall(r"https?://([a-z0-9.]+)", script))
    assert hosts <= {"www.wixapis.com", "127.0.0.1"}  # in code that is shown


# The API reference


@pytest.mark.parametrize("name", ["swagger.js", "swagger-preset.js", "swagger.css"])
def test_the_reference_brings_its_own_files(api: TestClient, name: str) -> None:
    page = api.get("/_emulator/docs")
    assert f"/_emulator/docs/{name}" in page.text
    answer = api.get(f"/_emulator/docs/{name}")
    assert answer.status_code == 200
    assert len(answer.content) > 10_000


def test_the_reference_may_set_styles_but_fetch_from_nowhere_else(api: TestClient) -> None:
    policy = api.get("/_emulator/docs").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "http" not in policy


def test_the_reference_shows_what_openapi_yaml_holds(api: TestClient) -> None:
    from emulator.api.openapi import emulated_document

    shown = api.get("/_emulator/docs/openapi.json").json()
    assert shown["paths"] == emulated_document()["paths"]
    assert shown["servers"] == [{"url": "/"}]


def test_a_page_may_have_a_query_of_its_own(api: TestClient) -> None:
    assert api.get("/_emulator/docs?urls.primaryName=The+control+plane").status_code == 200
    assert api.get("/_emulator?view=orders").status_code == 200
