"""What SQLite's write-ahead log has behind the point where SQLite stops to read it.

SQLite takes the first frame whose checksum is wrong for the end of the log. After an ordinary crash it is: a torn frame
comes last, or before frames of an older log, whose salts are others, or of a transaction that was not committed. See
https://www.sqlite.org/fileformat2.html#the_write_ahead_log and, for the index of the log, walformat.html there.
"""

import os
import sys
from pathlib import Path
from typing import Final

_HEADER_BYTES: Final = 32
_FRAME_HEADER_BYTES: Final = 24
_NO_COMMIT: Final = bytes(4)
_FRAMES_READ_AT: Final = slice(16, 20)


def frames_read(index: Path) -> int:
    """How many frames of the log SQLite reads, as it has noted in its index: up to the last commit."""
    with index.open("rb") as file:
        return int.from_bytes(file.read(_FRAMES_READ_AT.stop)[_FRAMES_READ_AT], sys.byteorder)


def commits_behind(log: Path, frames: int) -> int:
    """How many commits the log has behind that many frames, those of an older log left out."""
    with log.open("rb") as file:
        header = file.read(_HEADER_BYTES)
        page_bytes, salts = int.from_bytes(header[8:12]), header[16:24]
        found = 0
        file.seek(_HEADER_BYTES + frames * (_FRAME_HEADER_BYTES + page_bytes))
        while len(frame := file.read(_FRAME_HEADER_BYTES)) == _FRAME_HEADER_BYTES:
            found += frame[8:16] == salts and frame[4:8] != _NO_COMMIT
            file.seek(page_bytes, os.SEEK_CUR)
    return found
