"""What a simulated world promises, to those who look at it and to those who learn from it."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import LearningLoop
from engine.protocol.request import parse_rank_request
from engine.simulation.crowd import crowd, potential_outcomes
from engine.worlds import (
    WORLDS,
    Field,
    Taste,
    Value,
    World,
    key_of,
    world_from_json,
    world_named,
)
from engine.worlds.levels import Level
from tests.statistics import CHI_SQUARE_999, chi_square

every_world = pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))


some_world = st.sampled_from(list(WORLDS.values()))


luck = st.floats(0, 1, exclude_max=True)


PHONE_CELLS = 48
"""Cells that the map of a world has room for on a phone."""


# -- what anybody can see -----------------------------------------------------------------


def test_worlds_are_found_by_the_name_in_their_links() -> None:
    assert list(WORLDS) == ["coffee", "news", "movies", "shop"]
    assert [key_of(world) for world in WORLDS.values()] == list(WORLDS)
    assert all(world_named(key) is world for key, world in WORLDS.items())
    own = replace(WORLDS["coffee"], title="Café 24/7")
    assert key_of(own) == f"caf-24-7-{own.digest[:8]}"


def test_the_shop_is_found_by_the_name_that_it_had_before() -> None:
    assert world_named("store") is WORLDS["shop"]
    with pytest.raises(KeyError):
        world_named("moon")


@every_world
def test_the_map_of_a_world_fits_a_phone(world: World) -> None:
    assert len(world.fields) == 3
    assert all(3 <= len(field.values) <= 4 for field in world.fields)
    assert len(world.contexts) <= PHONE_CELLS
    labels = [field.label for field in world.fields]
    labels += [value.name for field in world.fields for value in field.values]
    assert max(map(len, labels)) <= 12
    assert max(len(item.id) for item in world.items) <= 18


@every_world
def test_each_item_and_each_value_has_a_name_and_a_picture_of_its_own(world: World) -> None:
    values = [value for field in world.fields for value in field.values]
    for names in (
        [item.id for item in world.items],
        [item.emoji for item in world.items],
        [value.emoji for value in values],
        [value.name for value in values],
        [field.name for field in world.fields],
    ):
        assert len(names) == len(set(names))


@every_world
def test_pictures_are_single_characters_that_old_phones_know(world: World) -> None:
    pictures = [item.emoji for item in world.items]
    pictures += [value.emoji for field in world.fields for value in field.values]
    for picture in (world.emoji, *pictures):
        # one symbol, with at most the mark that asks for its colourful form
        assert re.fullmatch(r"[\u2600-\u2bff\U0001f300-\U0001f9ff]\ufe0f?", picture), picture


@every_world
def test_the_story_is_two_plain_sentences(world: World) -> None:
    sentences = re.split(r"(?<=[.?!]) +", world.story)
    assert len(sentences) == 2
    assert all(re.fullmatch(r"[A-Z][^.?!]+\.", sentence) for sentence in sentences)


@every_world
def test_cells_are_all_combinations_the_last_field_changing_fastest(world: World) -> None:
    first, second, third = world.fields
    assert [tuple(context.items()) for context in world.contexts] == [
        ((first.name, a.name), (second.name, b.name), (third.name, c.name))
        for a in first.values
        for b in second.values
        for c in third.values
    ]
    assert [world.cell(context) for context in world.contexts] == list(range(len(world.contexts)))
    assert [world.position(item.id) for item in world.items] == list(range(len(world.items)))


@every_world
def test_a_request_says_in_which_context_it_was_made(world: World) -> None:
    for cell, context in enumerate(world.contexts):
        assert world.context_of(world.request(cell)) == context
        apart = [{name: value} for name, value in reversed(list(context.items()))]
        assert world.context_of(parse_rank_request(world.actions, apart)) == context


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
    with pytest.raises(KeyError):
        coffee.context_of(parse_rank_request(coffee.actions, context))


@every_world
def test_the_request_of_a_cell_is_made_once_with_all_items_in_their_order(world: World) -> None:
    for cell in (0, len(world.contexts) - 1):
        request = world.request(cell)
        assert request is world.request(cell)
        assert [action.id for action in request.actions] == [item.id for item in world.items]
        told = parse_rank_request(world.actions, world.features(world.contexts[cell]))
        assert request.to_json() == told.to_json()


def test_segments_are_all_values_field_by_field() -> None:
    assert [(field.name, value.name) for field, value in WORLDS["coffee"].segments()] == [
        *(("name", who) for who in ("Alice", "Bob", "Cathy", "Dave")),
        *(("weather", sky) for sky in ("Sunny", "Rainy", "Snowy")),
        *(("timeofday", time) for time in ("Morning", "Afternoon", "Evening")),
    ]


@every_world
def test_worlds_are_equal_if_all_that_they_say_is(world: World) -> None:
    same = replace(world)
    assert same is not world
    assert (same, hash(same), same.digest) == (world, hash(world), world.digest)
    kinder = replace(world, taste=lambda context, item: Taste(half=0.0, full=1.0))
    for other in (replace(world, title="Other"), kinder, *WORLDS.values()):
        assert (other == world) == (other is world)


# -- who comes ----------------------------------------------------------------------------


@every_world
def test_frequencies_are_the_products_of_the_shares(world: World) -> None:
    assert world.frequencies.sum() == pytest.approx(1)
    for context, frequency in zip(world.contexts, world.frequencies, strict=True):
        expected = 1.0
        for field in world.fields:
            share = {value.name: value.share for value in field.values}
            expected *= share[context[field.name]] / sum(share.values())
        assert frequency == pytest.approx(expected)


def test_shares_may_be_whole_numbers() -> None:
    days = Field("day", "Day", (Value("Workday", "💼", 5), Value("Weekend", "🌴", 2)))
    world = replace(WORLDS["coffee"], fields=(days,))
    assert world.frequencies.tolist() == pytest.approx([5 / 7, 2 / 7])


@every_world
def test_visitors_come_as_often_as_the_frequencies_say(world: World) -> None:
    rng = np.random.default_rng(2026)
    cells = [world.cell(world.visitor(rng)) for _ in range(4_000)]
    counts = np.bincount(cells, minlength=len(world.contexts)).astype(float)
    assert chi_square(counts, world.frequencies) < CHI_SQUARE_999[len(counts) - 1]


# -- what they answer ---------------------------------------------------------------------


@every_world
def test_expected_is_the_mean_of_the_outcomes_that_the_taste_tells(world: World) -> None:
    shape = (len(world.contexts), len(world.items))
    assert world.outcomes.shape == (*shape, 3)
    assert world.outcomes.min() >= 0
    assert world.outcomes.sum(axis=2) == pytest.approx(np.ones(shape))
    assert world.expected == pytest.approx(world.outcomes @ np.array([0, 0.5, 1]))
    for i, context in enumerate(world.contexts):
        tastes = [world.taste(context, item) for item in world.items]
        told = [taste.full + taste.half / 2 for taste in tastes]
        assert world.expected[i] == pytest.approx(told)


@every_world
def test_answers_average_to_the_expected_reward(world: World) -> None:
    n = 200
    grid = (np.arange(n) + 0.5) / n
    for i, context in enumerate(world.contexts):
        for j, item in enumerate(world.items):
            answers = [world.answer(context, item.id, x) for x in grid]
            # each of the two thresholds moves half a point by at most half a step
            assert np.mean(answers) == pytest.approx(world.expected[i, j], abs=0.5 / n + 1e-9)


@given(data=st.data(), world=some_world, one=luck, other=luck)
def test_more_luck_never_earns_less(
    data: st.DataObject, world: World, one: float, other: float
) -> None:
    context = data.draw(st.sampled_from(world.contexts))
    item = data.draw(st.sampled_from(world.items))
    lucky, unlucky = sorted((one, other))  # the smaller number is the better luck
    more, less = (world.answer(context, item.id, x) for x in (lucky, unlucky))
    assert more >= less
    assert {more, less} <= {0.0, 0.5, 1.0}


@given(data=st.data(), world=some_world, luck=luck)
def test_the_same_luck_with_a_likelier_item_earns_no_less(
    data: st.DataObject, world: World, luck: float
) -> None:
    """Likelier: no smaller a chance of a full reward, and none of any reward at all."""
    context = data.draw(st.sampled_from(world.contexts))
    answers = [world.answer(context, item.id, luck) for item in world.items]
    chances = [(full, half + full) for _, half, full in world.outcomes[world.cell(context)]]
    for one, (full, some) in zip(answers, chances, strict=True):
        for other, (other_full, other_some) in zip(answers, chances, strict=True):
            if full >= other_full and some >= other_some:
                assert one >= other


# -- what it is worth ---------------------------------------------------------------------


def priced(world: World, values: tuple[float, ...]) -> World:
    items = tuple(replace(i, value=v) for i, v in zip(world.items, values, strict=True))
    return replace(world, items=items, unit="€")


def test_whoever_earns_most_reward_earns_most_in_the_unit() -> None:
    coffee = priced(WORLDS["coffee"], (2, 4, 8, 5))
    assert coffee.expected.max(axis=0).tolist() == [0.25, 0.5, 1.0, 0.625]
    assert (
        coffee.in_unit(coffee.expected[0].max(), 1)
        == {0: 2, 1: 4, 2: 8, 3: 5}[int(coffee.expected[0].argmax())]
    )
    assert coffee.in_unit(0.5) == 4_000
    # Of each 36 visitors 8, 7, 10 and 11 love them.
    loved = (WORLDS["coffee"].frequencies @ WORLDS["coffee"].expected).tolist()
    earned = [share * value for share, value in zip(loved, (2, 4, 8, 5), strict=True)]
    assert coffee.in_unit(coffee.single_value, 1) == pytest.approx(max(earned))
    assert coffee.in_unit(coffee.best_value, 1) == pytest.approx(sum(earned))


def test_answers_are_as_much_less_as_they_are_worth_less() -> None:
    news = priced(WORLDS["news"], (1.0, 4.0, *[2.0] * 8))
    for context in news.contexts[:5]:
        for item in news.items:
            plain, worth = WORLDS["news"].answer(context, item.id, 0.3), item.value / 4
            assert news.answer(context, item.id, 0.3) == plain * worth
    rows = list(crowd(LearningLoop(seed=1), news, 20))
    met = potential_outcomes(news, 20, 1)
    for number, row in enumerate(rows):
        place = news.position(str(row["action"]))
        assert row["reward"] == met.rewards[number, place]
        assert row["expected"] == met.expected[number, place]


def test_a_world_without_values_is_written_as_it_was_before_there_were_any() -> None:
    coffee = WORLDS["coffee"]
    assert coffee.to_json()["version"] == 1
    assert "unit" not in coffee.text
    told = priced(coffee, (2, 4, 8, 5)).to_json()
    assert (told["version"], told["unit"]) == (2, "€")
    assert world_from_json(told) == priced(coffee, (2, 4, 8, 5))


# -- what can be learned ------------------------------------------------------------------


@given(data=st.data(), world=some_world)
def test_no_policy_beats_the_best_item_of_each_cell_nor_one_item_the_best_one(
    data: st.DataObject, world: World
) -> None:
    cells, items = len(world.contexts), len(world.items)
    choice = data.draw(st.lists(st.integers(0, items - 1), min_size=cells, max_size=cells))
    value = sum(world.frequencies[i] * world.expected[i, j] for i, j in enumerate(choice))
    assert value <= world.best_value + 1e-12
    constant = sum(world.frequencies[i] * world.expected[i, choice[0]] for i in range(cells))
    assert constant <= world.single_value + 1e-12


@every_world
def test_the_three_values_are_reached_and_lie_apart(world: World) -> None:
    """Context is worth learning, and one item for all is better than chance but not enough."""
    value = {"best": 0.0, "uniform": 0.0}
    for f, expected in zip(world.frequencies, world.expected, strict=True):
        value["best"] += f * max(expected)
        value["uniform"] += f * sum(expected) / len(expected)
    singles = [sum(world.frequencies * world.expected[:, j]) for j in range(len(world.items))]
    assert world.best_value == pytest.approx(value["best"])
    assert world.uniform_value == pytest.approx(value["uniform"])
    assert world.single_value == pytest.approx(max(singles))
    assert world.best_value >= world.single_value + 0.15
    assert world.single_value >= world.uniform_value + 0.05
    assert 0.2 <= world.uniform_value <= 0.4


@pytest.mark.parametrize(
    ("key", "low", "high", "distinct"),
    [("news", 0.75, 0.9, 4), ("movies", 0.75, 0.9, 5), ("shop", 0.5, 0.7, 4)],
)
def test_made_up_worlds_reward_as_their_kind_does(
    key: str, low: float, high: float, distinct: int
) -> None:
    world = WORLDS[key]
    assert low <= world.best_value <= high
    assert len(set(world.expected.argmax(axis=1).tolist())) >= distinct


@every_world
def test_the_best_item_of_a_cell_is_clearly_ahead(world: World) -> None:
    second, best = np.sort(world.expected, axis=1)[:, -2:].T
    assert np.min(best - second) >= 0.08


@every_world
def test_fields_added_up_one_by_one_do_not_tell_the_best_item(world: World) -> None:
    """Some fields only matter together: the best fit by main effects leaves reward behind."""
    one_hot = np.array(
        [
            [1.0, *(context[f.name] == v.name for f in world.fields for v in f.values)]
            for context in world.contexts
        ]
    )
    weight = np.sqrt(world.frequencies)[:, None]
    effects = np.linalg.lstsq(one_hot * weight, world.expected * weight, rcond=None)[0]
    choice = (one_hot @ effects).argmax(axis=1)
    value = float(world.frequencies @ world.expected[np.arange(len(choice)), choice])
    assert world.single_value + 0.05 < value < world.best_value - 0.05


@every_world
def test_items_share_features_so_that_one_teaches_about_another(world: World) -> None:
    names = set(world.items[0].features)
    assert all(set(item.features) == names for item in world.items)
    for name in names:
        values = [item.features[name] for item in world.items]
        assert len(set(values)) > 1, f"{name} tells nothing"
        if not isinstance(values[0], int | float) or isinstance(values[0], bool):
            assert len(set(values)) < len(values), f"{name} is as good as an id"


# -- in a loop ----------------------------------------------------------------------------


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


def test_a_partial_success_is_worth_whatever_part_a_world_says() -> None:
    news = WORLDS["news"]
    other = replace(news, levels=(Level(0.2),))
    assert other.expected == pytest.approx(news.outcomes @ np.array([0, 0.2, 1]))
    assert (other.to_json()["version"], news.to_json()["version"]) == (3, 1)
    assert world_from_json(other.to_json()) == other != news
