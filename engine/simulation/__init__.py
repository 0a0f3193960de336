"""Simulated visitors and their rewards."""
