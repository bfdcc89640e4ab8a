"""Where an emulator answers if nobody says otherwise. It loads nothing: every start pays for what it imports."""

DEFAULT_PORT = 8949
DEFAULT_URL = f"http://127.0.0.1:{DEFAULT_PORT}"
