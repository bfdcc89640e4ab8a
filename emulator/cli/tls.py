"""The certificates that https needs: a local authority that stays the same, and a server certificate from it."""

import os
import shutil
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from emulator.cli.ending import WRONG_USAGE, fail
from emulator.cli.files import write_atomically

if TYPE_CHECKING:
    import trustme

_AUTHORITY = Path("authority", "ca.pem")
_AUTHORITY_KEY = Path("authority", "ca-key.pem")
NAMES = ("localhost", "127.0.0.1", "::1", "www.wixapis.com")


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files: the authority that clients are to trust, and the server's certificate with its key."""

    authority: Path
    server: Path


def state_folder() -> Path:
    """Where this user's emulators keep what has to stay the same from run to run."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "wix-emulator"


def certificates(folder: Path) -> Certificates:
    """The authority, made once, and a fresh server certificate from it.

    Ends the command if the folder cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority = _authority(folder)
        server = folder / "server.pem"
        certificate = authority.issue_cert(*NAMES)
        chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        write_atomically(server, certificate.private_key_pem.bytes() + chain)
    except OSError as error:
        _fail_to_write(folder, error)
    return Certificates(folder / _AUTHORITY, server)


def trust_bundle(folder: Path) -> Path:
    """A file with the authority and the public roots of this machine, for clients that take one bundle only.

    Ends the command if the folder cannot be written.
    """
    bundle = folder / "bundle.pem"
    roots = ssl.create_default_context().get_ca_certs(binary_form=True)
    public = "".join(ssl.DER_cert_to_PEM_cert(root) for root in roots)
    try:
        write_atomically(bundle, ((folder / _AUTHORITY).read_text(encoding="ascii") + public).encode())
    except OSError as error:
        _fail_to_write(folder, error)
    return bundle


def _fail_to_write(folder: Path, error: OSError) -> NoReturn:
    reason = f"cannot keep certificates in {folder}: {error.strerror}"
    fail(f"{reason}; set XDG_STATE_HOME to a folder that can be written, on a disk with room", WRONG_USAGE)


def _authority(folder: Path) -> "trustme.CA":
    """The authority that the folder holds; a new one if there is none. Of several processes the first one's counts."""
    known = _known_authority(folder)
    if known is None:
        _make_authority(folder)
        known = _known_authority(folder)
    if known is None:
        fail(f"{folder / _AUTHORITY} has gone as soon as it was made; is something clearing {folder}?")
    return known


def _known_authority(folder: Path) -> "trustme.CA | None":
    import trustme

    certificate, key = folder / _AUTHORITY, folder / _AUTHORITY_KEY
    if not certificate.parent.is_dir():
        return None
    try:
        return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
    except FileNotFoundError:
        reason = f"{certificate} or {key} is missing"
        fail(f"{reason}; remove {key.parent}, and trust the new authority", WRONG_USAGE)
    except ValueError as error:
        reason = f"{certificate} or {key} is damaged ({error})"
        fail(f"{reason}; remove {key.parent}, and trust the new authority", WRONG_USAGE)


def _make_authority(folder: Path) -> None:
    """Certificate and key together, as one folder that is put in its place in one step: half of it is never there."""
    import trustme

    authority = trustme.CA(organization_name="wix-emulator local authority")
    new = Path(tempfile.mkdtemp(prefix=".authority.", dir=folder))
    try:
        write_atomically(new / _AUTHORITY.name, authority.cert_pem.bytes())
        write_atomically(new / _AUTHORITY_KEY.name, authority.private_key_pem.bytes())
        new.rename(folder / _AUTHORITY.parent)
    except OSError:
        if not (folder / _AUTHORITY.parent).is_dir():  # otherwise somebody else was faster
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
