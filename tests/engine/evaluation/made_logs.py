"""Small random logs with a known truth, for tests of estimates from logs."""

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.evaluation.logged_decisions import Decisions


@dataclass(frozen=True)
class Made:
    """A random log with the truth: (contexts, K) expected rewards, (contexts,) shares."""

    log: Decisions
    expected: Array
    shares: Array


def made(events: int, seed: int = 0, actions: int = 3, contexts: int = 4) -> Made:
    """Events of a logging policy whose probabilities vary per event; rewards 0 and 1."""
    rng = np.random.default_rng(seed)
    expected, shares = rng.random((contexts, actions)), rng.dirichlet(np.full(contexts, 5.0))
    context_index = rng.choice(contexts, events, p=shares)
    chances = 0.1 / actions + 0.9 * rng.dirichlet(np.ones(actions), events)
    shown = (rng.random((events, 1)) > chances.cumsum(axis=1)).sum(axis=1).clip(max=actions - 1)
    reward = (rng.random(events) < expected[context_index, shown]).astype(float)
    log = Decisions(
        actions=tuple(f"action{i}" for i in range(actions)),
        contexts=tuple(f"place={i}, constant=1" for i in range(contexts)),
        context_index=context_index,
        shown=shown,
        propensity=chances[np.arange(events), shown],
        reward=reward,
        offered=np.ones((events, actions), dtype=bool),
        baseline=np.zeros(events, dtype=np.intp),
        probabilities=chances,
        means=np.clip(expected[context_index] + rng.normal(0, 0.2, (events, actions)), 0, 1),
    )
    return Made(log, expected, shares)


def log_of(
    contexts: list[str],
    shown: list[str],
    reward: list[float],
    propensity: list[float] | None = None,
) -> Decisions:
    """A log, event by event."""
    actions, texts = tuple(dict.fromkeys(shown)), tuple(dict.fromkeys(contexts))
    n = len(shown)
    return Decisions(
        actions=actions,
        contexts=texts,
        context_index=np.array([texts.index(text) for text in contexts]),
        shown=np.array([actions.index(one) for one in shown]),
        propensity=np.array(propensity or [1 / len(actions)] * n),
        reward=np.array(reward, dtype=float),
        offered=np.ones((n, len(actions)), dtype=bool),
        baseline=np.zeros(n, dtype=np.intp),
    )
