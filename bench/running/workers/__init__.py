"""Where tasks are carried out: in processes that may die without taking anything along, on one machine or on many."""

TIME_LIMIT = 3600.0
"""Seconds after which a fit or run is given up, unless told otherwise."""
