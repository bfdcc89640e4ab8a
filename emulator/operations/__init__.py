"""Floor 4, what the emulator can do: plain functions over a site, without HTTP."""
