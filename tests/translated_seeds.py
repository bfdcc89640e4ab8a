"""`python -m tests.translated_seeds` translates the shipped seeds anew, for tests/test_seeds.py to be content."""

from emulator.seeds import fixtures, translate

if __name__ == "__main__":
    for path in fixtures().glob("*.yaml"):
        translate(path, path.read_bytes())
