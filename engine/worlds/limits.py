"""How large a world may be, and which names are taken in one."""

MAX_FIELDS, MAX_VALUES, MAX_ITEMS = 20, 50, 50
MAX_CELLS = 10_000_000  # Contexts that a world may have; beyond `TABULATED` none lists them all.
MAX_TABLE = 10_000  # Entries of a table.
MAX_TERMS = 1_000  # Terms of weights.
MAX_SIZE = 600_000  # Bytes of all of it, written as `World.text`.
MAX_SENT, MAX_FEATURES = 30, 100
"""Columns that a context sends, and an action: what a click costs grows with them."""
MAX_TITLE, MAX_NAME, MAX_STORY, MAX_UNIT = 40, 60, 500, 12  # Characters.
MAX_WORTH = 1e9  # Of a success, in the unit.
TAKEN = ("action", "best", "event", "expected", "probability", "reward", "strength")
"""Columns that stand beside the context's fields in rows of the engine."""
