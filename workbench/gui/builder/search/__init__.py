"""Finding layers to add and nodes to go to: the palette, and a few letters on the canvas."""
