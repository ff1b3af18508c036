"""Advice on a training from what it measured: one decorated rule per definition, each finding with its evidence."""
