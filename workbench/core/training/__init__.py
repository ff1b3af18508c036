"""One plan, one loop, one vocabulary of events."""
