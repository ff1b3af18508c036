"""Advice on an analysed network: one decorated rule per definition, each finding with the edit that mends it."""
