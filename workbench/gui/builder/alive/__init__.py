"""The living network: what every node makes of a sample picture."""
