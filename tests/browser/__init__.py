"""Journeys in a real browser: a package, so that its fixtures last as long as they do."""
