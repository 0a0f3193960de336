"""Meaning of a table's columns: guessed from names and types, and corrected by the user."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

MOST_VALUES = 50
"""Distinct values in the first rows up to which a column is guessed to be context."""

_NAMES = {
    "propensity": (
        "propensity", "propensity_score", "pscore", "action_probability", "action_prob",
        "label_probability", "probability", "prob", "logging_probability", "p",
    ),
    "reward": ("reward", "earned", "revenue", "sales", "margin", "click", "clicked", "clicks",
               "conversion", "conversions", "converted", "payoff", "outcome", "success", "won",
               "bought", "purchase", "purchases", "purchased", "rating", "label", "amount",
               "value", "income", "r", "y", "cost"),
    "shown": ("action", "shown", "shown_action", "action_id", "chosen_action", "reward_action_id",
              "arm", "item_id", "item", "treatment", "variant", "decision", "a"),
    "offered": ("offered", "offered_actions", "actions", "action_set", "available_actions",
                "available", "candidates", "eligible"),
    "event": ("event_id", "eventid"),
    "time": ("time", "timestamp", "datetime", "date", "ts", "created_at"),
}  # fmt: skip
"""Known names of columns by meaning, the likeliest first."""
_OUTCOMES = _NAMES["reward"][: _NAMES["reward"].index("rating")]
"""Names of columns that are known only after the offer, and therefore no context."""
_CURRENCIES = {"eur": "€", "euro": "€", "euros": "€", "usd": "$", "gbp": "£", "chf": "CHF"}
"""Units of money by the word in a column's name."""
_WORDS = {
    "propensity": (
        {"propensity", "pscore", "probability", "prob", "wahrscheinlichkeit"},
        {"of", "the", "its", "being", "action", "shown", "chosen", "offer", "logged", "logging"},
    ),
    "reward": (
        {"reward", "payoff", "outcome", "revenue", "sales", "margin", "belohnung", "erfolg",
         "gewinn", "klick", "umsatz"},
        {"the", "its", "value", "amount", "observed", "given", "received", "total", "net", "gross",
         "in", *_CURRENCIES},
    ),
    "shown": (
        {"action", "arm", "item", "offer", "shown", "chosen", "aktion", "angebot", "variante"},
        {"the", "what", "that", "was", "we", "is", "id", "name", "taken", "served", "displayed",
         "selected", "gezeigt", "gezeigte", "gezeigtes"},
    ),
}  # fmt: skip
"""Words allowed in longer names, at least one from the first set: *action shown*, but not *action
type*."""
_IDS = re.compile(r"(?:(?:.*_)?(?:id|uuid|guid|key|index|number|event|n)|unnamed.*)?")
"""Names of columns that number or identify events or people."""
_BEFORE = re.compile(r"(?:p|pi|prob|probability|propensity|pscore)[_.:( ]+(.+?)\)?", re.I)
"""Pattern of a column with one action's probability."""


@dataclass(frozen=True, slots=True)
class StatedRule:
    """Rule that chose the actions of a log without probabilities, as a person states it.

    Attributes:
        column: the column that it depends on, or empty.
        actions: pairs of a value of the column and the rule's action, which is empty for a choice
            among all in equal parts; without a column, the only value is empty.
        share: probability of the rule's action; the others share the rest in equal parts.
    """

    column: str
    actions: tuple[tuple[str, str], ...]
    share: float


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of a log by meaning. An empty name stands for no column.

    Attributes:
        shown: the action shown.
        reward: its reward.
        propensity: the probability with which it was shown.
        context: columns that are fields of the context.
        probabilities: pairs of an action and the column of its probability, empty in events that
            did not offer the action.
        offered: the actions offered, the baseline first: a list, or a text with ``|``, ``;`` or
            ``,`` between them.
        time: time of the event.
        actions: actions offered in every event, the baseline first, if no column holds them; empty
            for the actions in the log.
        event: unique id of the event.
        quarters: pairs of a column of numbers and the limits between its quarters by the first
            rows; as context it has at most four values.
        split: of a log without probabilities, the shares with which its actions were drawn: pairs
            of an action and its share, empty for equal shares; or a rule. None if not stated.
    """

    shown: str = ""
    reward: str = ""
    propensity: str = ""
    context: tuple[str, ...] = ()
    probabilities: tuple[tuple[str, str], ...] = ()
    offered: str = ""
    time: str = ""
    actions: tuple[str, ...] = ()
    event: str = ""
    quarters: tuple[tuple[str, tuple[float, ...]], ...] = ()
    split: tuple[tuple[str, float], ...] | StatedRule | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns to read."""
        single = self.shown, self.reward, self.propensity, self.offered, self.time, self.event
        of_actions = (name for _, name in self.probabilities)
        of_rule = self.split.column if isinstance(self.split, StatedRule) else ""
        return tuple(dict.fromkeys(filter(None, (*single, *self.context, *of_actions, of_rule))))

    @property
    def tells_offers(self) -> bool:
        """True if the offers are known without a pass over the whole log."""
        has_shares = isinstance(self.split, tuple) and self.split
        return bool(self.offered or self.probabilities or self.actions or has_shares)

    @property
    def has_chances(self) -> bool:
        """True if the probability of the shown action is known."""
        return bool(self.propensity or self.probabilities or self.split is not None)

    def fault(self, there: Iterable[str]) -> str | None:
        """Reason why a table with the column names ``there`` cannot be read, or None."""
        times = Counter(there)
        missing = [name for name in self.names if name not in times]
        if missing:
            return f"it has no column {missing[0]!r}"
        several = [name for name in self.names if times[name] > 1]
        if several:
            return f"it has two columns that are called {several[0]!r}"
        if not self.shown:
            return "no column is said to hold the action that was shown"
        if not self.reward:
            return "no column is said to hold the reward"
        if not self.has_chances:
            return (
                "no column is said to hold the probability with which the action was shown, and it "
                "is not stated how actions were chosen"
            )
        return None


_CONTEXT_TYPES = (
    pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_boolean
)  # fmt: skip


def guess(head: Any) -> Columns:
    """Guess the meaning of a log's columns from its first rows, a `pyarrow.Table`."""
    # Several columns may lack a name.
    head = head.select([head.column_names.index(name) for name in dict.fromkeys(head.column_names)])
    names = list(head.column_names)
    named = {meaning: _by_name(names, candidates) for meaning, candidates in _NAMES.items()}
    chosen = dict(named)
    for meaning, (words, others) in _WORDS.items():
        free = [name for name in names if name not in chosen.values()]
        chosen[meaning] = chosen[meaning] or _by_words(free, words, others)
    timely = (name for name in names if pa.types.is_temporal(head[name].type))
    columns = Columns(
        shown=chosen["shown"],
        reward=chosen["reward"],
        propensity=chosen["propensity"],
        offered=chosen["offered"],
        event=chosen["event"],
        time=chosen["time"] or next(timely, ""),
    )
    shown = set(_texts(head[columns.shown])) if columns.shown else set()
    columns = replace(columns, probabilities=_probabilities(names, shown))
    # An action's name may be one of the words: ``prob_offer`` is beside ``prob_no_offer``.
    if columns.propensity in (name for _, name in columns.probabilities):
        columns = replace(columns, propensity=named["propensity"])
    left = [name for name in names if name not in columns.names]
    context = tuple(name for name in left if _may_be_context(head, name))
    limits = {name: _limits(head, name) for name in left if name not in context}
    quarters = tuple((name, between) for name, between in limits.items() if between)
    return replace(columns, context=context, quarters=quarters)


def quarter_of(number: float, limits: Sequence[float]) -> str:
    """Name the quarter of a number, given the limits between quarters, ascending."""
    place = sum(number >= limit for limit in limits)
    if place == 0:
        return f"below {limits[0]:.12g}"
    if place == len(limits):
        return f"{limits[-1]:.12g} or more"
    return f"{limits[place - 1]:.12g} to {limits[place]:.12g}"


def _limits(head: Any, name: str) -> tuple[float, ...]:
    """Limits between the quarters of a column of numbers; none for other columns, ids, and numbers
    that are all equal."""
    kind, column = head[name].type, head[name]
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)) or _IDS.fullmatch(
        _plain(name)
    ):
        return ()
    numbers = column.drop_null().to_numpy().astype(float)
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return ()
    limits = np.unique(np.quantile(numbers, (0.25, 0.5, 0.75), method="closest_observation"))
    return tuple(limits[limits > numbers.min()].tolist())


def nested(head: Any, columns: Columns) -> tuple[str, ...]:
    """Columns of lists or maps without a meaning, by the first rows; they cannot be context
    fields."""
    types = zip(head.column_names, head.schema.types, strict=True)
    return tuple(n for n, kind in types if pa.types.is_nested(kind) and n not in columns.names)


def _by_name(names: Sequence[str], candidates: Sequence[str]) -> str:
    """Column with a known name; a whole name goes before the last part of a nested name
    (``pos.y``), in which single letters are ignored."""
    whole = {_plain(name): name for name in reversed(names)}
    inner = {_plain(name.rpartition(".")[2]): name for name in reversed(names) if "." in name}
    matches = [whole[candidate] for candidate in candidates if candidate in whole]
    matches += [
        inner[candidate] for candidate in candidates if candidate in inner and len(candidate) > 1
    ]
    return next(iter(matches), "")


def unit_in(name: str) -> str:
    """Unit of money in a column's name, as in ``revenue_eur`` or ``Revenue (€)``; or empty."""
    units = (unit for word, unit in _CURRENCIES.items() if word in _plain(name).split("_"))
    signs = (unit for unit in _CURRENCIES.values() if not unit.isalpha() and unit in name)
    return next(units, next(signs, ""))


def _by_words(names: Sequence[str], required: set[str], others: set[str]) -> str:
    """First column whose name consists of allowed words only."""
    parted = ((name, set(_plain(name).split("_"))) for name in names)
    matches = (name for name, words in parted if words & required and words <= required | others)
    return next(matches, "")


def _plain(name: str) -> str:
    """Normalised name: ``RewardActionId``, ``reward-action-id`` and ``_reward_action_id`` are
    equal."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def _probabilities(names: Iterable[str], shown: set[str]) -> tuple[tuple[str, str], ...]:
    """Columns named after actions; empty unless each action shown in the first rows has one."""
    matches = ((_BEFORE.fullmatch(name), name) for name in names)
    columns = tuple((match[1], name) for match, name in matches if match)
    return columns if shown and shown <= {action for action, _ in columns} else ()


def _may_be_context(head: Any, name: str) -> bool:
    """Return True for words, whole numbers and truth values with few distinct values."""
    kind = head[name].type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    is_allowed = any(test(kind) for test in _CONTEXT_TYPES)
    if not is_allowed or _plain(name) in _OUTCOMES or _IDS.fullmatch(_plain(name)):
        return False
    return len(set(_texts(head[name]))) <= MOST_VALUES


def _texts(column: Any) -> list[str]:
    return [str(value) for value in column.to_pylist() if value is not None]
