"""Sweeps: many trainings of one plan that differ in some of its fields, to find out which values are good."""
