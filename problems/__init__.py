"""Design problems: one file each, each usable on its own.

A problem states its objective, its constraints, its training designs and how one design is verified by independent
means. `problems.base.Problem` is the whole interface. Nothing here imports encoders or the benchmark.
"""
