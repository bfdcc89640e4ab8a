"""Floor 1, what is true: frozen values and pure rules."""
