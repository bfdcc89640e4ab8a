"""Checks of tokens and permissions, with the app that an emulator names (R701 to R704, R708)."""

from emulator.conformance.disagreement import expect, expect_that
from emulator.conformance.expectations import expect_refused, expect_shape, is_refused
from emulator.conformance.orders import Json
from emulator.conformance.subject import ORDERS, UNKNOWN_GUID, Subject
from emulator.domain.refusals import PermissionDenied, Unauthenticated

_LIFETIME_S = 14_400
_LEGACY_LIFETIME_S = 300


def access_tokens(site: Subject) -> None:
    """R701: from JSON and from a form; an unknown grant is declined in the words of OAuth."""
    app = _app(site)
    form = "&".join(f"{name}={value}" for name, value in app.items()).encode()
    as_form = {"content-type": "application/x-www-form-urlencoded"}
    for answer in (site.ask("POST", "/oauth2/token", app), site.ask("POST", "/oauth2/token", form, as_form)):
        token = answer.ok().json
        expect((token.get("token_type"), token.get("expires_in")), ("Bearer", _LIFETIME_S), "type and seconds")
        expect_that(bool(token.get("access_token")), "an access token", sorted(token))
    declined = site.ask("POST", "/oauth2/token", app | {"grant_type": "telepathy"})
    expect_that(is_refused(declined), "HTTP 4xx", declined.described())
    expect_shape(declined.json, ("error", "error_description"), "a refusal")


def token_use(site: Subject) -> None:
    """R702: bare and behind Bearer; and what a token tells."""
    token = _token(site)
    for authorization in (token, f"Bearer {token}"):
        site.ask("POST", f"{ORDERS}/search", {"search": {}}, {"authorization": authorization}).ok().at("orders")
    described = site.ask("POST", "/oauth2/token-info", {"token": token}).ok()
    state = (described.at("active"), described.at("subjectType"), described.at("siteId"))
    expect(state, (True, "APP", site.target.site_id), "active, subjectType and siteId")
    expect(site.ask("POST", "/oauth2/token-info", {"token": "unknown"}).ok().at("active"), False, "active")


def legacy_tokens(site: Subject) -> None:
    """R703: for a code, and for the refresh token that came with it; five minutes."""
    app = _app(site)
    known = {name: app[name] for name in ("client_id", "client_secret", "instance_id")}
    first = site.ask("POST", "/oauth/access", known | {"grant_type": "authorization_code", "code": "any"}).ok()
    renewal = known | {"grant_type": "refresh_token", "refresh_token": first.at("refresh_token")}
    for answer in (first, site.ask("POST", "/oauth/access", renewal).ok()):
        expect_shape(answer.json, ("access_token", "refresh_token"), "tokens")
        info = site.ask("POST", "/oauth2/token-info", {"token": answer.at("access_token")}).ok()
        expect(info.at("exp") - info.at("iat"), _LEGACY_LIFETIME_S, "seconds of life:")


def permissions(site: Subject) -> None:
    """R704: nobody, and a visitor of the site."""
    path = f"{ORDERS}/{UNKNOWN_GUID}"
    expect_refused(site, site.ask("GET", path, headers={"authorization": None}), Unauthenticated)
    client = {name: value for name, value in _app(site).items() if name != "client_secret"}
    with site.preparing():
        visitor = str(site.ask("POST", "/oauth2/token", client | {"grant_type": "anonymous"}).ok().at("access_token"))
    expect_refused(site, site.ask("GET", path, headers={"authorization": visitor}), PermissionDenied)


def token_kinds(site: Subject) -> None:
    """R708: each of the two tokens in the place of the other."""
    app = _app(site)
    with site.preparing():
        issued = site.ask("POST", "/oauth2/token", app | {"grant_type": "authorization_code", "code": "any"}).ok()
    access, refresh = issued.at("access_token"), issued.at("refresh_token")
    answer = site.ask("GET", f"{ORDERS}/{UNKNOWN_GUID}", headers={"authorization": refresh})
    expect_refused(site, answer, Unauthenticated)
    expect(site.ask("POST", "/oauth2/token-info", {"token": refresh}).ok().at("active"), False, "active")
    declined = site.ask("POST", "/oauth2/token", app | {"grant_type": "refresh_token", "refresh_token": access})
    expect((declined.status, declined.at("error")), (400, "invalid_grant"), "status and error")


def _app(site: Subject) -> Json:
    """What an app needs for a token of its instance on the site."""
    with site.preparing():
        manifest = site.control("GET", "manifest").json
        return {
            "grant_type": "client_credentials",
            "client_id": manifest["appId"],
            "client_secret": manifest["appSecret"],
            "instance_id": manifest["instanceId"],
        }


def _token(site: Subject) -> str:
    with site.preparing():
        return str(site.ask("POST", "/oauth2/token", _app(site)).ok().at("access_token"))
