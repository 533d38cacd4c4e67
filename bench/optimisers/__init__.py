"""Optimisers: each a file; `bench.optimisers.base.Optimiser` is the whole interface. They see only the objective."""
