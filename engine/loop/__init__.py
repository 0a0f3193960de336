"""Learning loop: settings, log, and the state computed from the log."""
