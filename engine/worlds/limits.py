"""Maximum sizes of a world, and reserved names."""

MAX_FIELDS, MAX_VALUES, MAX_ITEMS = 20, 50, 50
MAX_CELLS = 10_000_000  # Contexts of a world; more than `TABULATED` are never listed.
MAX_TABLE = 10_000  # Entries of a table.
MAX_TERMS = 1_000  # Terms of weights.
MAX_SIZE = 600_000  # Bytes of `World.text`.
MAX_SENT, MAX_FEATURES = 30, 100
"""Columns sent by a context, and by an action; the cost of a request grows with them."""
MAX_TITLE, MAX_NAME, MAX_STORY, MAX_UNIT = 40, 60, 500, 12  # Characters.
MAX_WORTH = 1e9  # Worth of a success, in the unit.
TAKEN = ("action", "best", "event", "expected", "probability", "reward", "strength")
"""Names of columns beside the context's fields in rows of the engine."""
