"""Evaluate page: estimates of policies from a log, off-policy."""
