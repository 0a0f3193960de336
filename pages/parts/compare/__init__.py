"""Compare page: setup, session, controls, scene and wording."""
