"""Requests and responses in the service's own JSON shapes."""
