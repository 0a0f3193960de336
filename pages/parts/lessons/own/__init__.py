"""A lecturer's own lesson: played, written down in a few sentences, saved as text."""
