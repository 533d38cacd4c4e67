"""A package of a third party: one problem, one encoder, one optimiser."""
