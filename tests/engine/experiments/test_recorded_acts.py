"""Playthroughs: extraction from a log, and replay."""

import pytest

from engine import LearningLoop, LoopSettings, PersonalizerError
from engine.experiments.recorded_acts import Change, Crowd, Playthrough, Visit, playthrough_of
from engine.loop.service_only_settings import ServiceSettings
from engine.loop.time_travel import as_of, entries_before
from engine.pausable_steps import finish
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.simulation.simulated_visitors import crowd
from engine.worlds.coffee import COFFEE

DAVE = {"name": "Dave", "weather": "Snowy", "timeofday": "Evening"}
CATHY = {"name": "Cathy", "weather": "Sunny", "timeofday": "Morning"}


def visit(loop: LearningLoop, context: dict[str, str], reward: float | None) -> None:
    answer = loop.rank(COFFEE.actions, COFFEE.features(context))
    if reward is None:
        loop.expire(answer.event_id)
    else:
        loop.reward(answer.event_id, reward)


@pytest.fixture(scope="module")
def taught() -> LearningLoop:
    """A crowd, three manual answers with one undone, another policy, and a crowd."""
    loop = LearningLoop(LoopSettings(crosses=1), seed=5)
    loop.configure(crosses=2)
    list(crowd(loop, COFFEE, 4))
    visit(loop, DAVE, 0.5)
    visit(loop, CATHY, None)
    visit(loop, CATHY, 1.0)
    loop.undo_event()
    loop.configure(policy=EpsilonGreedy())
    loop.configure(default_reward=0.5, policy=EpsilonGreedy(epsilon=0.3))
    list(crowd(loop, COFFEE, 3))
    return loop


def test_a_playthrough_has_few_steps(taught: LearningLoop) -> None:
    playthrough = playthrough_of(taught, COFFEE)
    assert playthrough.settings == LoopSettings(crosses=2)
    changed = Change(LoopSettings(crosses=2, default_reward=0.5, policy=EpsilonGreedy(epsilon=0.3)))
    assert playthrough.acts == (Crowd(4), Visit(DAVE, 0.5), Visit(CATHY, None), changed, Crowd(3))
    assert (playthrough.visitors, playthrough.by_hand) == (9, 2)


def test_playthrough_of_an_earlier_position(taught: LearningLoop) -> None:
    then = finish(as_of(taught, entries_before(taught, 5)))
    assert playthrough_of(then, COFFEE).acts == (Crowd(4), Visit(DAVE, 0.5))


def test_played_again_on_its_own_seed_it_is_the_same_loop(taught: LearningLoop) -> None:
    again = finish(playthrough_of(taught, COFFEE).again(taught.seed))
    for context in (DAVE, CATHY):
        features = COFFEE.features(context)
        ours, theirs = (one.preview(COFFEE.actions, features) for one in (again, taught))
        assert (ours.probabilities, ours.means) == (theirs.probabilities, theirs.means)
    assert len(again.events) == len(taught.events)


def test_the_learning_mode_and_settings_of_rewards_may_change_at_once() -> None:
    changed = LoopSettings(learning_mode="apprentice", default_reward=0.5)
    again = finish(Playthrough(COFFEE, LoopSettings(), (Change(changed), Crowd(1))).again(1))
    assert again.settings == changed


@pytest.mark.parametrize(
    ("context", "excluded", "said"),
    [({"weather": "Foggy"}, [], "visitor 1 is"), (DAVE, ["Latte"], "what visitor 1 was offered")],
)
def test_requests_of_impossible_visitors_are_refused(
    context: dict[str, str], excluded: list[str], said: str
) -> None:
    loop = LearningLoop(seed=1)
    loop.rank(COFFEE.actions, [context], excluded)
    with pytest.raises(PersonalizerError, match=said):
        playthrough_of(loop, COFFEE)


def test_a_loop_whose_world_was_changed_is_refused() -> None:
    loop = LearningLoop(seed=1)
    loop.change_world(COFFEE)
    with pytest.raises(PersonalizerError, match="world is 'Coffee', but must be the same from"):
        playthrough_of(loop, COFFEE)


def test_a_loop_whose_model_is_updated_at_intervals_is_refused() -> None:
    loop = LearningLoop(seed=1)
    loop.configure_service(ServiceSettings(policy_name="mine"))
    assert playthrough_of(loop, COFFEE).acts == ()
    loop.configure_service(ServiceSettings(update_frequency=60))
    with pytest.raises(PersonalizerError, match="60, but must be 0 from the first visitor on"):
        playthrough_of(loop, COFFEE)
