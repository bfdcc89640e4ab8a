"""`python -m tests.translated_seeds` translates the shipped seeds anew, for tests/test_seeds.py to be content."""

from zlib import crc32

from pydantic_core import to_json

from emulator.documents import DatelessLoader, load
from emulator.seeds import fixtures

if __name__ == "__main__":
    for path in fixtures().glob("*.yaml"):
        content = path.read_bytes()
        translation = {"crc32": crc32(content), "document": load(content, DatelessLoader)}
        path.with_suffix(".json").write_bytes(to_json(translation) + b"\n")
