"""What is drawn on the canvas: cards, frames, connections, notes, and how they look."""
