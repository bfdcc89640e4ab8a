from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from emulator.domain.behaviours import Behaviours, RefusalOverride
from emulator.settings import Settings, SettingsError, flatten, parse_behaviours, suggestion


def test_the_defaults_are_the_published_ones() -> None:
    settings = Settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8949)
    assert settings.seed == ("docs", "demo")
    assert settings.url(settings.port) == "http://127.0.0.1:8949"
    behaviours = settings.behaviours
    assert behaviours.duplicate_tracking_scope == "order"
    assert behaviours.duplicate_tracking_in_bulk == "refuse"
    assert behaviours.custom_provider_link == "required"
    assert behaviours.line_item_split == "allow"
    assert behaviours.refusals == {}


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({}, "http://127.0.0.1:1234"),
        ({"host": "::1"}, "http://[::1]:1234"),
        ({"host": "0.0.0.0"}, "http://127.0.0.1:1234"),  # noqa: S104 - where a client of this machine finds it
        ({"host": "::"}, "http://[::1]:1234"),
        ({"base_url": "https://fake.example"}, "https://fake.example"),
    ],
)
def test_the_url_is_where_clients_reach_it(fields: dict[str, Any], url: str) -> None:
    assert Settings(**fields).url(1234) == url


@pytest.mark.parametrize("written", ["2026-01-02T03:04:05", "2026-01-02T03:04:05Z", "2026-01-02T05:04:05+02:00"])
def test_a_time_without_an_offset_is_utc(written: str) -> None:
    assert Settings.model_validate({"time": written}).time == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields", [{"port": -1}, {"port": 65_536}, {"prot": 1}, {"body_bytes_max": 0}, {"sites_max": 0}, {"time": "soon"}]
)
def test_a_wrong_setting_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(fields)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]  # that it is frozen is the point


@pytest.mark.parametrize(
    ("assignments", "behaviours"),
    [
        ([], Behaviours()),
        (["duplicate_tracking_scope=site"], Behaviours(duplicate_tracking_scope="site")),
        ([" line_item_split = once "], Behaviours(line_item_split="once")),
        (["line_item_split=once", "line_item_split=allow"], Behaviours()),
        (
            ["refusals.ORDER_NOT_APPROVED.status=400", "refusals.ORDER_NOT_APPROVED.code=BAD"],
            Behaviours(refusals={"ORDER_NOT_APPROVED": RefusalOverride(status=400, code="BAD")}),
        ),
    ],
)
def test_behaviours_are_read_from_assignments(assignments: list[str], behaviours: Behaviours) -> None:
    assert parse_behaviours(assignments) == behaviours


@pytest.mark.parametrize(
    ("assignment", "reason"),
    [
        ("line_item_split", "'line_item_split' is not NAME=VALUE"),
        ("line_item_splt=once", "unknown setting line_item_splt; did you mean line_item_split?"),
        ("zzz=1", "unknown setting zzz; known: "),
        ("line_item_split=twice", "line_item_split must be one of 'allow' or 'once', got \"twice\""),
        ("line_item_split.x=once", "line_item_split must be one of"),
        ("refusals=x", "refusals must be an object, got"),
        (
            "refusals.ORDER_NOT_FOUND=404",
            "set refusals.ORDER_NOT_FOUND.status=NNN or refusals",
        ),
        ("refusals.ORDER_NOT_FOUND.statsu=404", "did you mean status?"),
        ("refusals.ORDER_NOT_FOUND.status=200", "refusals.ORDER_NOT_FOUND.status must be 400 or more, got"),
        (
            "refusals.ORDER_NOT_FUOND.status=404",
            "unknown setting refusals.ORDER_NOT_FUOND; did you mean ORDER_NOT_FOUND?",
        ),
    ],
)
def test_a_wrong_assignment_is_refused_with_its_reason(assignment: str, reason: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_behaviours([assignment])
    assert reason in str(refused.value)


def test_a_name_cannot_have_a_value_and_parts() -> None:
    with pytest.raises(SettingsError, match="refusals has a value already"):
        parse_behaviours(["refusals=x", "refusals.ORDER_NOT_FOUND.status=404"])


def test_a_tree_of_behaviours_is_flattened_into_assignments() -> None:
    tree = {"line_item_split": "once", "refusals": {"ORDER_NOT_FOUND": {"status": 410, "code": "GONE"}}}
    assert flatten(tree) == [
        "line_item_split=once",
        "refusals.ORDER_NOT_FOUND.status=410",
        "refusals.ORDER_NOT_FOUND.code=GONE",
    ]
    assert parse_behaviours(flatten(tree)).refusals["ORDER_NOT_FOUND"] == RefusalOverride(status=410, code="GONE")


@pytest.mark.parametrize(
    ("unknown", "hint"), [("prt", "did you mean port?"), ("prot", "did you mean port?"), ("zzzz", "known: host, port")]
)
def test_an_unknown_name_gets_the_nearest_known_or_all(unknown: str, hint: str) -> None:
    assert suggestion(unknown, {"port", "host"}) == hint


def test_a_code_for_validation_errors_is_refused_because_they_have_none() -> None:
    with pytest.raises(SettingsError, match="a validation error carries no code"):
        parse_behaviours(["refusals.INVALID_ARGUMENT.code=NOPE"])
    assert parse_behaviours(["refusals.INVALID_ARGUMENT.status=422"]).refusals["INVALID_ARGUMENT"].status == 422


def test_the_emulators_names_and_origins_follow_from_host_and_base_url() -> None:
    plain = Settings(allow_host=("emulator",), allow_origin=("http://Localhost:5173",))
    assert (plain.names(), plain.origins()) == (("127.0.0.1", "emulator"), ("http://localhost:5173",))
    based = Settings(base_url="https://wix.test:8000/x")
    assert (based.names(), based.origins()) == (("127.0.0.1", "wix.test"), ("https://wix.test:8000",))


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://localhost:80", "http://localhost"),
        ("HTTPS://Wix.Test:443", "https://wix.test"),
        ("http://localhost:443", "http://localhost:443"),
        ("http://[::1]:5173", "http://[::1]:5173"),
    ],
)
def test_origins_are_as_browsers_send_them(url: str, origin: str) -> None:
    assert Settings(allow_origin=(url,)).origins() == Settings(base_url=f"{url}/").origins() == (origin,)


@pytest.mark.parametrize(
    "fields",
    [
        {"base_url": "emulator.test"},
        {"base_url": "http://["},
        {"base_url": "ftp://emulator.test"},
        {"base_url": "http://emulator.test:port"},
        {"allow_origin": ("http://a:port",)},
        {"allow_host": ("http://emulator",)},
        {"allow_host": ("*",)},
        {"allow_origin": ("null",)},
        {"allow_origin": ("http://a/",)},
        {"control_token": "short"},
        {"control_token": "not in a header"},
        {"webhook_url": ("https://www.wixapis.com/",)},
        {"control_token": "a-token-of-the-test", "open_control": True},
    ],
)
def test_a_setting_about_who_gets_in_has_to_make_sense(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(fields)


def test_the_token_does_not_show_with_the_settings() -> None:
    assert "a-token-of-the-test" not in repr(Settings(control_token="a-token-of-the-test"))  # noqa: S106 - made up


def test_a_sync_needs_a_state_file() -> None:
    with pytest.raises(ValidationError, match="there is nothing to sync without --state FILE"):
        Settings(state_sync="full")
    assert Settings(state_sync="full", state=Path("state.db")).state_sync == "full"
