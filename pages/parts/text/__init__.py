"""Text and looks: numbers, money, typed text, glossary, theme."""
