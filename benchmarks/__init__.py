"""Programs that print ratios. Never run by the tests."""
