"""From a belief to a distribution over actions: one policy a file."""
