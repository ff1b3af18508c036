"""The canvas for those who do not see it."""
