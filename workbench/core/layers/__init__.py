"""The catalog of layer kinds: one decorated class each. Importing it does not import torch."""
