"""Export and import of loops as files."""
