"""Off-policy evaluation and analysis of a loop's log."""
