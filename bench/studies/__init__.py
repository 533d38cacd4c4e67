"""What is measured of an encoder beside the searches: diagnostics, reachability."""
