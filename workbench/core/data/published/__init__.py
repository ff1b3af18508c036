"""The sets that courses and papers use: where they are published, what is in them, how their files are read."""
