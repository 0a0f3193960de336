"""Glossary: a popover beside each question, the list of terms, and the card on use."""
