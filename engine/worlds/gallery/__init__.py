"""Ready worlds, one a file, and their `registry`."""
