"""Contexts of a log, read back as those of the world that it was made in."""

from dataclasses import dataclass
from functools import cached_property

from engine.arrays import Array
from engine.evaluation.decisions import Decisions, columns_in, context_of
from engine.evaluation.targets import Choosing, by_context, position
from engine.protocol.features import flatten
from engine.simulation.baselines import RuleTable
from engine.worlds import Context, World


class Texts:
    """Contexts of a world by the texts that a log has for them: values that send numbers, tags or
    nothing at all are told by what they send."""

    def __init__(self, world: World) -> None:
        self._values: dict[str, dict[frozenset[str], str]] = {}
        self._fields: dict[str, str] = {}
        for field in world.fields:
            of_field = self._values[field.name] = {}
            for value in field.values:
                sent = flatten(world.features({field.name: value.name}), "context")
                columns = frozenset(filter(None, columns_in(context_of(sent))))
                of_field[columns] = value.name
                self._fields |= dict.fromkeys(columns, field.name)

    def context(self, text: str) -> Context | None:
        """The world's context that a text tells; None if it is none of the world's."""
        columns: dict[str, set[str]] = {name: set() for name in self._values}
        for column in filter(None, columns_in(text)):
            field = self._fields.get(column)
            if field is None:
                return None
            columns[field].add(column)
        found = {
            name: values.get(frozenset(columns[name])) for name, values in self._values.items()
        }
        context = {name: value for name, value in found.items() if value is not None}
        return context if len(context) == len(found) else None


@dataclass(frozen=True, eq=False)
class WorldRule(Choosing):
    """A rule over the fields of a world; the baseline in a context that is none of the world's, and
    where the rule's action is not offered."""

    world: World
    rule: RuleTable
    key: str = "rules"

    def probabilities(self, log: Decisions) -> Array:
        return by_context(log, [self._action(log, text) for text in log.contexts])

    def _action(self, log: Decisions, text: str) -> int:
        context = self._texts.context(text)
        if context is None:
            return -1
        return position(log, self.rule.table[tuple(context[field] for field in self.rule.fields)])

    @cached_property
    def _texts(self) -> Texts:
        return Texts(self.world)
