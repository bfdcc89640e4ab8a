"""Mixed load on a real server, and what becomes of its memory: `python -m tests.endurance --minutes 60`."""
