"""Who is let in: hosts against DNS rebinding, origins on the control plane, and its token."""

from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from emulator.api.admission import Admission
from emulator.api.routes import OPERATIONS
from emulator.app import create_app
from emulator.domain.site_ids import DEFAULT_SITE_ID
from emulator.settings import Settings
from emulator.sites import Sites
from tests.api.shop import Shop, code

TOKEN = "a-token-of-the-test"  # noqa: S105 - made up
ORDERS = "/ecom/v1/orders/search"
EVIL = "https://evil.example"
SCOPED = [one for one in OPERATIONS if one.is_control and not one.is_page and one.id != "health"]


def app(**settings: Any) -> TestClient:
    return TestClient(create_app(Settings(seed=("empty",), check_responses=True, **settings)))


def to_host(client: TestClient, host: str, path: str = "/_emulator/manifest") -> Response:
    return client.get(path, headers={"host": host})


def made_sites(client: TestClient, sent: Callable[[str], Response]) -> set[str]:
    """Of two sites that fill the emulator, and two that those requests name, which there are afterwards."""
    for name in ("one", "two"):
        client.post(ORDERS, headers={"wix-site-id": name})
    for name in ("three", "four"):
        sent(name)
    sites: Sites = client.app.emulator.sites  # type: ignore[attr-defined]  # the gateway
    return set(sites.ids()) - {DEFAULT_SITE_ID}


# Hosts


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:8949",
        "[::1]:8949",
        "192.168.1.7:8949",
        "localhost:8949",
        "LocalHost",
        "localhost.:8949",
        "shop.localhost:8949",
        "shop.test",
        "www.wixapis.com",
        "host.docker.internal:8949",
    ],
)
@pytest.mark.parametrize("path", ["/_emulator/manifest", "/_emulator", "/ecom/v1/orders/search"])
def test_the_emulators_own_names_and_every_address_are_answered(api: TestClient, host: str, path: str) -> None:
    assert api.request("POST" if path == ORDERS else "GET", path, headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8949",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil-localhost",
        "eviltest",
        "wixapis.com",
        "2130706433",
        "0x7f.1",
        "[::1",
        "evil.example#.localhost",
        "",
    ],
)
@pytest.mark.rule("R216")
@pytest.mark.parametrize("path", ["/_emulator/manifest", "/_emulator", "/ecom/v1/orders/search", "/nothing"])
def test_any_other_name_is_refused_wherever_the_call_goes(api: TestClient, host: str, path: str) -> None:
    answer = to_host(api, host, path)
    assert code(answer) == (403, "HOST_NOT_ALLOWED")
    assert answer.headers["x-emulator-rule"] == "R216"
    assert "evil.example" not in host or repr(host) in answer.json()["message"]


def test_a_preflight_to_a_foreign_host_is_refused_too(api: TestClient) -> None:
    asked = {"host": "evil.example", "origin": "http://evil.example", "access-control-request-method": "POST"}
    answer = api.options("/_emulator/reset", headers=asked)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_hosts_of_any_length_are_answered_but_only_real_ones_are_remembered() -> None:
    admission = Admission()
    for host in ("a.test", "a" * 250 + ".test", "a" * 251 + ".test", "a" * 60_000 + ".test"):
        admission.refuse_foreign_host({"host": host})
    assert sorted(map(len, admission._known_hosts)) == [6, 255]


def test_a_refused_host_makes_no_site() -> None:
    def sent(name: str) -> Response:
        return client.post(ORDERS, headers={"host": "evil.example", "wix-site-id": name})

    client = app(sites_max=3)
    assert made_sites(client, sent) == {"one", "two"}


def test_the_refusal_names_the_flag_that_lets_the_host_in(api: TestClient) -> None:
    message = to_host(api, "emulator:8949").json()["message"]
    assert "localhost, www.wixapis.com;" in message  # and not the name that is for tests
    assert message.endswith("start it with --allow-host emulator")
    flag, name = message.split()[-2:]
    with app(**{flag.strip("-").replace("-", "_"): (name,)}) as client:
        assert to_host(client, "emulator:8949").status_code == 200
        assert code(to_host(client, "other:8949")) == (403, "HOST_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        ({"base_url": "https://wix.example:8000/"}, "wix.example"),
        ({"host": "my-machine", "open_control": True}, "my-machine:8949"),
        ({"allow_host": ("One.Example", "two.example.")}, "one.example"),
        ({"allow_host": ("One.Example", "two.example.")}, "two.example:80"),
    ],
)
def test_the_names_of_the_settings_are_answered(settings: dict[str, Any], host: str) -> None:
    with app(**settings) as client:
        assert to_host(client, host).status_code == 200


def test_a_refused_host_is_in_the_journal_with_the_way_out(api: TestClient) -> None:
    refused = to_host(api, "emulator", "/ecom/v1/orders/1")
    explained = api.get(refused.headers["x-emulator-explain"]).json()
    assert explained["refusal"]["code"] == "HOST_NOT_ALLOWED"
    assert "--allow-host" in explained["refusal"]["howToFix"]


# Origins


def from_page(client: TestClient, method: str = "GET", path: str = "/_emulator/state", **headers: str) -> Response:
    return client.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})


FOREIGN = [
    {"origin": EVIL},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://testserver:8080"},
    {"origin": "https://testserver"},
    {"origin": EVIL, "sec_fetch_site": "same-origin"},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_its_pages_do_not_show_in_those_of_others(api: TestClient, headers: dict[str, str]) -> None:
    assert from_page(api, "HEAD", "/_emulator", **headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [*FOREIGN, {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/_emulator/state"), ("POST", "/_emulator/reset"), ("GET", "/_emulator/stream")],
)
def test_the_control_plane_refuses_pages_of_other_origins(
    shop: Shop, headers: dict[str, str], method: str, path: str
) -> None:
    order = shop.order()
    answer = from_page(shop.client, method, path, **headers)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert shop.client.get(f"/ecom/v1/orders/{order}").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://testserver", "sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
    ],
)
def test_its_own_pages_and_programs_are_answered(api: TestClient, headers: dict[str, str]) -> None:
    assert from_page(api, **headers).status_code == 200


@pytest.mark.parametrize("path", ["/_emulator", "/_emulator/docs"])
def test_a_link_to_a_page_may_be_anywhere(api: TestClient, path: str) -> None:
    assert from_page(api, path=path, sec_fetch_site="cross-site", sec_fetch_mode="navigate").status_code == 200
    assert from_page(api, path=path, sec_fetch_site="cross-site", sec_fetch_mode="no-cors").status_code == 403


@pytest.mark.rule("R707")
@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS"])
def test_a_page_of_another_origin_makes_no_site(method: str) -> None:
    client = app(sites_max=3)
    made = made_sites(client, lambda name: from_page(client, method, f"/_emulator/state?site={name}", origin=EVIL))
    assert made == {"one", "two"}


def test_the_emulated_api_answers_pages_of_any_origin(api: TestClient) -> None:
    answer = from_page(api, "POST", ORDERS, origin=EVIL, sec_fetch_site="cross-site")
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, EVIL)


@pytest.mark.rule("R216")
def test_the_refusal_names_the_flag_that_lets_the_origin_in(api: TestClient) -> None:
    origin = "http://localhost:5173"
    assert code(from_page(api, origin=origin)) == (403, "ORIGIN_NOT_ALLOWED")
    assert from_page(api, origin=origin).headers["x-emulator-rule"] == "R216"
    assert from_page(api, origin=origin).json()["message"].endswith(f"--allow-origin {origin}")
    with app(allow_origin=(origin,)) as client:
        answer = from_page(client, origin=origin, sec_fetch_site="cross-site")
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, origin)
        asked = client.options("/_emulator/reset", headers={"origin": origin, "access-control-request-method": "POST"})
        assert asked.headers["access-control-allow-origin"] == origin
        assert from_page(client, origin=EVIL).status_code == 403


def test_the_base_urls_pages_are_its_own() -> None:
    with app(base_url="https://wix.test/") as client:
        assert from_page(client, origin="https://wix.test").status_code == 200
        assert from_page(client, origin="http://wix.test").status_code == 403


def test_a_path_that_hides_the_control_plane_leads_nowhere(api: TestClient) -> None:
    for path in ("/%5Femulator/state", "/_emulator%2Fstate", "//_emulator/state"):
        assert from_page(api, path=path, origin=EVIL).status_code in (403, 404)


# The token


@pytest.fixture
def guarded() -> TestClient:
    return app(control_token=TOKEN)


@pytest.mark.parametrize("operation", SCOPED, ids=lambda one: one.id)
def test_every_call_of_the_control_plane_wants_the_token(guarded: TestClient, operation: Any) -> None:
    path = operation.path.replace("{", "").replace("}", "")
    for headers in ({}, {"x-emulator-token": "another-token"}, {"authorization": TOKEN}, {"x-emulator-token": ""}):
        answer = guarded.request(operation.method, path, headers=headers)
        assert code(answer) == (401, "CONTROL_TOKEN_REQUIRED")
        assert TOKEN not in answer.text


@pytest.mark.parametrize("path", ["/_emulator/health", "/_emulator"])
def test_who_does_not_know_the_token_makes_no_site_of_the_control_plane(path: str) -> None:
    client = app(sites_max=3, control_token=TOKEN)
    assert made_sites(client, lambda name: client.get(f"{path}?site={name}")) == {"one", "two"}


@pytest.mark.parametrize("path", ["/_emulator/health", "/_emulator", "/_emulator/dashboard/main.js", "/_emulator/docs"])
def test_health_and_the_files_of_the_pages_are_for_everybody(guarded: TestClient, path: str) -> None:
    assert guarded.get(path).status_code == 200


def test_with_the_token_the_control_plane_answers(guarded: TestClient) -> None:
    assert guarded.get("/_emulator/manifest", headers={"x-emulator-token": TOKEN}).status_code == 200


def test_who_has_no_token_makes_no_site() -> None:
    client = app(control_token=TOKEN, sites_max=3)
    assert made_sites(client, lambda name: client.get(f"/_emulator/state?site={name}")) == {"one", "two"}


def test_who_has_the_token_makes_the_site_that_is_named() -> None:
    client = app(control_token=TOKEN)
    named = made_sites(
        client, lambda name: client.get(f"/_emulator/state?site={name}", headers={"x-emulator-token": TOKEN})
    )
    assert named == {"one", "two", "three", "four"}


def test_the_emulated_api_wants_no_token_of_the_control_plane(guarded: TestClient) -> None:
    assert guarded.post(ORDERS).status_code == 200


def test_nobody_is_told_the_token(guarded: TestClient) -> None:
    guarded.headers["x-emulator-token"] = TOKEN
    guarded.post(ORDERS)
    for path in ("manifest", "requests", "state", "summary", "openapi.json", "sites"):
        answer = guarded.get(f"/_emulator/{path}")
        assert answer.status_code == 200
        assert TOKEN not in answer.text


def test_a_token_does_not_let_other_origins_in(guarded: TestClient) -> None:
    assert from_page(guarded, origin=EVIL, x_emulator_token=TOKEN).status_code == 403


def test_a_browser_brings_the_token_once_and_has_a_cookie_from_then_on(guarded: TestClient) -> None:
    opened = guarded.get(f"/_emulator?token={TOKEN}&site=mine", follow_redirects=False)
    assert (opened.status_code, opened.headers["location"]) == (303, "/_emulator?site=mine")
    cookie = opened.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/_emulator"} <= set(cookie.split("; "))
    assert TOKEN not in cookie
    assert guarded.get("/_emulator/manifest").status_code == 200  # the client keeps the cookie
    guarded.cookies.clear()
    assert guarded.get("/_emulator/manifest").status_code == 401


def test_of_two_emulators_on_one_machine_neither_signs_the_other_out() -> None:
    browser = {}  # it sends the cookies of a host to each of its ports
    emulators = {f"localhost:{port}": (app(control_token=f"token-of-{port}"), port) for port in (8949, 8950)}
    for host, (emulator, port) in emulators.items():
        opened = emulator.get(f"/_emulator?token=token-of-{port}", headers={"host": host}, follow_redirects=False)
        name, _, value = opened.headers["set-cookie"].partition(";")[0].partition("=")
        browser[name] = value
    cookies = "; ".join(f"{name}={value}" for name, value in browser.items())
    for host, (emulator, _) in emulators.items():
        emulator.cookies.clear()
        headers = {"host": host, "cookie": cookies}
        assert emulator.get("/_emulator/manifest", headers=headers).status_code == 200


@pytest.mark.parametrize(("host", "name"), [("localhost", ""), ("[::1]:8949", "-8949"), ("localhost:x", "")])
def test_the_cookie_has_the_name_of_the_port_that_was_called(guarded: TestClient, host: str, name: str) -> None:
    opened = guarded.get(f"/_emulator?token={TOKEN}", headers={"host": host}, follow_redirects=False)
    assert opened.headers["set-cookie"].startswith(f"wix-emulator-session{name}=")


@pytest.mark.parametrize("token", ["another-token", "", "%00"])
def test_another_token_opens_nothing(guarded: TestClient, token: str) -> None:
    answer = guarded.get(f"/_emulator?token={token}", follow_redirects=False)
    assert code(answer) == (401, "CONTROL_TOKEN_REQUIRED")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("cookie", ["", "x", TOKEN, '"', "a" * 64])
def test_another_cookie_opens_nothing(guarded: TestClient, cookie: str) -> None:
    headers = {"host": "localhost:8949", "cookie": f"wix-emulator-session-8949={cookie}"}
    answer = guarded.get("/_emulator/manifest", headers=headers)
    assert code(answer) == (401, "CONTROL_TOKEN_REQUIRED")


def test_another_token_in_the_header_counts_more_than_a_good_cookie(guarded: TestClient) -> None:
    guarded.get(f"/_emulator?token={TOKEN}")
    assert guarded.get("/_emulator/manifest", headers={"x-emulator-token": "another-token"}).status_code == 401


def test_without_a_token_nobody_is_asked_for_one(api: TestClient) -> None:
    assert api.get("/_emulator/manifest").status_code == 200
    opened = api.get("/_emulator?token=whatever", follow_redirects=False)
    assert (opened.status_code, opened.headers["location"]) == (303, "/_emulator")
    assert "set-cookie" not in opened.headers
