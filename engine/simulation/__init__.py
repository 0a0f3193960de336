"""Simulated visitors and rewards."""
