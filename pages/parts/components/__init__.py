"""Parts of the screen that need JavaScript."""
