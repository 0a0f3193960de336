"""Why page: session, controls, scene and wording."""
