"""What all learners share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a row: columns of the context (none: in general) x one of the action.

    ``of_id`` tells the column that the action's own id makes from its features.
    """

    context: tuple[str, ...]
    action: str
    of_id: bool = False
