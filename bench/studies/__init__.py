"""Measurements beside the searches: diagnostics and reachability of an encoder, and how good a proxy σ is."""
