"""What the Why page is made of: what it is about, its session, its controls and its pictures."""
