"""Batches of a log concatenated into one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.logged_decisions import Decisions, decisions_from
from engine.loop.event import EventState
from engine.pausable_steps import Steps

STEP = 1_000
"""Events converted to columns in one step."""


def concatenated(batches: Iterable[Decisions]) -> Decisions:
    """Join batches in their order, for algorithms that need the whole log.

    Probabilities, means and times are known only if every batch has them.
    """
    logs = list(batches)
    actions = tuple(dict.fromkeys(action for log in logs for action in log.actions))
    contexts = tuple(dict.fromkeys(context for log in logs for context in log.contexts))
    of_action = [_positions(log.actions, actions) for log in logs]
    of_context = [_positions(log.contexts, contexts) for log in logs]
    offered = [log.offered for log in logs]
    probabilities = [log.probabilities for log in logs if log.probabilities is not None]
    means = [log.means for log in logs if log.means is not None]
    times = [log.time for log in logs if log.time is not None]
    probability_tolerance = (
        np.full(len(log), log.rounding)
        if log.probability_tolerance is None
        else log.probability_tolerance
        for log in logs
    )

    def wide(tables: Sequence[Array | NDArray[np.bool_]], empty: float) -> Array | None:
        """Tables one below the other, (N, K); None if a batch has none."""
        if len(tables) < len(logs):
            return None
        whole = np.full((sum(map(len, logs)), len(actions)), empty)
        end = 0
        for table, positions in zip(tables, of_action, strict=True):
            start, end = end, end + len(table)
            whole[start:end, positions] = table
        return whole

    offered_wide = wide(offered, 0.0)
    assert offered_wide is not None
    return Decisions(
        actions=actions,
        contexts=contexts,
        context_index=_row(of[log.context_index] for of, log in zip(of_context, logs, strict=True)),
        shown=_row(of[log.shown] for of, log in zip(of_action, logs, strict=True)),
        propensity=np.concatenate([[], *(log.propensity for log in logs)]),
        reward=np.concatenate([[], *(log.reward for log in logs)]),
        offered=offered_wide.astype(bool),
        baseline=_row(of[log.baseline] for of, log in zip(of_action, logs, strict=True)),
        probabilities=wide(probabilities, 0.0),
        means=wide(means, np.nan),
        unmatched=sum(log.unmatched for log in logs),
        rounding=max((log.rounding for log in logs), default=0.0),
        probability_tolerance=np.concatenate([[], *probability_tolerance]),
        time=np.concatenate([[], *times]) if len(times) == len(logs) else None,
    )


def decisions_steps(events: Sequence[EventState], unmatched: int = 0) -> Steps[Decisions]:
    """Convert answered events to decisions, see `decisions_from`; `STEP` events are a step."""
    parts = list[Decisions]()
    for start in range(0, len(events) or 1, STEP):
        parts.append(decisions_from(events[start : start + STEP]))
        yield None
    return replace(concatenated(parts), unmatched=unmatched)


def _positions(names: Sequence[str], among: Sequence[str]) -> NDArray[np.intp]:
    """Positions of names in a list that contains them."""
    place = {name: at for at, name in enumerate(among)}
    return np.array([place[name] for name in names], dtype=np.intp)


def _row(codes: Iterable[NDArray[np.intp]]) -> NDArray[np.intp]:
    return np.concatenate([np.zeros(0, dtype=np.intp), *codes])
