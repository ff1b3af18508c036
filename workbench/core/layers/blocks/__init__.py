"""Blocks: one decorated record each, a function from arguments to a part of a network. No torch needed."""
