"""Loops as files, out and in."""
