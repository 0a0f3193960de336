"""Loops and learners before crowds."""
