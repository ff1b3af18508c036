"""What can be laid over the canvas: costs, problems, what is frozen, neighbours of a group."""
