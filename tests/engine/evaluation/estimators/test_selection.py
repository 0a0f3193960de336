"""How far a target chooses by context among what was not shown."""

import numpy as np
import pytest

from engine.evaluation.estimators.selection import Selection
from engine.evaluation.targets import Even, Fixed, Given, Target
from tests.engine.evaluation.made_logs import made

LOG = made(400, contexts=6).log
PICKS = Given("picks", np.eye(3)[LOG.stratum % 3])


@pytest.mark.parametrize("target", [Even(), Fixed("action1")], ids=lambda one: one.key)
def test_who_treats_all_contexts_alike_picks_nothing(target: Target) -> None:
    assert Selection().add(target.weigh(LOG)).share == pytest.approx(0.0, abs=1e-12)


def test_who_shows_each_action_in_a_third_of_contexts_picks() -> None:
    """The mean of pi is about a third, and so is its mean square: 1 - 1/9 / (1/3)."""
    assert Selection().add(PICKS.weigh(LOG)).share == pytest.approx(2 / 3, abs=0.05)


def test_the_best_of_three_normal_numbers_is_85_hundredths_above_their_mean() -> None:
    told = Selection().add(PICKS.weigh(LOG))
    assert told.advantage(len(LOG)) == pytest.approx(0.846, abs=0.03)


def test_parts_add_up() -> None:
    whole = Selection().add(PICKS.weigh(LOG))
    parts = [
        Selection().add(Given("picks", PICKS.chances[part]).weigh(LOG.take(part)))
        for part in (slice(150), slice(150, None))
    ]
    assert (parts[0] + parts[1]).share == pytest.approx(whole.share)
    assert Selection().share == 0
