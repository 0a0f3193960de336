"""Which column of a table says what: guessed from names and types, and corrected by a person."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

MOST_VALUES = 50
"""Different values in the first rows up to which a column is guessed to tell of the context."""

_NAMES = {
    "propensity": (
        "propensity", "propensity_score", "pscore", "action_probability", "action_prob",
        "label_probability", "probability", "prob", "logging_probability", "p",
    ),
    "reward": ("reward", "earned", "click", "clicked", "clicks", "conversion", "converted",
               "payoff", "outcome", "success", "won", "bought", "purchased", "rating", "label",
               "r", "y"),
    "shown": ("action", "shown", "shown_action", "action_id", "chosen_action", "reward_action_id",
              "arm", "item_id", "item", "treatment", "variant", "decision", "a"),
    "offered": ("offered", "offered_actions", "actions", "action_set", "available_actions",
                "available", "candidates", "eligible"),
    "event": ("event_id", "eventid"),
    "time": ("time", "timestamp", "datetime", "date", "ts", "created_at"),
}  # fmt: skip
"""What each may be called, the likeliest first."""
_WORDS = {
    "propensity": (
        {"propensity", "pscore", "probability", "prob", "wahrscheinlichkeit"},
        {"of", "the", "its", "being", "action", "shown", "chosen", "offer", "logged", "logging"},
    ),
    "reward": (
        {"reward", "payoff", "outcome", "belohnung", "erfolg", "gewinn", "klick"},
        {"the", "its", "value", "amount", "observed", "given", "received", "total"},
    ),
    "shown": (
        {"action", "arm", "item", "offer", "shown", "chosen", "aktion", "angebot", "variante"},
        {"the", "what", "that", "was", "we", "is", "id", "name", "taken", "served", "displayed",
         "selected", "gezeigt", "gezeigte", "gezeigtes"},
    ),
}  # fmt: skip
"""Words of which a longer name may be made, with at least one of the first kind: *action shown*,
but not *action type*."""
_IDS = re.compile(r"(?:(?:.*_)?(?:id|uuid|guid|key|index|number|event|n)|unnamed.*)?")
"""How columns are called that number or name events, or people."""
_BEFORE = re.compile(r"(?:p|pi|prob|probability|propensity|pscore)[_.:( ]+(.+?)\)?", re.I)
"""How the column of one action's probability is called."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a log say. An empty name: no column says it.

    Attributes:
        shown: the action that was shown.
        reward: what it earned.
        propensity: the probability with which it was shown.
        context: each a field of the context.
        probabilities: pairs of an action and the column of its probability to be shown, which is
            empty where it was not offered.
        offered: the actions that could be shown, the baseline first: a list, or a text with ``|``,
            ``;`` or ``,`` between them.
        time: when it was.
        actions: all that could be shown every time, the baseline first, where no column says so;
            none to take those that are in the log.
        event: the id of the event; no other has it.
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

    @property
    def names(self) -> tuple[str, ...]:
        """All columns that are read."""
        single = self.shown, self.reward, self.propensity, self.offered, self.time, self.event
        of_actions = (name for _, name in self.probabilities)
        return tuple(dict.fromkeys(filter(None, (*single, *self.context, *of_actions))))

    @property
    def tells_offers(self) -> bool:
        """Whether it is known what could be shown without a look at the whole log."""
        return bool(self.offered or self.probabilities or self.actions)

    def fault(self, there: Iterable[str]) -> str | None:
        """Why a log with these columns cannot be read so, if it cannot."""
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
        if not (self.propensity or self.probabilities):
            return (
                "no column is said to hold the probability with which the action was shown, and "
                "without that nothing can be said of another policy"
            )
        return None


_TOLD = (
    pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_boolean
)  # fmt: skip


def guess(head: Any) -> Columns:
    """What the columns of a log may say, by the first rows of it, a `pyarrow.Table`."""
    # There may be several without a name.
    head = head.select([head.column_names.index(name) for name in dict.fromkeys(head.column_names)])
    names = list(head.column_names)
    named = {what: _by_name(names, candidates) for what, candidates in _NAMES.items()}
    told = dict(named)
    for what, (telling, others) in _WORDS.items():
        free = [name for name in names if name not in told.values()]
        told[what] = told[what] or _by_words(free, telling, others)
    timely = (name for name in names if pa.types.is_temporal(head[name].type))
    found = Columns(
        shown=told["shown"],
        reward=told["reward"],
        propensity=told["propensity"],
        offered=told["offered"],
        event=told["event"],
        time=told["time"] or next(timely, ""),
    )
    shown = set(_texts(head[found.shown])) if found.shown else set()
    found = replace(found, probabilities=_probabilities(names, shown))
    # An action may be called as a word for it: ``prob_offer`` is beside ``prob_no_offer``.
    if found.propensity in (name for _, name in found.probabilities):
        found = replace(found, propensity=named["propensity"])
    left = (name for name in names if name not in found.names)
    return replace(found, context=tuple(name for name in left if _may_be_context(head, name)))


def nested(head: Any, columns: Columns) -> tuple[str, ...]:
    """Columns of lists or maps, by the first rows of a log, that say nothing: no field of a context
    can be one."""
    told = zip(head.column_names, head.schema.types, strict=True)
    return tuple(n for n, kind in told if pa.types.is_nested(kind) and n not in columns.names)


def _by_name(names: Sequence[str], candidates: Sequence[str]) -> str:
    """What the whole name of a column says goes before that of a value in an object, of which a
    single letter says nothing: ``pos.y``."""
    whole = {_plain(name): name for name in reversed(names)}
    inner = {_plain(name.rpartition(".")[2]): name for name in reversed(names) if "." in name}
    found = [whole[one] for one in candidates if one in whole]
    found += [inner[one] for one in candidates if one in inner and len(one) > 1]
    return next(iter(found), "")


def _by_words(names: Sequence[str], telling: set[str], others: set[str]) -> str:
    """The first that is made of nothing but such words."""
    parted = ((name, set(_plain(name).split("_"))) for name in names)
    found = (name for name, words in parted if words & telling and words <= telling | others)
    return next(found, "")


def _plain(name: str) -> str:
    """``RewardActionId``, ``reward-action-id`` and ``_reward_action_id`` are alike."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def _probabilities(names: Iterable[str], shown: set[str]) -> tuple[tuple[str, str], ...]:
    """Columns named after actions; none unless each action shown in the first rows has one."""
    matches = ((_BEFORE.fullmatch(name), name) for name in names)
    found = tuple((match[1], name) for match, name in matches if match)
    return found if shown and shown <= {action for action, _ in found} else ()


def _may_be_context(head: Any, name: str) -> bool:
    """Words, whole numbers and truth values, of which few occur and more than one."""
    kind = head[name].type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    is_told = any(test(kind) for test in _TOLD)
    if not is_told or _IDS.fullmatch(_plain(name)):
        return False
    return len(set(_texts(head[name]))) <= MOST_VALUES


def _texts(column: Any) -> list[str]:
    return [str(value) for value in column.to_pylist() if value is not None]
