"""What runs something beside the searches, and writes its results to the records: encoder diagnostics, reachability."""
