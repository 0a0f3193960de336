"""Data page: stored loops, downloads and uploads."""
