"""What runs an experiment: fits and runs in worker processes, on this machine or on many."""
