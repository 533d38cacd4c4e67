"""How a search runs: the ledger that counts, the objective that an optimiser gets, what a replicate shares."""
