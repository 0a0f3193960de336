"""Reach of an answer, against the beliefs of each context alone."""

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings
from engine.evaluation.answer_reach import answer_reach
from engine.evaluation.favoured_actions import favoured_actions
from engine.loop.settings import LearningMode
from engine.simulation.simulated_visitors import crowd
from engine.worlds.coffee import COFFEE


def leads(loop: LearningLoop, action: int) -> list[float]:
    """Lead of an action over the best other action, by context."""
    result = []
    for context in COFFEE.contexts:
        means = loop.belief(COFFEE.actions, COFFEE.features(context)).mean.tolist()
        own = means.pop(action)
        result.append(own - max(means))
    return result


@pytest.mark.parametrize("mode", ["online", "apprentice"])
@pytest.mark.parametrize(("visitors", "reward"), [(0, 1.0), (40, 0.0), (40, 1.0)])
def test_the_reach_of_an_answer_is_the_change_of_the_lead_in_each_context(
    mode: LearningMode, visitors: int, reward: float
) -> None:
    """Whatever is left out is small beside the largest change, or beside what rewards are."""
    loop = LearningLoop(LoopSettings(learning_mode=mode), seed=3)
    list(crowd(loop, COFFEE, visitors))
    answer = loop.rank(COFFEE.actions, COFFEE.features(COFFEE.contexts[5]))
    action = [item.id for item in COFFEE.items].index(answer.reward_action_id)
    drawn, before = favoured_actions(loop, COFFEE), np.array(leads(loop, action))
    loop.reward(answer.event_id, reward)
    now, change = favoured_actions(loop, COFFEE), np.array(leads(loop, action)) - before
    was, new = (np.array([row["means"] for row in rows]) for rows in (drawn, now))
    reach = answer_reach(was, new, action, COFFEE.reward_size)
    counts = reach != 0
    assert counts[np.abs(change).argmax()]
    np.testing.assert_allclose(reach[counts], change[counts], atol=1e-9)
    least = max(0.02 * COFFEE.reward_size, 0.25 * np.abs(change).max())
    assert (counts == (np.abs(change) >= least)).all()


def test_an_answer_without_effect_reaches_nobody_and_one_action_leads_nothing() -> None:
    means = np.array([[0.2, 0.4], [0.3, 0.1]])
    assert answer_reach(means, means, 0, 1.0).tolist() == [0.0, 0.0]
    assert answer_reach(np.array([[0.2]]), np.array([[0.5]]), 0, 1.0) == pytest.approx([0.3])
    lost = answer_reach(means, means - np.array([[0.1, 0.0], [0.01, 0.0]]), 0, 1.0)
    assert lost == pytest.approx([-0.1, 0.0])
