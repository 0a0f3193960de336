"""Who comes, and what they would give."""
