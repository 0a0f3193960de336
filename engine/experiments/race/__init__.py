"""A race: several ways of choosing before the very same crowds."""
