"""A rule names the baseline of a loop; without one it is the first action."""

from collections import Counter
from dataclasses import replace

import pytest

from engine import LearningLoop, LoopSettings, PersonalizerError
from engine.loop.baseline_rule import BaselineRow
from engine.loop.entries import Ranked
from engine.loop.log import EventLog
from engine.loop.settings import LearningMode
from engine.simulation.baselines import Baseline, always, best_rule, mood, rule_of_loop
from engine.simulation.simulated_visitors import crowd, nth_visitor
from engine.store.entry_codec import from_text, to_text
from engine.streams import stream
from engine.worlds import World
from engine.worlds.coffee import COFFEE
from engine.worlds.gallery.shop_home_page import HOME
from tests.engine.worlds.ready import every_world


def apprentice_of(
    world: World, baseline: Baseline, mode: LearningMode = "apprentice", exploration: float = 0.0
) -> LearningLoop:
    rule = rule_of_loop(world, baseline)
    settings = LoopSettings(learning_mode=mode, baseline=rule, apprentice_exploration=exploration)
    return LearningLoop(settings, seed=5)


@every_world
@pytest.mark.parametrize("size", [0, 1])
def test_the_rule_of_a_loop_names_what_the_baseline_of_the_world_chooses(
    world: World, size: int
) -> None:
    baseline = best_rule(world, [field.name for field in world.fields][:size])
    rule = rule_of_loop(world, baseline)
    for number in range(20):
        context = nth_visitor(world, 3, number).context
        request = world.request(world.cell(context))
        (position,) = rule.possible(request)
        assert request.actions[position].id == baseline.choose(context, stream(0, "any"))


@pytest.mark.parametrize("mode", ["apprentice", "logging_only"])
def test_users_get_what_the_rule_names(mode: LearningMode) -> None:
    baseline = best_rule(COFFEE, ["weather"])
    loop = apprentice_of(COFFEE, baseline, mode)
    rows = list(crowd(loop, COFFEE, 40))
    named = [baseline.table[(str(row["weather"]),)] for row in rows]
    assert [row["action"] for row in rows] == named
    assert len(set(named)) > 1
    assert all(ranked.propensity == 1 for ranked in loop.log if isinstance(ranked, Ranked))


def test_an_apprentice_learns_to_choose_like_the_rule() -> None:
    loop = apprentice_of(COFFEE, best_rule(COFFEE, ["weather"]))
    for _ in crowd(loop, COFFEE, 300):
        pass
    last = [event.ranked for event in loop.events.values()][-50:]
    likeness = [ranked.probabilities[ranked.baseline] for ranked in last]
    assert sum(likeness) / len(likeness) > 0.9


@pytest.mark.parametrize("baseline", [best_rule(COFFEE, ["weather"]), mood(COFFEE)], ids=type)
def test_a_log_read_again_decides_and_learns_the_same(baseline: Baseline) -> None:
    loop = apprentice_of(COFFEE, baseline, exploration=0.2)
    for _ in crowd(loop, COFFEE, 30):
        pass
    entries = [from_text(to_text(entry)) for entry in loop.log]
    assert entries == list(loop.log)
    log = EventLog()
    for entry in entries:
        log.append(entry)
    again = LearningLoop.resume(log, seed=5)
    ask = COFFEE.actions, COFFEE.features(COFFEE.contexts[0])
    before, after = loop.preview(*ask), again.preview(*ask)
    assert replace(after, time=before.time) == before


def test_a_rule_of_chance_names_every_action_equally_often() -> None:
    loop = apprentice_of(COFFEE, mood(COFFEE), "logging_only")
    counts = Counter(row["action"] for row in crowd(loop, COFFEE, 400))
    assert len(counts) == 4
    assert min(counts.values()) > 70


def test_an_excluded_action_of_the_rule_gives_way_to_the_first() -> None:
    loop = apprentice_of(COFFEE, always(COFFEE, COFFEE.items[2].id))
    context = COFFEE.features(COFFEE.contexts[0])
    assert loop.preview(COFFEE.actions, context).baseline == 2
    without = loop.preview(COFFEE.actions, context, [COFFEE.items[2].id, COFFEE.items[0].id])
    assert without.shown == without.baseline == 1


def test_a_rule_for_slots_holds_in_each() -> None:
    item = HOME.items[3].id
    loop = apprentice_of(HOME, always(HOME, item), "logging_only")
    rows = list(crowd(loop, HOME, 4))
    assert [row["action"] == item for row in rows] == [True, False] * 2


def test_without_a_rule_nothing_is_written_of_it() -> None:
    loop = LearningLoop(LoopSettings(learning_mode="apprentice"), seed=5)
    for _ in crowd(loop, COFFEE, 1):
        pass
    text = "".join(map(to_text, loop.log))
    assert "by_rule" not in text
    assert "baseline" not in text


def test_a_row_without_actions_is_refused() -> None:
    with pytest.raises(PersonalizerError):
        BaselineRow("[]", ())
    with pytest.raises(PersonalizerError):
        LoopSettings(baseline="latte")  # type: ignore[arg-type]
