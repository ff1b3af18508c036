"""The window. The only place that knows Qt; nothing here loads torch before the window is visible."""
