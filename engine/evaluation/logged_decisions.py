"""Logged decisions as columns: the input of an off-policy evaluation.

Each column is checked here once, so estimators need no checks of their own.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import PersonalizerError, refuse
from engine.loop.event import EventState
from engine.loop.learning_loop import LearningLoop
from engine.protocol.features import Features
from engine.worlds.limits import MAX_ITEMS

T = TypeVar("T", bound=np.generic)
Codes = NDArray[np.intp]
"""Positions in a list."""

_CODE = "BadRequest"
_ROUNDING = 1e-6
"""Tolerance: of the sum of a decision's probabilities, and between the propensity and the shown
action's probability."""
COARSE = 5e-5
"""Half a unit of four digits: probabilities with more digits are as good as exact."""
_NAMED = 20
"""Most actions named in a message."""
_TWICE = 3
"""Number of equal rewards after which the next one is expected to be equal, too."""
LEAST_CHANCE = 1e-12
"""Smallest propensity accepted. A smaller value is a fault of the log, and squares of its weight
overflow."""


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """Logged decisions: N events in their order, and the K actions offered in them.

    ``BadRequest`` names the first event at fault, counted from 1.

    Attributes:
        actions: ids of the actions.
        contexts: contexts as texts, see `text_of`; `context_index` points into them.
        context_index: the context of each event, (N,) positions in `contexts`.
        shown: the action shown to each visitor, (N,) positions in `actions`.
        propensity: the logged probability of the shown action, (N,), above 0 and at most 1.
        reward: reward of the event, (N,).
        offered: mask of the actions that could be shown, (N, K).
        baseline: the first action offered, (N,) positions in `actions`.
        probabilities: logged probability of each action, (N, K); None if the log holds only the
            shown action's.
        means: expected rewards as believed at Rank time, (N, K); None if the log holds none.
        unmatched: number of apprentice events left out because the apprentice chose another action.
        rounding: largest rounding error of the probabilities, by the digits in the file.
        probability_tolerance: largest difference from the propensity at which a probability counts
            as equal to it, (N,); None for `rounding`.
        largest: largest possible reward of each action, (K,), for example by its price; None if all
            actions have the bounds of the rewards.
        time: seconds since 1970 of each event, (N,), NaN if unreadable; None if the log has none.
    """

    actions: tuple[str, ...]
    contexts: tuple[str, ...]
    context_index: NDArray[np.intp]
    shown: NDArray[np.intp]
    propensity: Array
    reward: Array
    offered: NDArray[np.bool_]
    baseline: NDArray[np.intp]
    probabilities: Array | None = None
    means: Array | None = None
    unmatched: int = 0
    rounding: float = 0.0
    probability_tolerance: Array | None = None
    largest: Array | None = None
    time: Array | None = None

    def __post_init__(self) -> None:
        n, k = len(self.shown), len(self.actions)
        self._check_shapes(n, k)
        _check(np.isfinite(self.reward), self.reward, "reward", "a finite number")
        possible = (self.propensity >= LEAST_CHANCE) & (self.propensity <= 1 + _ROUNDING)
        allowed = f"at least {LEAST_CHANCE:g} and at most 1"
        _check(possible, self.propensity, "probability", allowed)
        for name, codes, end in (
            ("context", self.context_index, len(self.contexts)),
            ("shown action", self.shown, k),
            ("baseline action", self.baseline, k),
        ):
            _check((codes >= 0) & (codes < end), codes, name, "one that is listed")
        names = np.array(self.actions, dtype=object)
        events = np.arange(n)
        for name, codes in (("shown action", self.shown), ("baseline action", self.baseline)):
            _check(self.offered[events, codes], names[codes], name, "one that was offered")
        if self.probabilities is not None:
            self._check_probabilities(self.probabilities)
        if self.means is not None:
            unknown = self.offered & ~np.isfinite(self.means)
            _check(~unknown.any(axis=1), self.means, "believed rewards", "finite numbers")

    def _check_shapes(self, n: int, k: int) -> None:
        columns = [self.context_index, self.shown, self.propensity, self.reward, self.baseline]
        columns += [] if self.time is None else [self.time]
        tables = (t for t in (self.offered, self.probabilities, self.means) if t is not None)
        if any(c.shape != (n,) for c in columns) or any(t.shape != (n, k) for t in tables):
            _refuse("The columns of a log are not equally long.")
        if len(set(self.actions)) < k or len(set(self.contexts)) < len(self.contexts):
            _refuse("An action or a context is listed twice.")

    def _check_probabilities(self, table: Array) -> None:
        within = (table >= 0).all(axis=1) & (np.abs(table.sum(axis=1) - 1) <= _ROUNDING)
        _check(within, table, "probabilities", "0 or more, with a sum of 1")
        beyond = ~self.offered & (table > 0)
        _check(~beyond.any(axis=1), table, "probabilities", "0 of what was not offered")
        of_shown = table[np.arange(len(self)), self.shown]
        agree = np.abs(of_shown - self.propensity) <= _ROUNDING
        _check(agree, self.propensity, "probability", "that of the shown action")

    def __len__(self) -> int:
        return len(self.shown)

    def take(self, events: NDArray[np.intp] | slice) -> "Decisions":
        """Return some of the events, in the order of the positions."""
        probabilities, means, probability_tolerance = (
            self.probabilities,
            self.means,
            self.probability_tolerance,
        )
        return Decisions(
            self.actions,
            self.contexts,
            self.context_index[events],
            self.shown[events],
            self.propensity[events],
            self.reward[events],
            self.offered[events],
            self.baseline[events],
            None if probabilities is None else probabilities[events],
            None if means is None else means[events],
            self.unmatched,
            self.rounding,
            None if probability_tolerance is None else probability_tolerance[events],
            self.largest,
            None if self.time is None else self.time[events],
        )

    def limited(self, largest: Mapping[str, float]) -> "Decisions":
        """Return the log with the largest possible reward of each action, by its id; a larger one
        in the log takes its place. The log itself if an action has none."""
        if not self.actions or not largest.keys() >= set(self.actions):
            return self
        limits = np.array([largest[action] for action in self.actions], dtype=float)
        np.maximum.at(limits, self.shown, self.reward)
        return replace(self, largest=limits)

    def without_pay(self, actions: Collection[str]) -> "Decisions":
        """Return the log with the statement that these actions, by their ids, always pay 0.

        ``BadRequest`` for an unknown action, and for one with another reward in the log.
        """
        if unknown := next((action for action in actions if action not in self.actions), None):
            named = ", ".join(self.actions[:_NAMED])
            _refuse(f"The log has no action “{unknown}”. It has: {named}.")
        limits = np.full(len(self.actions), math.inf) if self.largest is None else +self.largest
        for action in actions:
            limits[self.actions.index(action)] = 0.0
        paid = (limits[self.shown] == 0) & (self.reward != 0)
        if paid.any():
            first = int(paid.argmax())
            _refuse(
                f"“{self.actions[self.shown[first]]}” does not always pay 0: event {first + 1:,} "
                f"has the reward {self.reward[first]:g}."
            )
        return replace(self, largest=limits) if actions else self

    @property
    def amounts(self) -> Mapping[str, float]:
        """The amount that each action pays if it pays at all, by its id, as seen in at least
        `_TWICE` events; empty if any action has paid two different amounts, or a negative one."""
        paid = self.reward != 0
        amounts, smallest = np.zeros(len(self.actions)), np.full(len(self.actions), math.inf)
        np.maximum.at(amounts, self.shown[paid], self.reward[paid])
        np.minimum.at(smallest, self.shown[paid], self.reward[paid])
        times = np.bincount(self.shown[paid], minlength=len(self.actions))
        if (smallest < amounts).any() or (smallest < 0).any():
            return {}
        pairs = zip(self.actions, amounts.tolist(), times.tolist(), strict=True)
        return {action: amount for action, amount, number in pairs if number >= _TWICE}

    def shares(self, bounds: tuple[float, float]) -> Array:
        """Largest possible reward of each action in parts of the bounds, (K,)."""
        if self.largest is None:
            return np.ones(len(self.actions))
        low, high = bounds
        return np.asarray(np.clip((self.largest - low) / (high - low), 0.0, 1.0))

    def weigh(self, chances: Array) -> Array:
        """Importance weights of a policy, (N,), from its probabilities of the shown actions, (N,).

        A weight within rounding of 1 becomes exactly 1: if all weights were slightly above 1, no
        reweighting could give them the mean 1.
        """
        probability_tolerance = (
            self.rounding if self.probability_tolerance is None else self.probability_tolerance
        )
        is_same = np.abs(chances - self.propensity) <= probability_tolerance * (1 + _ROUNDING)
        return np.where(is_same, np.sign(chances), chances / self.propensity)


def _check(
    valid: NDArray[np.bool_] | np.bool_, values: NDArray[T], name: str, allowed: str
) -> None:
    """Refuse the first event for which the mask is False."""
    if not np.all(valid):
        first = int(np.argmin(valid))
        _refuse(f"Event {first + 1:,}: the {name} is {values[first]}, but must be {allowed}.")


def _refuse(sentence: str) -> NoReturn:
    raise PersonalizerError(_CODE, sentence, "log")


def text_of(columns: Iterable[str]) -> str:
    """Join the columns of a context by ``", "``, with each comma inside them doubled."""
    return ", ".join(column.replace(",", ",,") for column in columns)


def columns_in(context: str) -> Iterator[str]:
    """Split a text of `text_of` into columns."""
    column = ""
    for part in context.split(", "):
        column += part
        if (len(column) - len(column.rstrip(","))) % 2:  # Half of a doubled comma.
            column += ", "
        else:
            yield column.replace(",,", ",")
            column = ""


def values_in(context: str) -> dict[str, str]:
    """Value of each column of a context, by the column's name."""
    parts = (column.partition("=") for column in columns_in(context) if column)
    return {name: value for name, _, value in parts}


def context_of(features: Features) -> str:
    """Context as a text; numeric columns with their values as sent, before scaling."""
    columns = {**features.columns, **features.numbers}
    return text_of(
        column if value == 1 and "=" in column else f"{column}={value:.12g}"
        for column, value in columns.items()
    )


def is_usable(event: EventState) -> bool:
    """Return True if an event can be evaluated: answered, and in apprentice mode matched.

    A match does not depend on the action shown, so the propensities of matched events are as valid
    as those of all events; the matched visitors are a different population, though.
    """
    ranked = event.ranked
    return event.earned is not None and (ranked.mode != "apprentice" or ranked.matches)


def usable(loop: LearningLoop) -> list[EventState]:
    """Usable events of a loop; hold the loop's lock if other threads call the loop."""
    return list(filter(is_usable, loop.events.values()))


def unmatched_in(loop: LearningLoop, events: Sequence[EventState]) -> int:
    """Number of a loop's answered events that are not usable."""
    return sum(event.earned is not None for event in loop.events.values()) - len(events)


def action_columns(events: Sequence[EventState]) -> dict[str, int]:
    """Position of each action in the columns of `decisions_from`, in order of first offer."""
    requests = (event.ranked.request for event in events)
    ids = dict.fromkeys(action.id for request in requests for action in request.actions)
    return {action: column for column, action in enumerate(ids)}


def decisions_from(events: Sequence[EventState], unmatched: int = 0) -> Decisions:
    """Convert answered events to columns."""
    actions, contexts = action_columns(events), dict[str, int]()
    shape = len(events), len(actions)
    offered = np.zeros(shape, dtype=bool)
    probabilities, means = np.zeros(shape), np.full(shape, np.nan)
    context_index, shown, baseline = np.zeros((3, shape[0]), dtype=np.intp)
    for row, event in enumerate(events):
        ranked, request = event.ranked, event.ranked.request
        columns = [actions[action.id] for action in request.actions]
        offered[row, [columns[i] for i in request.allowed]] = True
        probabilities[row, columns] = ranked.shown_probabilities()
        means[row, columns] = ranked.means
        text = context_of(request.context)
        context_index[row] = contexts.setdefault(text, len(contexts))
        shown[row], baseline[row] = columns[ranked.shown], columns[ranked.baseline]
    return Decisions(
        actions=tuple(actions),
        contexts=tuple(contexts),
        context_index=context_index,
        shown=shown,
        propensity=np.array([event.ranked.propensity for event in events], dtype=float),
        reward=np.array([event.earned for event in events], dtype=float),
        offered=offered,
        baseline=baseline,
        probabilities=probabilities,
        means=means,
        unmatched=unmatched,
        time=np.array([event.ranked.time.timestamp() for event in events], dtype=float),
    )


# -- a whole log out of batches ---------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class WeightedLog:
    """A whole log of N events with importance weights.

    Attributes:
        contexts: as texts.
        context_index, shown: positions of each event's context and action, (N,).
        reward: from 0 to 1, (N,).
        weight: 1 / propensity, at most the square root of N, (N,).
    """

    actions: tuple[str, ...]
    contexts: tuple[str, ...]
    context_index: Codes
    shown: Codes
    reward: Array
    weight: Array


@dataclass(slots=True)
class LogBuilder:
    """Build one `WeightedLog` from batches, with one list of contexts and one of actions."""

    contexts: dict[str, int] = field(default_factory=dict)
    actions: dict[str, int] = field(default_factory=dict)
    parts: list[tuple[Codes, Codes, Array, Array]] = field(default_factory=list)

    def add(self, batch: Decisions) -> None:
        """Add a batch."""
        context_index = _positions(batch.contexts, self.contexts)[batch.context_index]
        shown = _positions(batch.actions, self.actions)[batch.shown]
        self.parts.append((context_index, shown, batch.propensity, batch.reward))

    def build(self, bounds: tuple[float, float]) -> WeightedLog:
        """Return the log of all batches, with rewards rescaled from their bounds to 0 to 1.

        Raises:
            PersonalizerError: ``BadRequest`` for a log without events, for more actions than a
                world may have, and for a reward out of bounds.
        """
        if not any(len(part[0]) for part in self.parts):
            refuse(_CODE, "log", 0, "1 or more", "the number of answered events")
        if len(self.actions) > MAX_ITEMS:
            refuse(_CODE, "log", len(self.actions), f"at most {MAX_ITEMS}", "the number of actions")
        context_index, shown, propensity, reward = (
            np.concatenate(column) for column in zip(*self.parts, strict=True)
        )
        low, high = bounds
        outside = (reward < low) | (reward > high)
        if outside.any():
            number, value = int(outside.argmax()) + 1, float(reward[outside.argmax()])
            refuse(
                _CODE, "log", value, f"from {low:g} to {high:g}", f"the reward of event {number}"
            )
        return WeightedLog(
            tuple(self.actions),
            tuple(self.contexts),
            context_index,
            shown,
            (reward - low) / (high - low),
            np.minimum(1 / propensity, math.sqrt(len(shown))),
        )


def _positions(names: Sequence[str], known: dict[str, int]) -> Codes:
    """Positions of names in a dictionary, to which new names are added."""
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.intp)
