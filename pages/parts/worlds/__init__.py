"""Worlds page: write a world, see its value, keep it, play in it."""
