"""Shell: navigation, routes, first paint, sessions and operations."""
