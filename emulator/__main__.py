"""`python -m emulator` is `wix-emulator`."""

from emulator.cli import main

main()
