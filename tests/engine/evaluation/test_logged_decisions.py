"""Logged decisions as columns, each checked once."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings, PersonalizerError
from engine.evaluation.logged_decisions import (
    Decisions,
    LogBuilder,
    columns_in,
    decisions_from,
    text_of,
    unmatched_in,
    usable,
)
from engine.simulation.simulated_visitors import crowd
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock
from tests.engine.evaluation.made_logs import log_of


def two_events(**changes: Any) -> Decisions:
    columns: dict[str, Any] = {
        "actions": ("tea", "coffee"),
        "contexts": ("weather=Rainy", "weather=Sunny"),
        "context_index": np.array([0, 1]),
        "shown": np.array([0, 1]),
        "propensity": np.array([0.25, 0.5]),
        "reward": np.array([1.0, 0.0]),
        "offered": np.ones((2, 2), dtype=bool),
        "baseline": np.array([0, 0]),
        "probabilities": np.array([[0.25, 0.75], [0.5, 0.5]]),
        "means": np.zeros((2, 2)),
    }
    return Decisions(**columns | changes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"propensity": np.array([0.25, 0.0])}, "Event 2: the probability is 0.0, but must be"),
        (
            {"propensity": np.array([0.25, 1e-200])},
            "Event 2: the probability is 1e-200, but must be at least",
        ),
        ({"propensity": np.array([1.5, 0.5])}, "Event 1: the probability is 1.5, but must be"),
        ({"propensity": np.array([0.25, np.nan])}, "Event 2: the probability is nan"),
        ({"propensity": np.array([0.25, 0.4])}, "must be that of the shown action"),
        ({"reward": np.array([np.inf, 0.0])}, "Event 1: the reward is inf"),
        ({"offered": np.array([[True, True], [True, False]])}, "Event 2: the shown action is coff"),
        ({"context_index": np.array([0, 2])}, "Event 2: the context is 2"),
        ({"probabilities": np.array([[0.25, 0.5], [0.5, 0.5]])}, "with a sum of 1"),
        ({"means": np.full((2, 2), np.nan)}, "Event 1: the believed rewards"),
        ({"reward": np.zeros(3)}, "not equally long"),
        ({"actions": ("tea", "tea")}, "listed twice"),
    ],
)
def test_a_log_that_cannot_be_weighed_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PersonalizerError, match=sentence):
        two_events(**changes)


def test_events_can_be_taken_out() -> None:
    last = two_events().take(slice(1, None))
    assert len(last) == 1
    assert last.reward.tolist() == [0.0]
    assert replace(two_events(), probabilities=None, means=None).take(slice(1)).means is None


@pytest.mark.parametrize(
    "columns", [["a=1", "b=2"], ["a=1, b=2", ",c=", "d=,"], [",,", ", ,", ",, ,,x"], [""]]
)
def test_a_context_is_a_text_that_can_be_read_again(columns: list[str]) -> None:
    assert list(columns_in(text_of(columns))) == columns


def test_a_loop_tells_what_it_did() -> None:
    loop = LearningLoop(LoopSettings(), seed=3, clock=ManualClock())
    rows = list(crowd(loop, COFFEE, 30))
    loop.rank([{"id": "new", "features": [{"hot": True}]}])
    loop.rank(COFFEE.actions, [{"price": 2.5, "many": [1, 2]}], ["Cappucino"], "excluding")
    loop.reward("excluding", 1.0)
    decisions = decisions_from(usable(loop))
    assert len(decisions) == 31
    assert [decisions.actions[i] for i in decisions.shown[:30]] == [row["action"] for row in rows]
    assert decisions.propensity[:30].tolist() == [row["probability"] for row in rows]
    assert decisions.reward[:30].tolist() == [row["reward"] for row in rows]
    first = rows[0]
    context = ", ".join(f"{name}={first[name]}" for name in COFFEE.contexts[0])
    assert decisions.contexts[decisions.context_index[0]] == context
    assert decisions.contexts[decisions.context_index[-1]] == "price=2.5, many[0]=1, many[1]=2"
    assert decisions.offered[-1].tolist() == [False, True, True, True]
    assert decisions.actions[decisions.baseline[-1]] == "Cold brew"
    assert decisions.probabilities is not None
    assert decisions.probabilities[-1, 0] == 0


def test_of_an_apprentice_only_matched_events_count() -> None:
    settings = LoopSettings(learning_mode="apprentice", apprentice_exploration=0.4)
    loop = LearningLoop(settings, seed=3, clock=ManualClock())
    list(crowd(loop, COFFEE, 60))
    matched = [e.ranked for e in loop.events.values() if e.ranked.matches]
    events = usable(loop)
    decisions = decisions_from(events, unmatched_in(loop, events))
    assert 0 < len(decisions) == len(matched) < 60
    assert decisions.unmatched == 60 - len(matched)
    assert decisions.propensity.tolist() == [ranked.propensity for ranked in matched]
    assert set(np.round(decisions.propensity, 9)) == {0.7, 0.1}


def test_batches_are_joined_by_what_they_name() -> None:
    builder = LogBuilder()
    builder.add(log_of(["a=1", "a=2"], ["t", "u"], [0, 1]))
    builder.add(log_of(["a=2", "a=3"], ["u", "v"], [2, 1], [0.5, 0.01]))
    log = builder.build((0.0, 2.0))
    assert (log.contexts, log.actions) == (("a=1", "a=2", "a=3"), ("t", "u", "v"))
    assert (log.context_index.tolist(), log.shown.tolist()) == ([0, 1, 1, 2], [0, 1, 1, 2])
    assert log.reward.tolist() == [0, 0.5, 1, 0.5]
    # Of four events none counts for more than two.
    assert log.weight.tolist() == [2, 2, 2, 2]


def test_a_reward_out_of_bounds_is_refused_by_its_number() -> None:
    builder = LogBuilder()
    builder.add(log_of([""] * 2, ["t", "u"], [0, 7]))
    with pytest.raises(PersonalizerError, match=r"reward of event 2 is 7\.0, but must"):
        builder.build((0.0, 1.0))


def priced(reward: list[float]) -> Decisions:
    """Four events, three of tea and one of coffee."""
    n = len(reward)
    return two_events(
        context_index=np.zeros(n, dtype=np.intp),
        shown=np.array([0] * (n - 1) + [1]),
        propensity=np.full(n, 0.5),
        reward=np.array(reward),
        offered=np.ones((n, 2), dtype=bool),
        baseline=np.zeros(n, dtype=np.intp),
        probabilities=None,
        means=None,
    )


def test_an_amount_is_known_once_it_was_paid_three_times() -> None:
    assert priced([40.0, 40.0, 40.0, 0.0]).amounts == {"tea": 40.0}
    assert priced([40.0, 40.0, 0.0, 0.0]).amounts == {}
    assert priced([40.0, 40.0, 30.0, 0.0]).amounts == {}, "of two amounts neither is the price"
    assert priced([-1.0, -1.0, -1.0, 0.0]).amounts == {}


def test_an_action_can_be_stated_to_pay_0_unless_it_has_paid() -> None:
    log = priced([40.0, 40.0, 40.0, 0.0])
    stated = log.without_pay(["coffee"])
    assert stated.largest is not None
    assert stated.largest.tolist() == [np.inf, 0.0]
    assert log.without_pay([]) is log
    with pytest.raises(PersonalizerError, match=r"has no action “milk”\. It has: tea, coffee"):
        log.without_pay(["milk"])
    with pytest.raises(PersonalizerError, match="“tea” does not always pay 0: event 1 has the"):
        log.without_pay(["tea"])
