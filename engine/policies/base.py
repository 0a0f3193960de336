"""Policies: from beliefs to a distribution over actions, and a draw from it.

Every policy returns the vector of probabilities the action was drawn from. A logged propensity is
therefore exact even if it is a Monte-Carlo estimate of Thompson probabilities: importance weights r
/ q stay unbiased.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import check_number
from engine.learners.belief import Belief
from engine.streams import stream

CODE = "InvalidServiceConfiguration"

Cause = Literal["draw", "best", "lot", "random", "baseline"]
"""Cause of a decision: a posterior draw, the best guess, or chance."""


@dataclass(frozen=True, slots=True)
class Decision:
    """An action and the distribution it was drawn from, over the K actions not excluded.

    Attributes:
        probabilities: propensities, (K,), summing to 1.
        errors: Monte-Carlo standard errors, (K,); 0 for exact probabilities.
        chosen: position of the action to show.
        cause: of the decision.
        draw: expected rewards drawn from the belief, (K,), if a draw decided.
    """

    probabilities: Array
    errors: Array
    chosen: int
    cause: Cause
    draw: Array | None = None


class Normals:
    """Standard normal numbers for all draws of one loop, (K, draws) for any K.

    One table per seed avoids jitter in charts and costs nothing per call; the choice itself is
    drawn from the decision's own stream. Row k depends on k and the loop's seed alone.

    Attributes:
        furthest: largest absolute value so far.
    """

    def __init__(self, seed: int) -> None:
        self.seed, self.furthest = seed, 0.0
        self._table: Array = np.zeros((0, 0))
        self._rounded = self._table.astype(np.float32)

    def table(self, draws: int, size: int) -> Array:
        """First ``size`` rows of the table with a number of draws."""
        if self._table.shape[1] != draws:
            self._table = np.zeros((0, draws))
        for row in range(len(self._table), size):
            new = stream(self.seed, "normals", row).standard_normal(draws)
            self._table = np.vstack([self._table, new])
            self.furthest = max(self.furthest, float(np.abs(new).max()))
            self._rounded = self._table.astype(np.float32)
        return self._table[:size]

    def rounded(self, draws: int, size: int) -> NDArray[np.float32]:
        """First ``size`` rows of the table in single precision."""
        self.table(draws, size)
        return self._rounded[:size]


def ties(mean: Array) -> Array:
    """Uniform distribution over the actions with the highest mean, up to rounding."""
    best = mean >= mean.max() - 1e-12
    return np.asarray(best / best.sum())


def pick(probabilities: Array, rng: np.random.Generator) -> int:
    """Draw a position from a distribution."""
    cumulative = probabilities.cumsum()
    return int(cumulative.searchsorted(rng.random() * cumulative[-1], side="right"))


@dataclass(frozen=True, slots=True)
class Knob:
    """A setting of a policy with a choice of whole numbers.

    Attributes:
        field, label: name of the field, and on screens.
        numbers: allowed values: a range, or a few useful ones.
        unit: of the numbers; empty for the field's own unit.
        help: one or two sentences for a person; the app has texts for the engine's own policies.
        parts: numbers per 1 of the field; with 100, 5 stands for 0.05.
    """

    field: str
    label: str
    numbers: range | tuple[int, ...]
    unit: Literal["", "percent"] = ""
    help: str = ""
    parts: int = 1

    def number(self, policy: "Policy") -> int:
        """Current value in a policy; the nearest of the numbers."""
        exact = getattr(policy, self.field) * self.parts
        return min(self.numbers, key=lambda number: abs(number - exact))

    def turned(self, policy: "Policy", number: int) -> "Policy":
        """Copy of a policy with this field changed."""
        value: Any = number if self.parts == 1 else number / self.parts
        return replace(policy, **{self.field: value})


@dataclass(frozen=True, slots=True)
class Policy(ABC):
    """A rule from a belief to a choice: a frozen value whose fields are its settings.

    A new policy takes one file, and a line in `engine.policies.registry`.

    Attributes:
        key, label: name in links and results, and on screens.
        story: description in one or two sentences; ``{field}`` is replaced by the value of a knob.
        knobs: settings for a person.
        bounds: lowest and highest values of fields; whole numbers if the default is one.
        needs_doubt: whether it uses more of a belief than the means.
        loggable: whether a learning loop may use it: without knowledge it gives every action a
            positive probability. Probabilities of 0 may come later and are logged.

    Raises:
        PersonalizerError: ``InvalidServiceConfiguration`` for a field out of its bounds.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    story: ClassVar[str]
    knobs: ClassVar[tuple[Knob, ...]] = ()
    bounds: ClassVar[tuple[tuple[str, float, float], ...]] = ()
    needs_doubt: ClassVar[bool] = False
    loggable: ClassVar[bool] = True

    def __post_init__(self) -> None:
        defaults = {field.name: field.default for field in fields(self)}
        for name, low, high in self.bounds:
            whole = isinstance(defaults[name], int)
            check_number(CODE, f"policy.{name}", getattr(self, name), low, high, whole)

    @abstractmethod
    def decide(self, belief: Belief, normals: Normals, rng: np.random.Generator) -> Decision:
        """Choose among the actions of a belief; the first is the baseline.

        The probabilities follow from the belief and the normals; the action is drawn with ``rng``.
        """

    def probabilities(self, beliefs: Belief, normals: Normals) -> Array:
        """Probabilities of `decide` in C contexts, (C, K), by their common belief."""
        rng, each = stream(normals.seed, "probabilities"), beliefs.each()
        return np.array([self.decide(belief, normals, rng).probabilities for belief in each])

    def kept(self, actions: int) -> Array:
        """Part of each probability that is due to chance for any belief, (K,)."""
        return np.zeros(actions)

    def wins(self, probabilities: Array) -> Array | None:
        """Share of draws in which each action is the highest, (K,), recovered from its
        probability."""
        return None

    def best_match(self, actions: int) -> float:
        """Highest possible probability of the baseline among K actions."""
        return 1.0
