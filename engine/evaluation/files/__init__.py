"""Logged decisions out of files and loops, in batches: what `engine.evaluation.offline` is told.

A log that cannot be trusted is refused as a whole, with its faulty lines.
"""
