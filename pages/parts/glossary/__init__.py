"""The glossary: a popover beside each question, the list, and the card on when to use it."""
