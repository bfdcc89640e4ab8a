import base64
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_public_key,
)

from emulator.webhooks.keys import KeyFileError, SigningKey

ONE_LINE_BASE64 = re.compile(r"[A-Za-z0-9+/]+=*")


def pem(key: PrivateKeyTypes, encryption: KeySerializationEncryption | None = None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


@pytest.fixture(scope="module")
def own_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


def key_file(folder: Path, content: bytes) -> Path:
    path = folder / "key.pem"
    path.write_bytes(content)
    return path


def test_the_development_key_is_an_rsa_key_of_2048_bits() -> None:
    assert SigningKey().private.key_size == 2_048


def test_the_development_key_never_changes_so_that_a_user_sets_it_once() -> None:
    assert SigningKey().kid == "X108pTNK"  # change it, and every user has to set the key again


def test_the_wrong_key_is_another_one() -> None:
    assert SigningKey.wrong().public_pem != SigningKey().public_pem
    assert SigningKey.wrong().private.key_size == 2_048


def test_the_public_key_is_a_pem_of_spki_as_wixs_dashboard_shows_it() -> None:
    lines = SigningKey().public_pem.splitlines()
    assert (lines[0], lines[-1]) == ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----")
    assert load_pem_public_key(SigningKey().public_pem.encode()) == SigningKey().private.public_key()


def test_the_one_line_form_is_base64_of_the_pem_text() -> None:
    one_line = SigningKey().public_base64
    assert ONE_LINE_BASE64.fullmatch(one_line)
    assert base64.b64decode(one_line, validate=True).decode() == SigningKey().public_pem


@pytest.mark.rule("R304")
@pytest.mark.parametrize("key", [SigningKey(), SigningKey.wrong()], ids=["development", "wrong"])
def test_a_kid_has_eight_letters_and_digits(key: SigningKey) -> None:
    assert re.fullmatch("[A-Za-z0-9]{8}", key.kid)


def test_an_rsa_key_of_the_users_own_is_used(tmp_path: Path, own_key: rsa.RSAPrivateKey) -> None:
    key = SigningKey(key_file(tmp_path, pem(own_key)))
    assert key.private.private_numbers() == own_key.private_numbers()
    assert key.kid != SigningKey().kid


def test_a_pkcs1_file_is_as_good(tmp_path: Path, own_key: rsa.RSAPrivateKey) -> None:
    content = own_key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    key = SigningKey(key_file(tmp_path, content))
    assert key.private.private_numbers() == own_key.private_numbers()


def test_a_missing_key_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"missing\.pem: No such file"):
        SigningKey(tmp_path / "missing.pem")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="Is a directory"):
        SigningKey(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"no key", b"\xff\xfe", b"-----BEGIN PRIVATE KEY-----\nbm9uc2Vuc2U=\n-----END PRIVATE KEY-----\n"]
)
def test_a_file_that_is_no_pem_key_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(KeyFileError, match=r"key\.pem: not an unencrypted PEM private key"):
        SigningKey(key_file(tmp_path, content))


def test_a_public_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="not an unencrypted PEM private key"):
        SigningKey(key_file(tmp_path, SigningKey().public_pem.encode()))


def test_an_encrypted_key_is_refused(tmp_path: Path, own_key: rsa.RSAPrivateKey) -> None:
    with pytest.raises(KeyFileError, match="not an unencrypted PEM private key"):
        SigningKey(key_file(tmp_path, pem(own_key, BestAvailableEncryption(b"password"))))


@pytest.mark.rule("R304")
@pytest.mark.parametrize(
    "other", [ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()], ids=["EC", "Ed25519"]
)
def test_a_key_that_is_not_rsa_is_refused(tmp_path: Path, other: PrivateKeyTypes) -> None:
    with pytest.raises(KeyFileError, match="must be an RSA key, because Wix signs with RS256"):
        SigningKey(key_file(tmp_path, pem(other)))


def test_a_key_that_is_too_small_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="has 1024 bits, RS256 needs 2048 or more"):
        SigningKey(key_file(tmp_path, pem(rsa.generate_private_key(65_537, 1_024))))  # noqa: S505 - that is the point
