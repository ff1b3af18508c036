"""Landmarks: which idea each ready network stands for, whose it is, and where in the network it can be seen."""
