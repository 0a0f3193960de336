"""The service's coffee tutorial, with its older client against a running app."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from azure.cognitiveservices.personalizer import PersonalizerClient, models
from msrest.authentication import CognitiveServicesCredentials

from engine import LearningLoop
from engine.simulation.simulated_visitors import nth_visitor
from engine.worlds.coffee import COFFEE
from tests.pages.shell.application import application

pytestmark = [pytest.mark.slow, pytest.mark.nightly]

VISITORS, LAST, SEED = 5_000, 1_000, 7


def rewards_in_process() -> list[float]:
    """Rewards of the same visitors without HTTP."""
    loop, rewards = LearningLoop(seed=SEED), list[float]()
    for number in range(VISITORS):
        visitor = nth_visitor(COFFEE, SEED, number)
        features = COFFEE.features(visitor.context)
        ranked = loop.rank(COFFEE.actions, features, event_id=f"visitor {number}")
        rewards.append(COFFEE.answer(visitor.context, ranked.reward_action_id, visitor.uniform))
        loop.reward(ranked.event_id, rewards[-1])
    return rewards


def test_five_thousand_visitors_are_learned_from_as_in_process(tmp_path: Path) -> None:
    """The mean reward of the last 1,000 is at least .93; the service reached .467."""
    make: Any = PersonalizerClient
    rewards: list[float] = []
    actions = [models.RankableAction(**action) for action in COFFEE.actions]
    with application(tmp_path, seed=SEED) as app:
        client = make(app.address, CognitiveServicesCredentials(app.key))
        for number in range(VISITORS):
            visitor = nth_visitor(COFFEE, SEED, number)
            answer = client.rank(
                models.RankRequest(
                    context_features=COFFEE.features(visitor.context),
                    actions=actions,
                    event_id=f"visitor {number}",
                )
            )
            chosen = answer.reward_action_id
            rewards.append(COFFEE.answer(visitor.context, chosen, visitor.uniform))
            client.events.reward(answer.event_id, rewards[-1])
    assert np.mean(rewards[-LAST:]) >= 0.93
    assert rewards == rewards_in_process()
