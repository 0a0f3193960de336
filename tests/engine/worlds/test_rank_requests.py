"""Rank requests made from a world, and contexts recovered from requests."""

import json

import pytest

from engine import LearningLoop
from engine.protocol.request import parse_rank_request
from engine.worlds import GALLERY, WORLDS, World
from tests.engine.worlds.ready import every_world


@every_world
def test_a_request_says_in_which_context_it_was_made(world: World) -> None:
    for cell, context in enumerate(world.contexts):
        assert world.context_of(world.request(cell)) == context
        apart = [{name: value} for name, value in reversed(list(context.items()))]
        assert world.context_of(parse_rank_request(world.actions, apart)) == context
        for request in (world.request(cell), parse_rank_request(world.actions, apart)) * 2:
            assert world.cell_of(request) == cell


@pytest.mark.parametrize(
    "context",
    [
        [],
        [{"name": "Alice", "weather": "Sunny"}],
        [{"name": "Alice", "weather": "Sunny", "timeofday": "Noon"}],
        [{"name": "Alice", "weather": "Sunny", "timeofday": "Morning", "age": 4}],
        [{"name": "Alice", "weather": [1, 2], "timeofday": "Morning"}],
        [{"name": {"weather": "Sunny"}, "timeofday": "Morning"}],
    ],
)
def test_a_context_in_which_nobody_comes_is_no_cell(context: list[dict[str, object]]) -> None:
    coffee = WORLDS["coffee"]
    request = parse_rank_request(coffee.actions, context)
    for read in (coffee.context_of, coffee.cell_of):
        with pytest.raises(KeyError):
            read(request)


@every_world
def test_the_request_of_a_cell_is_made_once_with_all_items_in_their_order(world: World) -> None:
    for cell in (0, len(world.contexts) - 1):
        request = world.request(cell)
        assert request is world.request(cell)
        assert [action.id for action in request.actions] == [item.id for item in world.items]
        parsed = parse_rank_request(world.actions, world.features(world.contexts[cell]))
        assert request.to_json() == parsed.to_json()


@every_world
def test_a_loop_takes_every_context_and_every_item(world: World) -> None:
    loop = LearningLoop(seed=1)
    for context in world.contexts:
        request = json.loads(json.dumps([world.actions, world.features(context)]))
        answer = loop.rank(*request)
        assert {ranked.id for ranked in answer.ranking} == {item.id for item in world.items}
        assert sum(ranked.probability for ranked in answer.ranking) == pytest.approx(1)
    offered = world.actions
    assert [action["id"] for action in offered] == [item.id for item in world.items]
    assert [action["features"] for action in offered] == [[item.features] for item in world.items]


def test_a_request_for_a_page_is_in_each_slot_one_of_the_worlds() -> None:
    home = GALLERY["home"].world
    request = home.multi_slot(home.contexts[5], "e")
    for number in range(2):
        single = request.for_slot(number, (), None)
        assert home.context_of(single) == home.in_slot(home.contexts[5], number)
        assert single.actions_text == home.request(0).actions_text
