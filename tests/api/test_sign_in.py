"""Sign-in: who gets which token, how long it lasts, and what it is good for."""

from itertools import permutations
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from emulator.domain.site_ids import DEFAULT_SITE_ID
from emulator.settings import Settings
from tests.api.shop import Shop, code
from tests.factories import guid

FACTS = Settings()
OPEN = Settings(seed=("empty",))
REQUIRED = Settings(seed=("empty",), auth="required")
STRICT = Settings(seed=("empty",), auth="strict")
INSTANCE = guid(77)
WHOLE = {
    "grant_type": "client_credentials",
    "client_id": FACTS.app_id,
    "client_secret": FACTS.app_secret,
    "instance_id": FACTS.instance_id,
}
LIST = f"/ecom/v1/fulfillments/orders/{guid(404)}"
CREATE = f"{LIST}/create-fulfillment"


def sign_in(shop: Shop, **fields: Any) -> Response:
    """Ask for a token; a field that is None is left out."""
    sent = {name: value for name, value in (WHOLE | fields).items() if value is not None}
    return shop.client.post("/oauth2/token", json=sent)


def token(shop: Shop, **fields: Any) -> str:
    answer = sign_in(shop, **fields)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def described(shop: Shop, text: str) -> dict[str, Any]:
    return dict(shop.client.post("/oauth2/token-info", json={"token": text}).json())


def listed(client: TestClient, authorization: str | None, **headers: str) -> tuple[int, str]:
    """How reading the fulfillments of an order that does not exist is answered."""
    sent = headers | ({"authorization": authorization} if authorization is not None else {})
    return code(client.get(LIST, headers={name.replace("_", "-"): value for name, value in sent.items()}))


def pass_time(shop: Shop, seconds: float) -> None:
    assert shop.client.post("/_emulator/clock/advance", json={"seconds": seconds}).status_code == 200


@pytest.fixture
def now(shop: Shop) -> int:
    """The moment at which the default site's clock stands, in seconds since 1970."""
    shop.client.put("/_emulator/clock", json={"now": "2026-03-01T12:00:00Z"})
    return 1_772_366_400


ADMITTED = (404, "ORDER_NOT_FOUND")
UNAUTHENTICATED = (401, "UNAUTHENTICATED")
DENIED = (403, "PERMISSION_DENIED")


# POST /oauth2/token


@pytest.mark.rule("R701")
def test_an_apps_instance_gets_a_bearer_token_for_four_hours(shop: Shop) -> None:
    answer = sign_in(shop)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "token_type", "expires_in"}
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 14_400)
    assert answer.json()["access_token"].startswith("OauthNG.JWS.")


@pytest.mark.rule("R701")
def test_a_form_is_as_good_as_json(shop: Shop, now: int) -> None:  # noqa: ARG001 - on a clock that stands
    form = shop.client.post("/oauth2/token", data=WHOLE)
    assert form.json() == sign_in(shop).json()


@pytest.mark.rule("R701")
def test_so_is_camel_case(shop: Shop, now: int) -> None:  # noqa: ARG001 - on a clock that stands
    names = {"grant_type": "grantType", "client_id": "clientId", "client_secret": "clientSecret"}
    sent = {names.get(name, "instanceId"): value for name, value in WHOLE.items()}
    assert shop.client.post("/oauth2/token", json=sent).json() == sign_in(shop).json()


@pytest.mark.rule("R701")
@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "forged"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "OauthNG.JWS.e30.x"}, "invalid_grant"),
    ],
)
def test_what_is_declined_is_told_in_the_words_of_oauth(shop: Shop, fields: dict[str, Any], error: str) -> None:
    answer = sign_in(shop, **fields)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.json()["error"] == error


@pytest.mark.rule("R701", "R205")
@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"'])
def test_a_body_that_is_no_object_is_refused(shop: Shop, body: bytes) -> None:
    assert shop.client.post("/oauth2/token", content=body).status_code == 400


@pytest.mark.rule("R704")
@pytest.mark.parametrize("settings", [OPEN])
def test_an_open_emulator_gives_a_token_to_anybody(shop: Shop) -> None:
    for fields in ({"client_id": None}, {"client_secret": None}, {"client_secret": "wrong"}, {"client_id": guid(1)}):
        assert sign_in(shop, **fields).status_code == 200


@pytest.mark.rule("R704")
@pytest.mark.parametrize("settings", [REQUIRED])
def test_required_wants_the_client_to_name_itself(shop: Shop) -> None:
    assert sign_in(shop, client_secret=FACTS.app_id).status_code == 200
    for name in ("client_id", "client_secret"):
        answer = sign_in(shop, **{name: None})
        assert (answer.status_code, answer.json()) == (
            400,
            {"error": "invalid_request", "error_description": f"{name} is missing"},
        )


@pytest.mark.rule("R704")
@pytest.mark.parametrize("settings", [STRICT])
@pytest.mark.parametrize("name", ["client_id", "client_secret"])
def test_strict_wants_it_to_be_the_app(shop: Shop, name: str) -> None:
    answer = sign_in(shop, **{name: "wrong"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert sign_in(shop).status_code == 200


# What a token is for


@pytest.mark.rule("R702")
def test_token_info_tells_whose_token_it_is(shop: Shop, now: int) -> None:
    assert described(shop, token(shop)) == {
        "active": True,
        "subjectType": "APP",
        "subjectId": FACTS.app_id,
        "exp": now + 14_400,
        "iat": now,
        "clientId": FACTS.app_id,
        "siteId": DEFAULT_SITE_ID,
        "instanceId": FACTS.instance_id,
    }


@pytest.mark.rule("R702")
def test_a_token_is_active_until_its_time_is_over_on_the_sites_clock(shop: Shop, now: int) -> None:  # noqa: ARG001 - on a clock that stands
    text = token(shop)
    pass_time(shop, 14_399)
    assert described(shop, text)["active"] is True
    pass_time(shop, 1)
    assert described(shop, text) == {"active": False}


@pytest.mark.rule("R702")
@pytest.mark.parametrize("text", ["", "forged", "OauthNG.JWS.", "OauthNG.JWS.e30.e30", "OauthNG.JWS.ä.ö"])
def test_a_text_that_is_no_token_is_not_active(shop: Shop, text: str) -> None:
    assert described(shop, text) == {"active": False}


@pytest.mark.rule("R702")
def test_a_token_that_was_tampered_with_is_not_active(shop: Shop) -> None:
    prefix, payload, signature = token(shop).rsplit(".", 2)
    other = token(shop, instance_id=INSTANCE).rsplit(".", 2)[1]
    assert described(shop, f"{prefix}.{other}.{signature}") == {"active": False}
    assert described(shop, f"{prefix}.{payload}.{signature}")["active"] is True


@pytest.mark.rule("R701", "R702")
@pytest.mark.parametrize("prefix", ["", "Bearer "])
def test_a_token_says_which_site_a_call_is_for(shop: Shop, prefix: str) -> None:
    order = {"id": guid(9), "lineItems": [{"quantity": 1}]}
    shop.client.post("/_emulator/orders", json={"order": order}, headers={"wix-site-id": INSTANCE})
    mine = {"authorization": prefix + token(shop, instance_id=INSTANCE)}
    assert shop.client.get(f"/ecom/v1/orders/{guid(9)}", headers=mine).status_code == 200
    theirs = {"authorization": prefix + token(shop)}
    assert shop.client.get(f"/ecom/v1/orders/{guid(9)}", headers=theirs).status_code == 404


@pytest.mark.rule("R211")
def test_the_header_decides_over_the_token(shop: Shop) -> None:
    order_id = shop.order()
    headers = {"authorization": token(shop, instance_id=INSTANCE), "wix-site-id": DEFAULT_SITE_ID}
    assert shop.client.get(f"/ecom/v1/orders/{order_id}", headers=headers).status_code == 200


# Other tokens


@pytest.mark.rule("R701")
def test_a_visitor_gets_a_token_with_the_apps_id_alone_and_can_renew_it(shop: Shop) -> None:
    answer = shop.client.post("/oauth2/token", json={"clientId": FACTS.app_id, "grantType": "anonymous"}).json()
    visitor = described(shop, answer["access_token"])
    assert visitor["subjectType"] == "VISITOR"
    sent = {"grantType": "refresh_token", "refreshToken": answer["refresh_token"]}
    renewed = described(shop, shop.client.post("/oauth2/token", json=sent).json()["access_token"])
    assert (renewed["subjectType"], renewed["subjectId"]) == ("VISITOR", visitor["subjectId"])


@pytest.mark.rule("R701")
def test_a_refresh_token_is_good_for_a_year(shop: Shop, now: int) -> None:  # noqa: ARG001 - on a clock that stands
    answer = shop.client.post("/oauth2/token", json={"clientId": FACTS.app_id, "grantType": "anonymous"}).json()
    sent = {"grantType": "refresh_token", "refreshToken": answer["refresh_token"]}
    pass_time(shop, 364 * 86_400)
    assert shop.client.post("/oauth2/token", json=sent).status_code == 200
    pass_time(shop, 86_400)
    assert shop.client.post("/oauth2/token", json=sent).json() == {
        "error": "invalid_grant",
        "error_description": "refresh_token has expired; sign in again",
    }


@pytest.mark.rule("R701")
@pytest.mark.parametrize("name", ["client_id", "client_secret", "instance_id", "grant_type"])
@pytest.mark.parametrize("value", [7, True, [], {}])
def test_what_is_no_text_is_declined(shop: Shop, name: str, value: Any) -> None:
    answer = shop.client.post("/oauth2/token", json=WHOLE | {name: value})
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "invalid_request", "error_description": f"{name} must be text"},
    )


@pytest.mark.rule("R701")
@pytest.mark.parametrize("names", list(permutations(["client_id", "clientSecret", "code"])), ids=" ".join)
def test_of_several_that_are_no_text_the_first_one_of_the_request_is_named(shop: Shop, names: tuple[str, ...]) -> None:
    answer = shop.client.post("/oauth2/token", json=dict.fromkeys(names, 7))
    first = names[0].replace("clientSecret", "client_secret")
    assert answer.json()["error_description"] == f"{first} must be text"


@pytest.mark.rule("R701")
@pytest.mark.parametrize("settings", [OPEN, STRICT], ids=["open", "strict"])
def test_a_token_that_was_given_to_the_sdk_is_exchanged_for_one_of_the_same_subject(shop: Shop) -> None:
    bound = token(shop, instance_id=INSTANCE)
    sent = {"grant_type": "strip_bound_session", "client_secret": FACTS.app_secret, "access_token": bound}
    answer = shop.client.post("/oauth2/token", json=sent).json()
    assert set(answer) == {"access_token", "token_type", "expires_in"}
    found = described(shop, answer["access_token"])
    assert (found["subjectType"], found["instanceId"]) == ("APP", INSTANCE)
    forged = shop.client.post("/oauth2/token", json=sent | {"access_token": "forged"})
    assert (forged.status_code, forged.json()["error"]) == (400, "invalid_grant")


@pytest.mark.rule("R704")
@pytest.mark.parametrize("settings", [STRICT])
def test_strict_exchanges_it_for_the_app_alone(shop: Shop) -> None:
    sent = {"grant_type": "strip_bound_session", "client_secret": "wrong", "access_token": token(shop)}
    answer = shop.client.post("/oauth2/token", json=sent)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.rule("R701")
def test_a_code_makes_a_member(shop: Shop) -> None:
    sent = {"clientId": FACTS.app_id, "grantType": "authorization_code", "code": "any", "codeVerifier": "x"}
    answer = shop.client.post("/oauth2/token", json=sent).json()
    assert described(shop, answer["access_token"])["subjectType"] == "MEMBER"


@pytest.mark.rule("R703")
def test_the_old_way_gives_five_minutes_for_a_code_and_for_a_refresh_token(shop: Shop, now: int) -> None:
    first = shop.client.post(
        "/oauth/access", json=WHOLE | {"grant_type": "authorization_code", "code": "any code"}
    ).json()
    assert set(first) == {"access_token", "refresh_token"}
    pass_time(shop, 300)
    assert described(shop, first["access_token"]) == {"active": False}
    again = WHOLE | {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = shop.client.post("/oauth/access", json=again).json()
    found = described(shop, second["access_token"])
    assert (found["active"], found["subjectType"], found["exp"]) == (True, "APP", now + 600)
    assert second["refresh_token"]


@pytest.mark.rule("R703")
def test_the_old_way_declines_in_the_same_words(shop: Shop) -> None:
    answer = shop.client.post("/oauth/access", json=WHOLE | {"grant_type": "authorization_code"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


# Who may call


@pytest.mark.rule("R704")
@pytest.mark.parametrize("settings", [OPEN])
@pytest.mark.parametrize("authorization", [None, "", "any key", "Bearer x", "OauthNG.JWS.e30.forged", "\xe4"])
def test_an_open_emulator_admits_anybody(shop: Shop, authorization: str | None) -> None:
    headers = {} if authorization is None else {b"authorization": authorization.encode("latin-1")}
    assert code(shop.client.get(LIST, headers=headers)) == ADMITTED


@pytest.mark.rule("R704")
@pytest.mark.parametrize("settings", [REQUIRED])
@pytest.mark.parametrize(
    ("authorization", "answer"),
    [(None, UNAUTHENTICATED), ("", UNAUTHENTICATED), ("Bearer ", UNAUTHENTICATED), ("anything", ADMITTED)],
)
def test_required_wants_any_credential(shop: Shop, authorization: str | None, answer: tuple[int, str]) -> None:
    assert listed(shop.client, authorization) == answer


@pytest.mark.rule("R212", "R704")
@pytest.mark.parametrize("settings", [REQUIRED, STRICT], ids=["required", "strict"])
def test_a_refusal_for_want_of_credentials_has_wixs_shape_and_comes_before_any_other(shop: Shop) -> None:
    answer = shop.client.post(CREATE, content=b"{")
    assert (answer.status_code, set(answer.json())) == (401, {"message", "details"})
    error = answer.json()["details"]["applicationError"]
    assert (error["code"], error["description"]) == ("UNAUTHENTICATED", answer.json()["message"])
    assert {"x-wix-request-id", "x-emulator-rule", "x-emulator-explain"} <= set(answer.headers)


@pytest.mark.rule("R704")
@pytest.mark.parametrize("settings", [STRICT])
@pytest.mark.parametrize("prefix", ["", "Bearer "])
def test_strict_knows_the_apps_tokens(shop: Shop, prefix: str) -> None:
    assert listed(shop.client, prefix + token(shop)) == ADMITTED


@pytest.mark.rule("R704")
@pytest.mark.parametrize("settings", [STRICT])
@pytest.mark.parametrize("authorization", ["any key", "OauthNG.JWS.e30.forged", "IST.emulator-api-ke", "Bearer x"])
def test_strict_knows_nobody_else(shop: Shop, authorization: str) -> None:
    assert listed(shop.client, authorization, wix_site_id=guid(1)) == UNAUTHENTICATED


@pytest.mark.rule("R704")
@pytest.mark.parametrize("settings", [STRICT])
def test_strict_admits_no_expired_token(shop: Shop, now: int) -> None:  # noqa: ARG001 - on a clock that stands
    text = token(shop)
    pass_time(shop, 14_399)
    assert listed(shop.client, text) == ADMITTED
    pass_time(shop, 1)
    assert listed(shop.client, text) == UNAUTHENTICATED


def renewal(shop: Shop) -> str:
    sent = WHOLE | {"grant_type": "authorization_code", "code": "any"}
    return str(shop.client.post("/oauth2/token", json=sent).json()["refresh_token"])


@pytest.mark.rule("R708")
@pytest.mark.parametrize("settings", [STRICT])
def test_strict_admits_no_refresh_token_and_says_what_to_do_with_it(shop: Shop) -> None:
    answer = shop.client.get(LIST, headers={"authorization": f"Bearer {renewal(shop)}"})
    assert (code(answer), answer.headers["x-emulator-rule"]) == (UNAUTHENTICATED, "R708")
    refusal = shop.client.get(answer.headers["x-emulator-explain"]).json()["refusal"]
    assert refusal["howToFix"].startswith("Trade it for an access token")


@pytest.mark.rule("R708")
def test_a_refresh_token_renews_and_is_not_active(shop: Shop) -> None:
    text = renewal(shop)
    assert described(shop, text) == {"active": False}
    renewed = token(shop, grant_type="refresh_token", refresh_token=text)
    assert described(shop, renewed)["active"] is True


@pytest.mark.rule("R708")
def test_an_access_token_renews_nothing(shop: Shop) -> None:
    answer = sign_in(shop, grant_type="refresh_token", refresh_token=token(shop))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.rule("R704", "R708")
@pytest.mark.parametrize("settings", [OPEN, REQUIRED], ids=["open", "required"])
def test_others_admit_a_refresh_token_too(shop: Shop) -> None:
    assert listed(shop.client, renewal(shop)) == ADMITTED


@pytest.mark.rule("R704")
@pytest.mark.parametrize("settings", [STRICT])
def test_strict_admits_a_token_on_its_own_site_only(shop: Shop) -> None:
    text = token(shop, instance_id=INSTANCE)
    assert listed(shop.client, text) == listed(shop.client, text, wix_site_id=INSTANCE) == ADMITTED
    assert listed(shop.client, text, wix_site_id=DEFAULT_SITE_ID) == DENIED


@pytest.mark.rule("R705")
@pytest.mark.parametrize("settings", [STRICT])
def test_an_api_key_needs_the_header_that_names_the_site(shop: Shop) -> None:
    assert listed(shop.client, FACTS.api_key, wix_site_id=DEFAULT_SITE_ID) == ADMITTED
    answer = shop.client.get(LIST, headers={"authorization": FACTS.api_key})
    assert (code(answer), answer.headers["x-emulator-rule"]) == (DENIED, "R705")
    refusal = shop.client.get(answer.headers["x-emulator-explain"]).json()["refusal"]
    assert (refusal["rule"]["id"], refusal["howToFix"].startswith("Send the header wix-site-id")) == ("R705", True)


SCOPED = """
apiKeys:
  - {key: reader, scopes: [SCOPE.DC-STORES.READ-ORDERS]}
  - {key: wide reader, scopes: [SCOPE.DC-ECOM-MEGA.READ-ECOM]}
  - {key: manager, scopes: [SCOPE.DC-STORES-MEGA.MANAGE-STORES]}
  - {key: stranger, scopes: []}
"""


@pytest.fixture
def strict(tmp_path: Any) -> Any:
    """A strict emulator whose seed has keys of different scopes."""
    from emulator.app import create_app

    seed = tmp_path / "keys.yaml"
    seed.write_text(SCOPED, encoding="utf-8")
    with TestClient(create_app(Settings(seed=(str(seed),), auth="strict"))) as client:
        yield client


@pytest.mark.rule("R704")
@pytest.mark.parametrize(
    ("key", "reading", "writing"),
    [
        ("reader", ADMITTED, DENIED),
        ("wide reader", ADMITTED, DENIED),
        ("manager", ADMITTED, ADMITTED),
        ("stranger", DENIED, DENIED),
        ("nobody", UNAUTHENTICATED, UNAUTHENTICATED),
    ],
)
def test_a_key_may_do_what_its_scopes_say(
    strict: TestClient, key: str, reading: tuple[int, str], writing: tuple[int, str]
) -> None:
    headers = {"authorization": key, "wix-site-id": DEFAULT_SITE_ID}
    assert code(strict.get(LIST, headers=headers)) == reading
    body = {"fulfillment": {"lineItems": [{"id": guid(1)}]}}
    assert code(strict.post(CREATE, headers=headers, json=body)) == writing


@pytest.mark.rule("R704")
def test_a_missing_scope_is_named(strict: TestClient) -> None:
    answer = strict.post(CREATE, headers={"authorization": "reader", "wix-site-id": DEFAULT_SITE_ID})
    error = answer.json()["details"]["applicationError"]
    assert error["data"] == {"scope": "SCOPE.DC-STORES.MANAGE-ORDERS"}
    assert "SCOPE.DC-STORES.MANAGE-ORDERS" in error["description"]


def personal(shop: Shop, grant: str) -> dict[str, str]:
    sent = {"client_id": FACTS.app_id, "grant_type": grant, "code": "any"}
    return {"authorization": shop.client.post("/oauth2/token", json=sent).json()["access_token"]}


@pytest.mark.rule("R704")
@pytest.mark.parametrize("settings", [STRICT])
@pytest.mark.parametrize(
    ("grant", "reading"),
    [("anonymous", DENIED), ("authorization_code", ADMITTED)],
    ids=["visitor", "member"],
)
def test_visitors_read_and_write_nothing_and_members_read_fulfillments(
    shop: Shop, grant: str, reading: tuple[int, str]
) -> None:
    who = personal(shop, grant)
    assert code(shop.client.get(LIST, headers=who)) == reading
    writing: list[tuple[str, str]] = [
        ("POST", CREATE),
        ("PATCH", f"/ecom/v1/fulfillments/{guid(1)}/orders/{guid(2)}"),
        ("DELETE", f"/ecom/v1/fulfillments/{guid(1)}/orders/{guid(2)}"),
        ("POST", "/ecom/v1/fulfillments/orders/bulk/create-fulfillments"),
        ("POST", "/ecom/v1/orders"),
        ("POST", f"/ecom/v1/orders/{guid(2)}/cancel"),
    ]
    for method, path in writing:
        assert code(shop.client.request(method, path, headers=who, json={})) == DENIED


@pytest.mark.rule("R704")
@pytest.mark.parametrize("settings", [STRICT])
def test_sign_in_and_the_control_plane_need_no_credentials(shop: Shop) -> None:
    assert shop.client.get("/_emulator/health").status_code == 200
    assert sign_in(shop).status_code == 200
    assert described(shop, "x") == {"active": False}


@pytest.mark.rule("R704")
@pytest.mark.parametrize("settings", [STRICT])
def test_a_call_that_is_not_admitted_uses_up_no_fault(shop: Shop) -> None:
    fault = {"operation": "listFulfillmentsForSingleOrder", "effect": {"status": 503}}
    shop.client.post("/_emulator/faults", json=fault)
    assert listed(shop.client, None) == UNAUTHENTICATED
    assert shop.client.get(LIST, headers={"authorization": token(shop)}).status_code == 503
