"""What a log tells."""
