"""Floor 5, HTTP: parse, call, render."""
