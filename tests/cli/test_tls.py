"""https beside http: a certificate that clients accept, from an authority that stays the same."""

import http.client
import shlex
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from emulator.cli.tls import NAMES, certificates, state_folder, trust_bundle
from tests.conftest import CLEAN_ENVIRONMENT, Server, start_server, stop_server

PATIENCE_S = 20
ROUNDS = 5
RACER = """
import sys, pathlib, trustme
from emulator.cli.tls import certificates
print("ready", flush=True)
sys.stdin.read()
print(certificates(pathlib.Path(sys.argv[1])).authority.read_text(), end="")
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def start(home: Path, *flags: str) -> Server:
    return start_server(
        "--tls", "--tls-port", "0", *flags, environment=CLEAN_ENVIRONMENT | {"XDG_STATE_HOME": str(home)}
    )


@pytest.fixture(scope="module")
def secure(home: Path) -> Iterator[Server]:
    running = start(home)
    yield running
    assert stop_server(running) == 0


def asked(server: Server, name: str, trusted: str | None = None) -> http.client.HTTPResponse:
    """The emulator's health, asked for by that name, which the certificate has to bear."""
    context = ssl.create_default_context(cafile=trusted or server.facts["caFile"])
    port = urlsplit(server.facts["tlsUrl"]).port
    connection = http.client.HTTPSConnection(name, port, context=context, timeout=PATIENCE_S)
    raw = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
    connection.sock = context.wrap_socket(raw, server_hostname=name)
    connection.request("GET", "/_emulator/health")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "www.wixapis.com"])
def test_the_emulator_answers_by_https_to_each_of_its_names(secure: Server, name: str) -> None:
    assert asked(secure, name).status == 200


def test_it_answers_by_http_as_well(secure: Server) -> None:
    connection = http.client.HTTPConnection(urlsplit(secure.url).netloc, timeout=PATIENCE_S)
    connection.request("GET", "/_emulator/health")
    answer = connection.getresponse()
    assert (answer.status, answer.read()[:1]) == (200, b"{")
    connection.close()


@pytest.mark.parametrize("name", ["manage.wix.com", "wixapis.com"])
def test_it_does_not_pass_for_anybody_else(secure: Server, name: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="not valid for"):
        asked(secure, name)


def test_who_does_not_trust_the_authority_is_not_served(secure: Server) -> None:
    context = ssl.create_default_context()
    port = urlsplit(secure.facts["tlsUrl"]).port
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE_S) as raw,
        pytest.raises(ssl.SSLCertVerificationError),
        context.wrap_socket(raw, server_hostname="localhost"),
    ):
        pass


@pytest.mark.parametrize("begun", [b"", b"\x16\x03\x01\x02\x00\x01"], ids=["not begun", "begun"])
def test_who_does_not_shake_hands_is_left(secure: Server, begun: bytes) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(secure.facts["tlsUrl"]).port), PATIENCE_S) as raw:
        raw.sendall(begun)
        assert raw.recv(1) == b""


def test_the_authority_stays_the_same_from_run_to_run(secure: Server, home: Path) -> None:
    trusted = Path(secure.facts["caFile"]).read_bytes()
    again = start(home)
    try:
        assert again.facts["caFile"] == secure.facts["caFile"]
        assert Path(again.facts["caFile"]).read_bytes() == trusted
        assert asked(again, "www.wixapis.com").status == 200
        assert asked(secure, "www.wixapis.com").status == 200  # a new certificate does not disturb who runs already
    finally:
        assert stop_server(again) == 0


def test_every_user_has_an_authority_of_their_own(tmp_path: Path) -> None:
    one, other = (certificates(tmp_path / name).authority.read_bytes() for name in ("one", "other"))
    assert one != other


def test_the_state_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "wix-emulator"
    monkeypatch.delenv("XDG_STATE_HOME")
    assert state_folder() == Path.home() / ".local" / "state" / "wix-emulator"


def test_the_keys_are_for_the_users_eyes_only(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    files = certificates(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in (files.server, files.authority.with_name("ca-key.pem")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_certificate_is_for_the_names_and_a_while(tmp_path: Path) -> None:
    from cryptography import x509

    certificate = x509.load_pem_x509_certificates(certificates(tmp_path).server.read_bytes())[0]
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(name.value) for name in names} == set(NAMES)
    assert certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=30)


def test_the_bundle_holds_the_authority_and_the_public_roots(tmp_path: Path) -> None:
    files = certificates(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(trust_bundle(tmp_path))
    public = ssl.create_default_context().get_ca_certs(binary_form=True)
    authority = ssl.PEM_cert_to_DER_cert(files.authority.read_text(encoding="ascii"))
    assert set(context.get_ca_certs(binary_form=True)) >= {authority, *public}


@pytest.mark.parametrize("name", ["ca.pem", "ca-key.pem"])
def test_a_damaged_authority_is_told_about_and_not_replaced(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = certificates(tmp_path).authority.with_name(name)
    damaged.write_bytes(b"damaged")
    with pytest.raises(SystemExit) as ended:
        certificates(tmp_path)
    assert ended.value.code == 2
    assert "is damaged" in capsys.readouterr().err
    assert damaged.read_bytes() == b"damaged"


@pytest.mark.parametrize("name", ["ca.pem", "ca-key.pem"])
def test_half_an_authority_is_told_about_and_not_completed(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = certificates(tmp_path).authority.with_name(name)
    missing.unlink()
    with pytest.raises(SystemExit):
        certificates(tmp_path)
    assert "is missing" in capsys.readouterr().err
    assert not missing.exists()


def test_of_processes_that_start_at_once_all_have_the_same_authority(tmp_path: Path) -> None:
    for round_ in range(ROUNDS):
        folder = tmp_path / str(round_)
        racers = [
            subprocess.Popen([sys.executable, "-c", RACER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own command
            for _ in range(2)
        ]
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == b"ready\n"
        for racer in racers:  # nobody begins before all are there
            assert racer.stdin is not None
            racer.stdin.close()
        ends = [(racer.wait(PATIENCE_S), racer.stdout and racer.stdout.read().decode()) for racer in racers]
        for racer in racers:
            assert racer.stdout is not None
            racer.stdout.close()
        (authority,) = {seen for status, seen in ends if status == 0}
        assert [status for status, _ in ends] == [0, 0]
        files = certificates(folder)
        assert files.authority.read_text() == authority  # and its key belongs to it: it has just certified
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.server)
        assert sorted(path.name for path in folder.iterdir()) == ["authority", "server.pem"]


def test_a_file_in_the_folders_place_is_told_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken = tmp_path / "state"
    taken.write_text("")
    with pytest.raises(SystemExit) as ended:
        certificates(taken)
    assert ended.value.code == 2
    assert f"cannot keep certificates in {taken}" in capsys.readouterr().err


def on_a_full_disk(home: Path) -> subprocess.CompletedProcess[str]:
    """The emulator where no file can grow, which is as a full disk looks to it."""
    command = f"ulimit -f 0; exec {shlex.quote(sys.executable)} -m emulator --tls --tls-port 0 --port 0"
    environment = CLEAN_ENVIRONMENT | {"XDG_STATE_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(  # noqa: S602 - our own command
        command, shell=True, env=environment, capture_output=True, text=True, timeout=3 * PATIENCE_S, check=False
    )


@pytest.mark.parametrize("has_authority", [False, True])
def test_a_full_disk_is_told_about_and_leaves_no_half_files(tmp_path: Path, has_authority: bool) -> None:
    folder = tmp_path / "wix-emulator"
    if has_authority:
        certificates(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    ended = on_a_full_disk(tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        f"wix-emulator: cannot keep certificates in {folder}: File too large; "
        "set XDG_STATE_HOME to a folder that can be written, on a disk with room\n"
    )
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_bundle_that_cannot_be_written_is_told_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    certificates(tmp_path)
    (tmp_path / "bundle.pem").mkdir()
    with pytest.raises(SystemExit) as ended:
        trust_bundle(tmp_path)
    assert ended.value.code == 2
    assert f"cannot keep certificates in {tmp_path}: Is a directory" in capsys.readouterr().err


def test_a_port_of_https_that_is_taken_is_told_with_the_flag_that_chooses_it(server: Server, tmp_path: Path) -> None:
    port = server.url.rpartition(":")[2]
    command = [sys.executable, "-m", "emulator", "--port", "0", "--tls", "--tls-port", port]
    environment = CLEAN_ENVIRONMENT | {"XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 1
    assert "choose another port with --tls-port, or --tls-port 0 for a free one" in done.stderr


def test_without_the_flag_there_is_no_https(server: Server) -> None:
    assert (server.facts["tlsUrl"], server.facts["caFile"]) == (None, None)
