"""The scene: a mirror of the network in items that stand somewhere and may be selected."""
