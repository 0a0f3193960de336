"""From beliefs to a distribution over actions, and one action drawn from it.

Every policy returns the very vector that the action was drawn from, so a logged probability is
exact even where it is itself a Monte-Carlo estimate: importance weights r / q stay unbiased
however rough the estimate of the Thompson probabilities is.
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
"""What decided: a posterior draw, the best guess, or chance alone."""


@dataclass(frozen=True, slots=True)
class Decision:
    """An action and the distribution it was drawn from, over the K non-excluded actions.

    Attributes:
        probabilities: (K,), sums to 1; the propensities.
        errors: (K,) Monte-Carlo standard error of each; 0 where it is computed exactly.
        chosen: position of the action to show.
        cause: what decided.
        draw: (K,) the expected rewards drawn from the belief, if a draw decided.
    """

    probabilities: Array
    errors: Array
    chosen: int
    cause: Cause
    draw: Array | None = None


class Normals:
    """Standard normal numbers that the draws of one loop share, (K, draws) for any K: one table per
    seed keeps charts from jittering and costs nothing a call; what is drawn from the decision's own
    stream stays independent of it. Row k depends on k and the loop's seed alone.

    Attributes:
        furthest: the largest size of all so far.
    """

    def __init__(self, seed: int) -> None:
        self.seed, self.furthest = seed, 0.0
        self._table: Array = np.zeros((0, 0))
        self._rounded = self._table.astype(np.float32)

    def table(self, draws: int, size: int) -> Array:
        """The first ``size`` rows of the table with so many draws."""
        if self._table.shape[1] != draws:
            self._table = np.zeros((0, draws))
        for row in range(len(self._table), size):
            new = stream(self.seed, "normals", row).standard_normal(draws)
            self._table = np.vstack([self._table, new])
            self.furthest = max(self.furthest, float(np.abs(new).max()))
            self._rounded = self._table.astype(np.float32)
        return self._table[:size]

    def rounded(self, draws: int, size: int) -> NDArray[np.float32]:
        """The same in single precision."""
        self.table(draws, size)
        return self._rounded[:size]


def ties(mean: Array) -> Array:
    """Uniform distribution over the actions whose mean is the highest, up to rounding."""
    best = mean >= mean.max() - 1e-12
    return np.asarray(best / best.sum())


def pick(probabilities: Array, rng: np.random.Generator) -> int:
    """One position drawn from a distribution."""
    cumulative = probabilities.cumsum()
    return int(cumulative.searchsorted(rng.random() * cumulative[-1], side="right"))


@dataclass(frozen=True, slots=True)
class Knob:
    """A field of a policy that a person can set, as one of some whole numbers.

    Attributes:
        field, label: its name, and what it is called beside the policy's name.
        numbers: what it can be set to: a range, or the few that are worth having.
        unit: how the numbers are read; empty where it is the field's own value that is read.
        help: what it does, in a sentence or two; the app knows that of the engine's own.
        parts: numbers to 1 of the field; with 100, 5 stands for 0.05.
    """

    field: str
    label: str
    numbers: range | tuple[int, ...]
    unit: Literal["", "percent"] = ""
    help: str = ""
    parts: int = 1

    def number(self, policy: "Policy") -> int:
        """What a policy has it set to; the nearest of the numbers."""
        exact = getattr(policy, self.field) * self.parts
        return min(self.numbers, key=lambda number: abs(number - exact))

    def turned(self, policy: "Policy", number: int) -> "Policy":
        """The same policy with this one field set; all others stay."""
        value: Any = number if self.parts == 1 else number / self.parts
        return replace(policy, **{self.field: value})


@dataclass(frozen=True, slots=True)
class Policy(ABC):
    """From a belief to a choice: a frozen value whose fields are its settings.

    A policy is one file: this, and a line in `engine.policies.registry`.

    Attributes:
        key, label: its name in links and results, and what it is called.
        story: how it chooses, in a sentence or two for a person; ``{field}`` stands for
            what a knob is set to.
        knobs: what a person can set on it.
        bounds: fields and their lowest and highest values; whole where the default is.
        needs_doubt: whether it reads more of a belief than the means.
        loggable: whether a learning loop may choose by it: before anything is learned it
            gives every action a chance. What has none later is logged as 0.

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

        The probabilities follow from the belief and the normals; chance alone decides the rest.
        """

    def probabilities(self, beliefs: Belief, normals: Normals) -> Array:
        """Those of `decide` in each of C contexts, (C, K), of the beliefs in all of them."""
        rng, each = stream(normals.seed, "probabilities"), beliefs.each()
        return np.array([self.decide(belief, normals, rng).probabilities for belief in each])

    def kept(self, actions: int) -> Array:
        """What of each probability is left to chance, whatever is believed, (K,)."""
        return np.zeros(actions)

    def wins(self, probabilities: Array) -> Array | None:
        """How often each action has the highest draw, (K,), where it is shown more, or less, often
        than that; out of its probability."""
        return None

    def best_match(self, actions: int) -> float:
        """The highest probability that it can give the baseline among K actions."""
        return 1.0
