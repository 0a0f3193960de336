"""Kinds of damage to the rows of a store."""

from sqlalchemy import text

from engine.store import Store

DAMAGES = {
    "reward changed": "UPDATE entries SET body = replace(body, '\"value\":', '\"value\":-') "
    "WHERE position = (SELECT max(position) FROM entries WHERE body LIKE '%\"value\":%')",
    "no JSON": "UPDATE entries SET body = '{' WHERE position = 3",
    "entry gone": "DELETE FROM entries WHERE position = 3",
    "last entry gone": "DELETE FROM entries WHERE position = 18",
    "entry of another place": "UPDATE entries SET body = "
    "(SELECT other.body FROM entries AS other WHERE other.position = 5) WHERE position = 7",
    "digest changed": "UPDATE entries SET digest = "
    "(SELECT other.digest FROM entries AS other WHERE other.position = 5) WHERE position = 7",
    "length one too low": "UPDATE loops SET length = length - 1",
    "length one too high": "UPDATE loops SET length = length + 1",
    "events one too many": "UPDATE loops SET events = events + 1",
    "seed changed": "UPDATE loops SET seed = '8'",
    "name changed": "UPDATE loops SET name = 'other'",
    "owner changed": "UPDATE loops SET owner = 'you'",
    "mark no JSON": "UPDATE snapshots SET mark = '['",
    "mark of another place": "UPDATE snapshots SET mark = replace(mark, '[0', '[1')",
    "snapshot cut": "UPDATE snapshots SET data = substr(data, 5)",
}
"""Statements by name, for a loop of nine visitors with snapshots."""
HARMLESS = {"mark no JSON", "mark of another place", "snapshot cut"}
"""Kinds of damage repaired from the log."""


def damage(store: Store, name: str) -> None:
    """Apply the named damage."""
    with store._writing() as connection:
        assert connection.execute(text(DAMAGES[name])).rowcount
