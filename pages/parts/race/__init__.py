"""Race page: setup, session, controls, scene and wording."""
