"""Files that the verbs write: whole or not at all."""

import os
from pathlib import Path

from emulator.errors import UsageError

PRIVATE = 0o600
PUBLIC = 0o644


def check_folder(file: Path, option: str = "") -> None:
    """Before work is done in vain. Raises UsageError if there is no folder for the file."""
    if not file.parent.is_dir():
        raise UsageError(f"{option}{': ' if option else ''}there is no folder {file.parent}")


def write_atomically(file: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Beside the file first, then in its place: nobody ever sees half of it, whatever happens. Raises OSError."""
    new = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
