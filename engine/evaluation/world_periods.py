"""A log over successive worlds: its rewards in those of the present world, and true values.

Worlds differ by their actions, prices and tastes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from engine.evaluation.logged_decisions import Decisions
from engine.evaluation.running_estimates import restricted
from engine.evaluation.simulated_log import largest_rewards
from engine.evaluation.target_policies import Target, truths
from engine.worlds.world import World
from engine.worlds.world_history import Versions


def over_events(versions: Versions, numbers: Sequence[int]) -> Versions | None:
    """Worlds over the events of a log, by the numbers of their visitors, ascending; None if the
    worlds differ in their fields or in the unit of their rewards."""
    first, *others = versions.worlds
    if any((world.fields, world.unit) != (first.fields, first.unit) for world in others):
        return None
    return Versions(versions.worlds, np.searchsorted(numbers, versions.since).tolist())


def after(worlds: Versions, start: int) -> Versions:
    """Worlds over the events of a log without the first so many."""
    return Versions(worlds.worlds, [max(0, since - start) for since in worlds.since])


def in_present_rewards(log: Decisions, worlds: Versions) -> Decisions:
    """Log with its rewards in those of the present world, and with the largest reward that each
    action could have earned at any time of the log."""
    worth = worlds.worth(np.arange(float(len(log))))
    means = None if log.means is None else log.means * worth[:, None]
    largest = defaultdict[str, float](float)
    for world, _ in _periods(worlds, len(log)):
        for action, reward in largest_rewards(world).items():
            value = reward * world.most / worlds.now.most
            largest[action] = max(largest[action], value)
    return replace(log, reward=log.reward * worth, means=means).limited(largest)


def true_values(worlds: Versions, log: Decisions, targets: Sequence[Target]) -> Mapping[str, float]:
    """Mean expected reward of each target over the log, each event in the world of its time, in
    rewards of the present one, as far as all worlds know it; see `truths`."""
    sums, known = defaultdict[str, float](float), {target.key for target in targets}
    for world, part in _periods(worlds, len(log)):
        events = log.take(part)
        values = truths(world, events, [restricted(target, part) for target in targets])
        known &= values.keys()
        for key, value in values.items():
            sums[key] += value * len(events) * world.most / worlds.now.most
    return {key: value / len(log) for key, value in sums.items() if key in known}


def _periods(worlds: Versions, size: int) -> Iterator[tuple[World, slice]]:
    """World and positions of each period with an event."""
    for world, (start, end) in zip(worlds.worlds, pairwise([*worlds.since, size]), strict=True):
        if start < end:
            yield world, slice(start, end)
