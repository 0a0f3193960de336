"""What whoever runs the server sees and sets: log lines, counters, readiness, middleware."""
