"""Floor 7, the command line."""

import gc

_COLLECTION_OBJECTS = 200_000  # more than a start makes


def main() -> None:
    """Run the command line. Exit status: 0 ok, 1 failed, 2 wrong usage or configuration, 3 not ready."""
    # A start is paid for in every test run. Nearly all that it makes stays, so a collection would only look through it.
    gc.set_threshold(_COLLECTION_OBJECTS)
    from emulator.cli import stand_ins

    stand_ins.install()
    from emulator.cli import command

    command.run()
