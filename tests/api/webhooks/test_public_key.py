"""The key that receivers verify with."""

from starlette.testclient import TestClient

from tests.api.shop import violations


def test_the_public_key_is_given_as_pem_and_as_one_line(api: TestClient) -> None:
    pem = api.get("/_emulator/public-key").text
    one_line = api.get("/_emulator/public-key", params={"format": "base64"}).text
    manifest = api.get("/_emulator/manifest").json()
    assert pem.startswith("-----BEGIN PUBLIC KEY-----\n")
    assert one_line.count("\n") == 1
    assert (manifest["publicKey"], manifest["publicKeyBase64"]) == (pem, one_line.strip())


def test_the_public_key_has_no_other_form(api: TestClient) -> None:
    answer = api.get("/_emulator/public-key", params={"format": "jwk"})
    assert violations(answer) == [("format", "INVALID_ENUM_VALUE")]
