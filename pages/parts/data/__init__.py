"""What the Data page is made of: the loops, the files they leave in, and the way in."""
