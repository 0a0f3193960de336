"""A crowd's rewards for every item."""

import pytest

from engine.simulation.crowd import nth_visitor
from engine.simulation.outcomes import potential_outcomes
from engine.worlds import WORLDS, World

EVERY_WORLD = pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)


@EVERY_WORLD
def test_guests_are_the_visitors_of_the_simulation_with_what_they_would_answer(
    world: World,
) -> None:
    met = potential_outcomes(world, 40, 5)
    for number in range(40):
        visitor = nth_visitor(world, 5, number)
        assert met.cells[number] == world.cell(visitor.context)
        answers = [world.answer(visitor.context, item.id, visitor.uniform) for item in world.items]
        assert met.rewards[number].tolist() == answers
        assert met.expected[number] == pytest.approx(world.expected[met.cells[number]])
