"""Topology optimisation: the stiffest plate of a given volume, and densities that were optimised for other loads."""
