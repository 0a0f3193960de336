"""Snapshots as bytes and back."""

import io

import numpy as np
import pytest

from engine import LearningLoop
from engine.errors import StaleError
from engine.simulation.simulated_visitors import crowd
from engine.store.snapshot_codec import dump, load
from tests.engine.requests import CONTEXTS
from tests.engine.store.workers import WORLD


def test_only_plain_things_are_frozen_and_thawed() -> None:
    shared = CONTEXTS[0]
    value = {"a": [1, 2.5, None, True, "é"], 3: (np.arange(6.0).reshape(2, 3), shared),
             "zeros": np.zeros((3, 4)), "none": np.zeros((0, 4)), "minus": np.array([1.0, -0.0]),
             "whole": np.array([3, 0], dtype=np.uint64)}  # fmt: skip
    back = load(dump(value))
    assert back["a"] == value["a"]
    np.testing.assert_array_equal(back[3][0], np.arange(6.0).reshape(2, 3))
    assert (back["zeros"].shape, back["none"].shape) == ((3, 4), (0, 4))
    assert np.signbit(back["minus"]).tolist() == [False, True]
    assert back["whole"].dtype == np.uint64
    for wrong in (object(), LearningLoop(), {1, 2}, np.array([object()])):
        with pytest.raises(TypeError):
            dump({"x": wrong})
    file = io.BytesIO()
    np.savez(file, tree=np.frombuffer(b'["dick", []]', dtype=np.uint8))
    with pytest.raises(StaleError):
        load(file.getvalue())


def test_a_model_is_frozen_to_the_last_bit() -> None:
    loop = LearningLoop(seed=7)
    list(crowd(loop, WORLD, 30))
    loop.contributions(loop.preview(WORLD.actions, WORLD.features(WORLD.contexts[0])))
    learner = load(dump(loop.learner))
    ranked = loop.preview(WORLD.actions, WORLD.features(WORLD.contexts[3]))
    one, other = (known.belief(ranked.request) for known in (loop.learner, learner))
    np.testing.assert_array_equal(one.weights, other.weights)
    np.testing.assert_array_equal(one.means, other.means)
    np.testing.assert_array_equal(one.covariances, other.covariances)
    shown = np.eye(len(ranked.means))[ranked.shown]
    assert learner.contributions(ranked.request, shown) == loop.contributions(ranked)
