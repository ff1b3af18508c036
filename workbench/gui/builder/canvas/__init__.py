"""Looking at the scene and working on it with mouse and keys."""
