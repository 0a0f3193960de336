"""The favoured action in every context."""

from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings, Thompson, Uniform
from engine.evaluation.favoured_actions import favoured_actions, share_of_visits
from engine.loop.settings import LearningMode
from engine.policies.registry import POLICIES
from engine.simulation.simulated_visitors import crowd
from engine.worlds.coffee import COFFEE
from engine.worlds.taste import Taste
from tests.clock import ManualClock

SMALL = LoopSettings(policy=Thompson(draws=64))


def small_loop() -> LearningLoop:
    return LearningLoop(SMALL, seed=1, clock=ManualClock())


@pytest.mark.no_cover
def test_favourites_are_the_most_probable_actions_of_every_context_and_log_nothing() -> None:
    loop = small_loop()
    list(crowd(loop, COFFEE, 200))
    length = len(loop.log)
    rows = favoured_actions(loop, COFFEE)
    assert len(loop.log) == length
    assert len(rows) == 36
    for row, context, expected in zip(rows, COFFEE.contexts, COFFEE.expected, strict=True):
        now = loop.preview(COFFEE.actions, COFFEE.features(context))
        chances = now.probabilities
        top, best = max(chances), int(expected.argmax())
        assert row == {
            **context,
            "action": COFFEE.items[chances.index(top)].id,
            "probability": top,
            "strength": pytest.approx(max(0.0, (top - 0.25) / 0.75)),
            "untried": {},
            "means": pytest.approx(list(now.means)),
            "best": COFFEE.items[best].id,
            "right": best == chances.index(top) and top > 0.25,
        }


def test_an_untried_action_is_no_favourite_and_has_a_share_of_the_visits() -> None:
    loop = small_loop()
    list(crowd(loop, COFFEE, 100))
    before = favoured_actions(loop, COFFEE)
    favourite = str(before[0]["action"])
    rows = favoured_actions(loop, COFFEE, untried=[favourite])
    at = COFFEE.position(favourite)
    chances = [
        loop.preview(COFFEE.actions, COFFEE.features(context)).probabilities
        for context in COFFEE.contexts
    ]
    for row, others in zip(rows, chances, strict=True):
        left = [chance for place, chance in enumerate(others) if place != at]
        assert row["action"] != favourite
        assert row["probability"] == max(left)
        assert row["strength"] == pytest.approx(
            max(0.0, (max(left) / sum(left) - 1 / 3) / (2 / 3)), abs=1e-9
        )
    share = COFFEE.frequencies @ np.array([each[at] for each in chances])
    assert share_of_visits(COFFEE, rows, favourite) == pytest.approx(share)


@pytest.mark.no_cover
@pytest.mark.parametrize("mode", ["online", "apprentice", "logging_only"])
@pytest.mark.parametrize("settings", [SMALL, LoopSettings.classic()], ids=["bayesian", "classic"])
def test_every_policy_favours_what_it_would_show_in_each_context(
    settings: LoopSettings, mode: LearningMode
) -> None:
    loop = LearningLoop(replace(settings, learning_mode=mode), seed=1, clock=ManualClock())
    list(crowd(loop, COFFEE, 30))
    requests = [COFFEE.request(cell) for cell in range(len(COFFEE.contexts))]
    for policy in POLICIES.values():
        if not policy.loggable or policy.needs_doubt > loop.learner.expresses_doubt:
            continue
        loop.configure(policy=policy())
        alone = [loop.preview(COFFEE.actions, [context]) for context in COFFEE.contexts]
        expected = np.array([one.probabilities for one in alone])
        np.testing.assert_allclose(loop.probabilities(requests), expected, atol=1e-12)


def test_a_tie_is_not_right_and_any_of_several_best_actions_is() -> None:
    rows = favoured_actions(LearningLoop(LoopSettings(policy=Uniform())), COFFEE)
    assert not any(row["right"] for row in rows)
    same = replace(COFFEE, taste=lambda context, item: Taste(half=0.5, full=0.5))
    loop = small_loop()
    list(crowd(loop, COFFEE, 100))
    for row in favoured_actions(loop, same):
        assert row["best"] == row["action"]
        assert row["right"] == (cast(float, row["strength"]) > 1e-6)
