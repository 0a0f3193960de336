"""What target policies earn in truth, where a simulated world knows it."""

from collections.abc import Iterable, Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.decisions import Decisions, context_of
from engine.evaluation.in_world import Texts
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
    expected = world.expected_in(cells)[log.stratum][:, columns]
    everybody, found, some = _everybody(world), dict[str, float](), world.some()
    for target in targets:
        is_of_log = isinstance(target, Online | Given)
        chances = target.weigh(log if is_of_log else everybody).probabilities
        if chances is not None:
            earned = (chances * (expected if is_of_log else some.expected)).sum(axis=1)
            weights = None if is_of_log else some.weights
            found[target.key] = float(np.average(earned, weights=weights))
    return found


def _cells(world: World, log: Decisions) -> NDArray[np.intp] | None:
    """The cell of each context of the log; None if it is none of the world's."""
    if not set(log.actions) <= {item.id for item in world.items}:
        return None
    texts = Texts(world)
    found = [context for text in log.contexts if (context := texts.context(text)) is not None]
    if len(found) < len(log.contexts):
        return None
    return np.array([world.cell(context) for context in found], dtype=np.intp)


def _everybody(world: World) -> Decisions:
    """A log in which those who come to a world came, and any action could be shown."""
    cells, stratum = np.unique(world.some().cells, return_inverse=True)
    shape = n, k = len(stratum), len(world.items)
    return Decisions(
        actions=tuple(item.id for item in world.items),
        contexts=tuple(context_of(world.request(cell).context) for cell in cells.tolist()),
        stratum=stratum,
        shown=np.zeros(n, dtype=np.intp),
        propensity=cast(Array, np.full(n, 1 / k)),
        reward=np.zeros(n),
        offered=np.ones(shape, dtype=bool),
        baseline=np.zeros(n, dtype=np.intp),
    )
