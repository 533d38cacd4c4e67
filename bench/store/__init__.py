"""What is kept: an experiment directory, its records and its fitted encoders."""
