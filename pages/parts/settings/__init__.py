"""Settings: declared once, with their widget, link and validation."""
