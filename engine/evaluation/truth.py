"""What target policies earn in truth, where a simulated world knows it."""

from collections.abc import Iterable, Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.decisions import Decisions, context_of
from engine.evaluation.targets import Given, Online, Target
from engine.worlds.world import World


def truths(world: World, log: Decisions, targets: Iterable[Target]) -> Mapping[str, float]:
    """Mean expected reward of each target, by its key, as far as the world knows it.

    What chooses by the context is served to everybody who comes, as often as they come. What is
    only known for the events of the log is served to its visitors. Nothing is known of a log that
    has other contexts or actions than the world.
    """
    cells = _cells(world, log)
    if cells is None:
        return {}
    columns = [world.position(action) for action in log.actions]
    expected = world.expected[cells][log.stratum][:, columns]
    everybody, found = _census(world), dict[str, float]()
    for target in targets:
        is_of_log = isinstance(target, Online | Given)
        chances = target.weigh(log if is_of_log else everybody).probabilities
        if chances is not None:
            earned = (chances * (expected if is_of_log else world.expected)).sum(axis=1)
            weights = None if is_of_log else world.frequencies
            found[target.key] = float(np.average(earned, weights=weights))
    return found


def _texts(world: World) -> list[str]:
    """The contexts of a world as a log has them."""
    return [context_of(world.request(cell).context) for cell in range(len(world.contexts))]


def _cells(world: World, log: Decisions) -> NDArray[np.intp] | None:
    """The cell of each context of the log; None if it is none of the world's."""
    known = {text: cell for cell, text in enumerate(_texts(world))}
    actions = {item.id for item in world.items}
    if not (set(log.contexts) <= known.keys() and set(log.actions) <= actions):
        return None
    return np.array([known[text] for text in log.contexts], dtype=np.intp)


def _census(world: World) -> Decisions:
    """A log in which one visitor of each context came, and any action could be shown."""
    shape = n, k = len(world.contexts), len(world.items)
    return Decisions(
        actions=tuple(item.id for item in world.items),
        contexts=tuple(_texts(world)),
        stratum=np.arange(n),
        shown=np.zeros(n, dtype=np.intp),
        propensity=cast(Array, np.full(n, 1 / k)),
        reward=np.zeros(n),
        offered=np.ones(shape, dtype=bool),
        baseline=np.zeros(n, dtype=np.intp),
    )
