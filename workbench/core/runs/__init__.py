"""Runs: the folder that holds one, and walking its training loop."""
