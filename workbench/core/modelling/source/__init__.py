"""From a network to the PyTorch module that a person would write."""
