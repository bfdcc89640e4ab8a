"""Floor 3, telling others: how an event is sealed, and how it gets to its receivers."""
