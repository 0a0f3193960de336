"""What comes in and what goes out, in the service's own JSON shapes."""
