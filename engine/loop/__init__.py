"""The learning loop: its settings, its log, and the state that follows from the log."""
