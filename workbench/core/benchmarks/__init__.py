"""What the workbench is worth on this machine: figures of its own ways beside those of the usual ways, as ratios."""
