"""Batches of a log are one, with one list of contexts and one of actions."""

import pytest

from engine import PersonalizerError
from engine.evaluation.logged import Seen
from tests.engine.evaluation.made_logs import log_of


def test_batches_are_joined_by_what_they_name() -> None:
    seen = Seen()
    seen.add(log_of(["a=1", "a=2"], ["t", "u"], [0, 1]))
    seen.add(log_of(["a=2", "a=3"], ["u", "v"], [2, 1], [0.5, 0.01]))
    log = seen.told((0.0, 2.0))
    assert (log.contexts, log.actions) == (("a=1", "a=2", "a=3"), ("t", "u", "v"))
    assert (log.stratum.tolist(), log.shown.tolist()) == ([0, 1, 1, 2], [0, 1, 1, 2])
    assert log.reward.tolist() == [0, 0.5, 1, 0.5]
    # Of four events none counts for more than two.
    assert log.weight.tolist() == [2, 2, 2, 2]


def test_a_reward_out_of_bounds_is_refused_by_its_number() -> None:
    seen = Seen()
    seen.add(log_of([""] * 2, ["t", "u"], [0, 7]))
    with pytest.raises(PersonalizerError, match=r"reward of event 2 is 7\.0, but must"):
        seen.told((0.0, 1.0))
