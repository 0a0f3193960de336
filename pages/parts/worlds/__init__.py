"""What the Worlds page is made of."""
