"""The labs of the lessons, each beside the file of its lesson."""
