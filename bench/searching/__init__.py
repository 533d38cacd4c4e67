"""How it is searched: the ledger that counts, the objective that an optimiser sees, what a replicate shares."""
