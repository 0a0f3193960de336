"""A world estimated from a log is close to the log's true world, and states its error."""

import json
from dataclasses import replace

import numpy as np
import pytest

from engine import LearningLoop, PersonalizerError
from engine.evaluation.files.log_reader import open_log
from engine.evaluation.logged_decisions import decisions_from, usable
from engine.evaluation.world_from_log import EstimatedWorld, _dependence, estimate
from engine.simulation.simulated_visitors import crowd
from engine.worlds import GALLERY, WORLDS, Item, World, items_from_table, world_from_json
from engine.worlds.fields import Field, Value
from engine.worlds.success_levels import LEVELS, Level
from tests.benchmarks.estimated_world import aligned, logged
from tests.engine.evaluation.made_logs import log_of

COFFEE, NEWS = WORLDS["coffee"], WORLDS["news"]


def off(world: World, estimated: EstimatedWorld) -> float:
    expected, _ = aligned(world, estimated)
    return float(np.sqrt((world.frequencies @ (expected - world.expected) ** 2).mean()))


@pytest.fixture(scope="module")
def news() -> EstimatedWorld:
    return estimate([logged(NEWS, 6_000, 3, 0.5)], "News, again")


# -- accuracy -------------------------------------------------------------------------


def test_it_comes_nearer_than_chance_would_let_plain_means(news: EstimatedWorld) -> None:
    variance = (NEWS.expected * (1 - NEWS.expected)).mean()
    assert off(NEWS, news) < np.sqrt(variance * NEWS.size * len(NEWS.items) / 6_000)
    # Shrunken values vary less than the true values.
    assert NEWS.single_value + 0.2 < news.world.best_value < NEWS.best_value
    assert news.world.uniform_value == pytest.approx(NEWS.uniform_value, abs=0.03)


def test_it_says_how_uncertain_it_is(news: EstimatedWorld) -> None:
    expected, errors = aligned(NEWS, news)
    z = np.abs(expected - NEWS.expected) / errors
    assert 0.85 < (z < 2).mean() < 1
    assert news.events.sum() == news.visitors == 6_000
    rare, often = news.events < 3, news.events > 30
    assert news.errors[rare].mean() > news.errors[often].mean()


def test_more_events_come_nearer() -> None:
    errors = [off(COFFEE, estimate([logged(COFFEE, n, 1, 0.4)])) for n in (300, 1_500, 6_000)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.06


def test_fields_values_and_frequencies_are_those_of_the_log(news: EstimatedWorld) -> None:
    assert [field.name for field in news.world.fields] == ["reader", "time", "place"]
    for field, other in zip(news.world.fields, NEWS.fields, strict=True):
        shares = {value.name: value.share / 6_000 for value in field.values}
        assert shares == pytest.approx({v.name: v.share for v in other.values}, abs=0.03)


def test_halves_stay_halves(news: EstimatedWorld) -> None:
    half, full = news.world.outcomes[:, :, 1].mean(), news.world.outcomes[:, :, 2].mean()
    assert half == pytest.approx(NEWS.outcomes[:, :, 1].mean(), abs=0.05)
    assert full == pytest.approx(NEWS.outcomes[:, :, 2].mean(), abs=0.05)


def test_halves_that_are_too_many_earn_what_was_earned() -> None:
    estimated = estimate(
        [
            log_of(
                [""] * 600,
                ["a", "b"] * 300,
                np.repeat([0.6, 0.65, 0.68, 0.7, 0.72, 0.73], 2).tolist() * 50,
            )
        ]
    )
    assert estimated.world.expected[0] == pytest.approx([0.68, 0.68], abs=0.001)
    assert estimated.world.outcomes[0, :, 1] == pytest.approx([0.64, 0.64], abs=0.002)


def test_levels_of_rewards_come_back_as_often_as_they_came() -> None:
    """Shares differ from the world's by less than five standard errors."""
    levels = Level(0.2, share=3.0), Level(0.6)
    estimated = estimate([logged(replace(NEWS, levels=levels), 3_000, 3, 1.0)])
    assert [level.worth for level in estimated.world.levels] == [0.2, 0.6]
    shares = np.array([level.share for level in estimated.world.levels])
    assert shares == pytest.approx([0.75, 0.25], abs=0.08)
    assert estimated.world.partial == pytest.approx(0.3, abs=0.04)
    of_any_size = logged(NEWS, 1_000, 3, 1.0)
    noisy = replace(of_any_size, reward=of_any_size.reward * np.linspace(0.5, 1, 1_000))
    assert estimate([noisy]).world.levels == LEVELS


def test_it_is_said_to_be_no_truth(news: EstimatedWorld) -> None:
    assert news.world.title == "News, again"
    assert "simulation of a log of 6,000 events" in news.world.story
    assert world_from_json(json.loads(news.world.text)) == news.world


def test_probabilities_matter_where_what_was_shown_depends_on_who_came() -> None:
    """Tea is shown to visitors with a taste for everything, and would seem better than true."""
    rng = np.random.default_rng(5)
    rich, luck = rng.random(4_000) < 0.5, rng.random(4_000)
    chance_of_tea = np.where(rich, 0.9, 0.1)
    tea = rng.random(4_000) < chance_of_tea
    reward = luck < np.where(rich, 0.8, 0.2)
    estimated = estimate([
        log_of(
            [""] * 4_000,
            np.where(tea, "tea", "milk").tolist(),
            reward.astype(float).tolist(),
            np.where(tea, chance_of_tea, 1 - chance_of_tea).tolist(),
        )
    ])  # fmt: skip
    assert estimated.world.size == 1
    assert np.ptp(estimated.world.expected) < 0.05
    assert abs(reward[tea].mean() - reward[~tea].mean()) > 0.4


def test_where_nothing_matters_little_is_found() -> None:
    vending = GALLERY["vending"].world
    estimated = estimate([logged(vending, 2_000, 4, 1.0)])
    assert off(vending, estimated) < 0.04


# -- of any log -----------------------------------------------------------------------


@pytest.mark.no_cover
def test_a_loop_a_file_of_rows_and_several_batches_become_worlds() -> None:
    loop = LearningLoop(seed=2)
    rows = list(crowd(loop, COFFEE, 60))
    estimated = estimate([decisions_from(usable(loop))])
    assert estimated.visitors == 60
    assert {f.name for f in estimated.world.fields} == {"name", "weather", "timeofday"}
    names = ("name", "weather", "action", "probability", "reward")
    lines = [",".join(names), *(",".join(str(row[n]) for n in names) for row in rows)]
    file = open_log("\n".join(lines).encode(), "log.csv")
    again = estimate(file.batches(), fields=["weather"])
    assert [f.name for f in again.world.fields] == ["weather"]
    assert again.left_out == {"name": "rewards differ less by it, and the table is full"}
    log = decisions_from(usable(loop))
    halves = [log.take(slice(0, 30)), log.take(slice(30, 60))]
    assert estimate(halves).world == estimated.world


def test_the_fields_by_which_rewards_differ_most_are_taken_if_not_all_have_room() -> None:
    rng = np.random.default_rng(1)
    words = rng.integers(8, size=(3_000, 4))
    contexts = [", ".join(f"f{i}=v{v}" for i, v in enumerate(row)) for row in words.tolist()]
    shown = rng.integers(2, size=3_000)
    reward = ((words[:, 2] < 4) == shown).astype(float)
    estimated = estimate([log_of(contexts, [f"a{s}" for s in shown], reward.tolist())])
    assert "f2" in [field.name for field in estimated.world.fields]
    assert estimated.world.size <= 1_000
    assert len(estimated.left_out) == 1
    assert estimated.world.ceilings.field.fields == ("f2",)


def test_names_that_no_field_may_have_are_changed_and_commas_are_no_end() -> None:
    contexts = ["user.kind=a,, b, action=x", "user.kind=c, action=y"] * 20
    world = estimate([log_of(contexts, ["t", "u"] * 20, [0, 1] * 20)]).world
    assert [field.name for field in world.fields] == ["user-kind", "action-"]
    assert [value.name for value in world.fields[0].values] == ["a, b", "c"]


def test_actions_may_bring_their_features() -> None:
    items = items_from_table("id,size\nt,3\n")
    world = estimate([log_of([""] * 4, ["t", "u"] * 2, [0, 1] * 2)], items=items).world
    assert [item.features for item in world.items] == [{"size": 3}, {"name": "u"}]
    assert isinstance(world.items[0], Item)


def test_rewards_of_priced_actions_are_parts_of_what_they_are_worth() -> None:
    """Half a success with t, then a whole one with u, each time; v, never shown, is worth most."""
    items = items_from_table("id,value\nt,2\nu,4\nv,8\n")
    log = log_of([""] * 400, ["t", "u"] * 200, [0.125, 0.5] * 200)
    estimated = estimate([log], items=items, unit="€")
    assert estimated.world.outcomes[0] == pytest.approx(np.array([[0, 1, 0], [0, 0, 1]]), abs=0.02)
    assert (estimated.world.unit, estimated.world.most) == ("€", 4)
    assert estimated.world.expected[0] == pytest.approx([0.25, 1], abs=0.02)
    assert estimated.errors[0, 0] == pytest.approx(estimated.errors[0, 1] / 2)


def test_an_action_that_pays_nothing_is_assumed_to_have_no_success() -> None:
    items = items_from_table("id,value\nt,2\nu,0\n")
    world = estimate([log_of([""] * 400, ["t", "u"] * 200, [1, 0] * 200)], items=items).world
    assert world.worth.tolist() == [1, 0]
    assert world.outcomes[0, :, 0] == pytest.approx([0, 1], abs=0.02)


def test_rewards_of_other_bounds_become_parts_of_them() -> None:
    estimated = estimate([log_of([""] * 400, ["t", "u"] * 200, [-1, 5] * 200)], bounds=(-1, 5))
    assert estimated.world.expected[0] == pytest.approx([0, 1], abs=0.02)


# -- refusals -------------------------------------------------------------------------


def test_unsuitable_logs_are_refused() -> None:
    with pytest.raises(PersonalizerError, match="answered events is 0, but must be 1 or more"):
        estimate([])
    many = [f"a{i}" for i in range(51)]
    with pytest.raises(PersonalizerError, match="number of actions is 51, but must be at most 50"):
        estimate([log_of([""] * 51, many, [0] * 51)])
    with pytest.raises(PersonalizerError, match=r"reward of event 2 is 7.0, but must be from 0 to"):
        estimate([log_of([""] * 2, ["t", "u"], [0, 7])])
    with pytest.raises(PersonalizerError, match="a field of the log is 'moon', but must be one of"):
        estimate([log_of(["a=1", "a=2"], ["t", "u"], [0, 1])], fields=["moon"])
    wide = [", ".join(f"f{i}=v{n % 12}" for i in range(4)) for n in range(24)]
    with pytest.raises(
        PersonalizerError, match="a field is 'f2', but must be left out, or another"
    ):
        estimate([log_of(wide, ["t", "u"] * 12, [0, 1] * 12)], fields=["f0", "f1", "f2", "f3"])


def test_values_come_together_as_often_as_in_the_log_unless_chance_explains_it() -> None:
    """Within four standard errors of how often each of 36 cells came in truth."""
    times = np.where(np.arange(COFFEE.size) % 2, 0.4, 1.6)
    world = replace(COFFEE, together=tuple(times.tolist()))
    estimated = estimate([logged(world, 4_000, 3, 0.4)]).world
    cells = [estimated.cell(context) for context in world.contexts]
    came = estimated.frequencies[cells]
    assert np.abs(came - world.frequencies).max() < 4 * np.sqrt(world.frequencies.max() / 4_000)
    assert estimate([logged(COFFEE, 4_000, 3, 0.4)]).world.together == ()


def test_values_that_seldom_come_are_not_taken_for_ones_that_come_together() -> None:
    """Of 60 logs with independent fields and 1,000 cells, few with five expected events. Where each
    cell counted separately, every sixth log had a reported dependence.
    """
    shares = 1 / np.arange(1, 11) ** 1.5
    values = tuple(Value(f"v{n}", "", share) for n, share in enumerate(shares / shares.sum()))
    fields = tuple(Field(name, name, values) for name in "abc")
    result = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        codes = [rng.choice(10, 1_000, p=shares / shares.sum()) for _ in fields]
        counted = tuple(
            replace(field, values=tuple(
                replace(value, share=max(float((one == n).sum()), 0.5))
                for n, value in enumerate(values)))
            for field, one in zip(fields, codes, strict=True)
        )  # fmt: skip
        came = np.bincount(np.ravel_multi_index(codes, (10, 10, 10)), minlength=1_000)
        result += _dependence(came, replace(COFFEE, fields=counted)) != ()
    assert result <= 1


@pytest.mark.parametrize("rare", [(3, 3), (4, 2), (6, 0)])
def test_of_a_value_that_seldom_comes_chance_explains_with_what_it_came(
    rare: tuple[int, int],
) -> None:
    """Joined, the cells leave so little to chance: a hundredth of a degree of freedom."""
    often = Field("a", "A", (Value("u", ""), Value("v", "")))
    seldom = Field("b", "B", (Value("w", "", 594.0), Value("x", "", 6.0)))
    came = np.array([300 - rare[0], rare[0], 300 - rare[1], rare[1]])
    assert _dependence(came, replace(COFFEE, fields=(often, seldom))) == ()
