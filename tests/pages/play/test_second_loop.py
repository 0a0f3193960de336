"""Candidates for the second loop, the names of both, and synchronisation."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine import LoopSettings
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.simulation.simulated_visitors import crowd
from engine.store import Store, StoredLoop
from engine.worlds import WORLDS
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.second_loop import SideLoop, names_of
from pages.parts.settings.loop_library_access import loop_projections
from tests.pages.play.test_current_loop import an_open_loop

COFFEE = WORLDS["coffee"]
NAMES = [name for name in PlaySetup.declared()["beside"].offered if name]


def beside(name: str, settings: LoopSettings) -> LoopSettings:
    return PlaySetup(beside=name).beside_settings(settings)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("first", [PlaySetup().settings(), LoopSettings.classic()])
def test_every_option_can_be_a_second_loop(name: str, first: LoopSettings) -> None:
    second = beside(name, first)
    kept = ("reward_wait_time", "default_reward", "learning_mode", "max_events", "hypotheses")
    assert [getattr(second, one) for one in kept] == [getattr(first, one) for one in kept]
    names = names_of(first, second)
    assert (names[0] == names[1]) is False


def test_two_loops_are_called_by_what_sets_them_apart() -> None:
    first = PlaySetup().settings()
    assert names_of(first, beside("no-crosses", first)) == ("Context used", "Context ignored")
    assert names_of(beside("no-crosses", first), first) == ("Context ignored", "Context used")
    assert names_of(first, beside("pairs", first)) == (
        "Combined fields: quadruples",
        "Combined fields: pairs",
    )
    assert names_of(first, beside("greedy", first)) == ("Thompson sampling", "Greedy")
    assert names_of(first, beside("classic", first)) == ("This engine", "Azure Personalizer")
    assert names_of(first, first) == ("As set", "The same again")
    tuned = replace(first, policy=EpsilonGreedy(0.1))
    names = names_of(tuned, beside("epsilon", tuned))
    assert names == ("Epsilon-greedy, as set", "Epsilon-greedy, default")


def test_a_crowd_meets_both_visitor_by_visitor_and_is_taken_back_from_both() -> None:
    _, opened = an_open_loop(5)
    setup = PlaySetup(beside="no-crosses")
    second = opened.side_loop = SideLoop("no-crosses", COFFEE, opened.loop, setup.beside_settings)
    served = 0
    while served < 30:
        served += opened.serve(30 - served, crowd=1)
        assert second.standing().visitors == len(opened.loop.events)
    stands = second.standing()
    assert stands.visitors == 35
    opened.undo()
    second.follow()
    assert second.standing().visitors == 5
    opened.redo()
    second.follow()
    assert second.standing() == stands


def test_what_it_shows_is_what_the_second_loop_believes() -> None:
    _, opened = an_open_loop(40)
    second = SideLoop(
        "no-crosses", COFFEE, opened.loop, PlaySetup(beside="no-crosses").beside_settings
    )
    for _ in second.catching_up():
        pass
    # Without crosses the context is unknown: the same offer for all visitors.
    assert len({cell["action"] for cell in second.favoured()}) == 1
    assert len({cell["action"] for cell in opened.favoured()}) > 1
    assert len({second.ranked_for(context).means for context in COFFEE.contexts}) == 1
    last = opened.loop.last
    assert last is not None
    assert second.last is not None
    assert second.last[0].event_id == last.event_id


def test_it_follows_a_loop_whose_past_is_in_the_store_alone(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'events.db'}")
    stored = StoredLoop.create(store, world=COFFEE, seed=1, make_projections=loop_projections)
    list(crowd(stored.loop, COFFEE, 20))
    assert stored.snapshot_if_due(every=10)
    list(crowd(stored.loop, COFFEE, 5))
    first = stored.loop
    assert first.log.is_evicted(0)
    second = SideLoop("no-crosses", COFFEE, first, PlaySetup(beside="no-crosses").beside_settings)
    assert not second.is_level
    for _ in second.catching_up():
        pass
    assert second.is_level
    assert second.standing().visitors == 25
    first.undo(20)
    second.follow()
    assert second.standing().visitors == 15
    store.close()
