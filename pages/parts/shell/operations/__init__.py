"""Operation of the server: log lines, counters, readiness, middleware, settings."""
