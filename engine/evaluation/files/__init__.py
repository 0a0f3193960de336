"""Logged decisions read in batches from files and loops, for `offline_evaluation`.

A log with faults is rejected as a whole, with its faulty lines.
"""
