"""Experiments: the file, what it may name, and the fits and runs that it stands for."""
