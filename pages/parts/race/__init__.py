"""What the Race page is made of: its set-up, its session, its processes, controls and words."""
