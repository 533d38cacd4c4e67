"""What looks at what is kept: whether it can be believed, what it is, and other formats."""
