"""What the Play page is made of: its set-up, its session, its controls and its pictures."""
