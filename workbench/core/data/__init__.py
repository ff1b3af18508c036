"""From a name or a folder to batches of normalized pictures on the device."""
