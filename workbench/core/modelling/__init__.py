"""From networks to modules and back, and everything that can be known about a network without data."""
