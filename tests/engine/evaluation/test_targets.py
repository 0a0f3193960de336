"""Target policies: what they would show, and how a log weighs for them."""

import numpy as np
import pytest

from engine import PersonalizerError
from engine.evaluation.decisions import Decisions
from engine.evaluation.targets import (
    Baseline,
    Even,
    Fixed,
    Given,
    Online,
)

LOG = Decisions(
    actions=("tea", "coffee", "cake"),
    contexts=("weather=Rainy, name=Ann", "weather=Sunny, name=Anna"),
    stratum=np.array([0, 1, 1]),
    shown=np.array([0, 1, 0]),
    propensity=np.array([0.5, 0.25, 0.8]),
    reward=np.array([1.0, 0.0, 0.5]),
    offered=np.array([[True, True, True], [True, True, False], [True, True, False]]),
    baseline=np.array([0, 1, 0]),
)


def choices(target: Fixed | Baseline) -> list[str]:
    return [LOG.actions[i] for i in target.probabilities(LOG).argmax(axis=1)]


def test_what_each_would_show() -> None:
    assert choices(Baseline()) == ["tea", "coffee", "tea"]
    assert choices(Fixed("coffee")) == ["coffee"] * 3
    assert choices(Fixed("cake")) == ["cake", "coffee", "tea"]
    assert choices(Fixed("soup")) == choices(Baseline())
    assert Even().probabilities(LOG).tolist() == [[1 / 3] * 3, [0.5, 0.5, 0], [0.5, 0.5, 0]]


def test_a_weight_is_how_much_likelier_the_target_was_to_show_what_was_shown() -> None:
    assert Fixed("tea").weigh(LOG).weight.tolist() == [2, 0, 1.25]
    assert Even().weigh(LOG).weight.tolist() == pytest.approx([2 / 3, 2, 0.625])
    online = Online().weigh(LOG)
    assert online.weight.tolist() == [1, 1, 1]
    assert online.probabilities is None


def test_chances_belong_to_the_events_that_they_were_computed_for() -> None:
    assert Given("mine", Even().probabilities(LOG)).weigh(LOG).weight[1] == 2
    with pytest.raises(PersonalizerError, match="other events"):
        Given("mine", np.ones((2, 3))).weigh(LOG)
