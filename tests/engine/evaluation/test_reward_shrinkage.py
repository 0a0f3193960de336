"""Shrinkage of means towards the predictions of larger groups, as far as noise explains the
rest.
"""

import numpy as np
import pytest

from engine.evaluation import reward_shrinkage
from engine.evaluation.logged_decisions import WeightedLog
from engine.evaluation.reward_shrinkage import GroupSums, shrunken_rewards


def sums(weight: list[list[float]], mean: list[list[float]]) -> GroupSums:
    weights, earned = np.array(weight), np.array(weight) * np.array(mean)
    return GroupSums(weights, weights, earned, 0.25)


def test_frequent_cells_keep_their_mean_and_unseen_cells_get_that_of_others() -> None:
    cell_sums = sums([[5_000.0, 5_000.0], [5_000.0, 0.0]], [[0.2, 0.8], [0.6, 0.0]])
    expected, variance = shrunken_rewards(cell_sums, [2])
    assert expected[:, 0] == pytest.approx([0.2, 0.6], abs=0.02)
    assert expected[1, 1] == pytest.approx(0.8, abs=0.1)
    assert variance[1, 1] > variance[0, 1]


def test_rewards_that_never_differ_where_they_are_alike_are_believed() -> None:
    """Each visitor loves one action only, so differences between groups are not noise."""
    shown, groups = np.tile([0, 1], 60), np.repeat(np.arange(6), 20)
    reward = ((shown + groups) % 2).astype(float)
    log = WeightedLog(("a", "b"), ("anybody",), np.zeros(120, int), shown, reward, np.ones(120))
    cell_sums = GroupSums.of(log, groups, 6)
    assert cell_sums.spread < 0.25 / 10
    expected, _ = shrunken_rewards(cell_sums, [6])
    assert expected == pytest.approx(cell_sums.mean, abs=0.01)


def test_rarely_shown_actions_count_in_the_spread_of_rewards() -> None:
    """Nine events in ten are all successes; of the tenth, half succeed: variance half of .25."""
    shown = np.repeat([0, 1], [900, 100])
    reward = np.concatenate([np.ones(900), np.tile([0.0, 1.0], 50)])
    weight = np.where(shown == 0, 1 / 0.9, 1 / 0.1)
    log = WeightedLog(("a", "b"), ("anybody",), np.zeros(1_000, int), shown, reward, weight)
    assert GroupSums.of(log, np.zeros(1_000, int), 1).spread == pytest.approx(0.125, rel=0.02)


def test_events_each_alone_in_their_group_differ_as_all_do() -> None:
    reward = np.array([0.0, 1.0, 1.0, 0.0])
    none = np.zeros(4, int)
    log = WeightedLog(("a",), ("anybody",), none, none, reward, np.ones(4))
    assert GroupSums.of(log, np.arange(4), 4).spread == pytest.approx(0.25)


def test_sizes_of_effects_are_those_of_the_log() -> None:
    """If rewards depend on a single field, unshown cells are predicted by the value of that field,
    and the other field has no effect.
    """
    rng = np.random.default_rng(3)
    by_row = 0.5 + rng.normal(0, 0.2, (8, 1, 6))
    truth = np.broadcast_to(by_row, (8, 8, 6)).reshape(64, 6)
    weight = rng.integers(0, 40, truth.shape).astype(float)
    seen = truth + rng.normal(0, 0.5, truth.shape) / np.sqrt(np.maximum(weight, 1))
    cell_sums = sums(weight.tolist(), seen.tolist())
    expected, variance = shrunken_rewards(cell_sums, [8, 8])
    errors = (expected - truth)[weight == 0]
    assert np.sqrt((errors**2).mean()) < 0.08
    assert 0.7 < np.sqrt(variance.mean() / ((expected - truth) ** 2).mean()) < 1.4


def test_differences_explained_by_chance_are_shrunk() -> None:
    rng = np.random.default_rng(1)
    mean = 0.5 + rng.normal(0, 0.05, (40, 2))
    expected, _ = shrunken_rewards(sums([[100.0, 100.0]] * 40, mean.tolist()), [40])
    assert expected.std() < mean.std() / 2


def test_in_which_order_fields_come_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last field's values must not be favoured among cells that are processed together."""
    monkeypatch.setattr(reward_shrinkage, "_BLOCK_SIZE", 128)
    rng, sizes = np.random.default_rng(4), (8, 4, 4, 4)
    alone = np.eye(4, dtype=int) * (np.array(sizes) - 1) + 1
    parts = [rng.normal(0, 0.12, shape) for shape in alone]
    truth = np.clip(0.5 + parts[0] + parts[1] + parts[2] + parts[3], 0, 1)[..., None]
    weight = np.full(truth.shape, 10.0)
    seen = rng.binomial(10, truth) / 10
    errors = []
    for order in ((0, 1, 2, 3), (3, 2, 1, 0)):
        turned = [
            np.transpose(cell_sums, (*order, 4)).reshape(512, 1)
            for cell_sums in (weight, seen, truth)
        ]
        cell_sums = GroupSums(turned[0], turned[0], turned[0] * turned[1], 0.2)
        expected, _ = shrunken_rewards(cell_sums, [sizes[at] for at in order])
        errors.append(float(np.sqrt(((expected - turned[2]) ** 2).mean())))
    # Without shuffling: .051 and .035.
    assert max(errors) < 0.042


@pytest.mark.parametrize("events", [6, 12, 25, 50])
def test_stated_uncertainty_of_few_events_is_correct(events: int) -> None:
    covered = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        by_field = rng.normal(0, 0.15, (3, 1, 3)) + rng.normal(0, 0.15, (1, 4, 3))
        truth = np.clip(0.4 + rng.normal(0, 0.15, 3) + by_field, 0.02, 0.98).reshape(12, 3)
        groups, shown = rng.integers(0, 12, events), rng.integers(0, 3, events)
        reward = (rng.random(events) < truth[groups, shown]).astype(float)
        log = WeightedLog(
            ("a", "b", "c"), ("anybody",), np.zeros(events, int), shown, reward, np.ones(events)
        )
        expected, variance = shrunken_rewards(GroupSums.of(log, groups, 12), [3, 4])
        covered.append((abs(expected - truth) <= 1.96 * np.sqrt(variance)).mean())
    assert np.mean(covered) > 0.93


def test_unshown_actions_stay_uncertain() -> None:
    """Even if all rewards of another action were equal."""
    shown, reward = np.zeros(1_000, int), np.ones(1_000)
    log = WeightedLog(("a", "b"), ("anybody",), shown, shown, reward, reward)
    _, variance = shrunken_rewards(GroupSums.of(log, np.arange(1_000) % 4, 4), [4])
    assert np.sqrt(variance[:, 0]).max() < 0.05
    assert np.sqrt(variance[:, 1]).min() > 0.25


def test_more_steps_find_the_same_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default number of steps suffices; a single step does not."""
    rng = np.random.default_rng(52)
    truth = np.clip(0.4 + rng.normal(0, 0.1, (16, 1)) + rng.normal(0, 0.2, 8), 0, 1)
    groups, shown = rng.integers(0, 16, 400), rng.integers(0, 8, 400)
    reward = (rng.random(400) < truth[groups, shown]).astype(float)
    log = WeightedLog(
        tuple("abcdefgh"), ("anybody",), np.zeros(400, int), shown, reward, np.ones(400)
    )
    cell_sums = GroupSums.of(log, groups, 16)
    result, _ = shrunken_rewards(cell_sums, [2, 2, 2, 2])
    monkeypatch.setattr(reward_shrinkage, "_SWEEPS", 400)
    errors = []
    for steps in (12, 1):
        monkeypatch.setattr(reward_shrinkage, "_SCORING_STEPS", steps)
        errors.append(float(abs(result - shrunken_rewards(cell_sums, [2, 2, 2, 2])[0]).max()))
    assert errors[0] < 0.005
    assert errors[1] > 0.02


def test_nothing_is_less_certain_than_anything_can_be() -> None:
    one = WeightedLog(
        ("a", "b"), ("u",), np.zeros(1, int), np.zeros(1, int), np.ones(1), np.ones(1)
    )
    expected, variance = shrunken_rewards(GroupSums.of(one, np.zeros(1, int), 3), [3])
    assert variance.max() == 0.25
    assert ((expected >= 0) & (expected <= 1)).all()
