"""Notes and coloured frames on the canvas."""
