"""Test functions of other suites, as problems: of COCO and of IOHprofiler, where these are installed."""
