"""Hostile input: files, directories and arguments that are damaged, forged or meant to harm.

A few hundred cases are part of the tests, always the same ones. For many more, other ones each time:

    FUZZ=60 python -m pytest tests/fuzz

which says at its end how many there were.
"""
