"""How fast the emulator is, as ratios to a bare Starlette application: `python -m tests.benchmarks`."""
