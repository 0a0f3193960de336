"""Rules over the context columns of a log, for a log of no known world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.logged_decisions import Decisions, values_in
from engine.evaluation.target_policies import ProbabilityTarget, by_context, position
from engine.simulation.baselines import RuleTable

MOST_VALUES = 14
"""Most values of a column that a rule may depend on: two columns make at most 196 rows."""
MISSING = ""
"""Value of a column in contexts that lack it."""


@dataclass(frozen=True, eq=False)
class LogRule(ProbabilityTarget):
    """Rule with an action for each combination of column values; the baseline for other values, and
    if the rule's action is not offered."""

    rule: RuleTable
    key: str = "rules"

    def probabilities(self, log: Decisions) -> Array:
        table, fields = self.rule.table, self.rule.fields
        actions = [table.get(values) for values in _values(log, fields)]
        return by_context(log, [-1 if a is None else position(log, a) for a in actions])


def columns_for_rules(log: Decisions) -> Mapping[str, Sequence[str]]:
    """Sorted values of each context column that has 2 to `MOST_VALUES`, by the column's name."""
    contexts = [values_in(text) for text in log.contexts]
    names = dict.fromkeys(name for context in contexts for name in context)
    values = {name: sorted({c.get(name, MISSING) for c in contexts}) for name in names}
    return {name: texts for name, texts in values.items() if 2 <= len(texts) <= MOST_VALUES}


def depends_on_columns(rule: RuleTable, log: Decisions) -> bool:
    """True if each field of a rule is a context column of the log."""
    names = {name for text in log.contexts for name in values_in(text)}
    return names.issuperset(rule.fields)


def usual_rule(log: Decisions, fields: Sequence[str]) -> RuleTable:
    """Action shown most often to each combination of values in the log, of a log with events."""
    groups = _values(log, fields)
    order = {group: place for place, group in enumerate(sorted(set(groups)))}
    places: NDArray[np.intp] = np.array([order[group] for group in groups], dtype=np.intp)
    counts = np.zeros((len(order), len(log.actions)), dtype=np.intp)
    np.add.at(counts, (places[log.context_index], log.shown), 1)
    usual = (log.actions[action] for action in counts.argmax(axis=1).tolist())
    return RuleTable(tuple(fields), dict(zip(order, usual, strict=True)))


def _values(log: Decisions, fields: Sequence[str]) -> list[tuple[str, ...]]:
    """Values of the columns in each context of a log."""
    contexts = map(values_in, log.contexts)
    return [tuple(context.get(name, MISSING) for name in fields) for context in contexts]
