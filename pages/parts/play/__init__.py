"""Play page: set-up, session, controls and pictures."""
