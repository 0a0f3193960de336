"""Claims about rare, priced rewards: new actions, bells, apprentices, and regret of counting."""

from collections.abc import Mapping

import numpy as np
import pytest

from engine import LoopSettings, RankRequest, Thompson
from engine.arrays import Array
from engine.learners.base import Impression, Learner
from engine.loop.settings import learner_of
from engine.policies.base import Normals
from engine.streams import stream
from tests.benchmarks.ours import FREE, Engine, Ours
from tests.benchmarks.rare_family import COUNTING, KINDS, PRICES, Kind, rare_and_priced
from tests.benchmarks.regret import play
from tests.engine.requests import request_of

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

SIZES = (3, 3, 4)
POLICY = Thompson()
SAME = np.ones(5)
"""Equal prices."""


def offered(cell: int, names: list[str]) -> RankRequest:
    """A request of a visitor in one of 36 cells."""
    device, place, time = np.unravel_index(cell, SIZES)
    context = [{"device": f"d{device}", "place": f"p{place}", "time": f"t{time}"}]
    return request_of(context, *({"id": name, "features": [{"name": name}]} for name in names))


def taught(rates: Array, seed: int, visitors: int = 1_000, prices: Array = SAME) -> Learner:
    """A learner after visitors who pay prices, (5,), at a rate by cell and action, (36, 5)."""
    rng, learner, normals = stream(seed, "visitors"), learner_of(LoopSettings()), Normals(seed)
    requests = [offered(cell, [f"a{k}" for k in range(5)]) for cell in range(36)]
    for visitor in range(visitors):
        cell = int(rng.integers(36))
        draw = stream(seed, "decision", visitor)
        decision = POLICY.decide(learner.belief(requests[cell]), normals, draw)
        k = decision.chosen
        shown = Impression(requests[cell], k, k, float(decision.probabilities[k]))
        learner.learn(shown, float(prices[k] * (rng.random() < rates[cell, k])))
    return learner


def rates_of(level: float, seed: int) -> Array:
    """Rates around a level that differ by action and device, (36, 5)."""
    rng = stream(seed, "rates")
    log = np.log(level) + rng.normal(0, 0.4, 5) + rng.normal(0, 0.3, (3, 1, 1, 5))
    rates: Array = np.exp(np.broadcast_to(log, (*SIZES, 5))).reshape(36, 5)
    return rates


@pytest.mark.parametrize("level", [0.01, 0.02, 0.03])
@pytest.mark.parametrize("seed", range(5))
def test_a_new_action_gets_at_most_two_fifths_of_the_traffic(level: float, seed: int) -> None:
    learner = taught(rates_of(level, seed), seed)
    request = offered(0, [f"a{k}" for k in range(6)])
    decision = POLICY.decide(learner.belief(request), Normals(seed), stream(seed, "decision"))
    assert decision.probabilities[5] <= 0.4


@pytest.mark.parametrize("level", [0.01, 0.02, 0.03])
def test_where_prices_differ_a_new_action_gets_as_little_on_average(level: float) -> None:
    """Over ten learners that are told no prices: .16 to .33; .6 when a new price was believed to be
    the largest one."""
    shares = []
    for seed in range(10):
        prices = stream(seed, "prices").permutation(PRICES)
        learner = taught(rates_of(level, seed), seed, prices=prices)
        request = offered(0, [f"a{k}" for k in range(6)])
        decision = POLICY.decide(learner.belief(request), Normals(seed), stream(seed, "decision"))
        shares.append(decision.probabilities[5])
    assert np.mean(shares) <= 0.4


@pytest.mark.parametrize("seed", range(4))
def test_after_a_change_of_price_an_action_is_believed_to_earn_its_rate_times_the_new_one(
    seed: int,
) -> None:
    """Of three actions in turn, each paid in 4 % of visits, one pays .9 instead of .3 after 1,200
    visitors. When a new price ended the model of rates, it was believed to earn .010 to .029."""
    rng, learner = stream(seed, "visitors"), learner_of(LoopSettings())
    request = offered(0, ["a0", "a1", "a2"])
    for visitor in range(2_100):
        prices, k = (0.3 if visitor < 1_200 else 0.9, 0.5, 0.5), visitor % 3
        reward = prices[k] * float(rng.random() < 0.04)
        learner.learn(Impression(request, k, k, 1 / 3), reward)
    assert learner.belief(request).mean[0] == pytest.approx(0.9 * 0.04, rel=0.5)


@pytest.mark.nightly
@pytest.mark.parametrize("level", [0.005, 0.02, 0.05])
def test_bells_hold_the_truth_about_as_often_as_they_claim(level: float) -> None:
    """95 % bells, over 24 learners. 96 others held .931, .960 and .951; single ones down to .6."""
    held = []
    for seed in range(24):
        rates = rates_of(level, seed)
        learner = taught(rates, seed)
        for cell in range(36):
            belief = learner.belief(offered(cell, [f"a{k}" for k in range(5)]))
            held.append(np.abs(belief.mean - rates[cell]) <= 1.96 * belief.sd)
    assert 0.9 <= np.mean(held) <= 0.98


LEVELS = [0.02, *(pytest.param(x, marks=pytest.mark.nightly) for x in (0.005, 0.05, 0.1, 0.3, 0.6))]


def online_apprentice(level: float, seed: int, visitors: int) -> list[tuple[float, float]]:
    """Probability of the rule's action, and expected reward, of each visitor online, after 1,000 to
    whom a rule by device was shown that is rewarded at a level."""
    rng, learner, normals = stream(seed, "rule"), learner_of(LoopSettings()), Normals(seed)
    rates, rule = rates_of(level, seed).clip(max=0.9), rng.integers(5, size=3)
    results = []
    for visitor in range(1_000 + visitors):
        cell = int(rng.integers(36))
        device = cell // 12
        rates[cell, rule[device]] = level
        order = [int(rule[device]), *(k for k in range(5) if k != rule[device])]
        request, there = offered(cell, [f"a{k}" for k in order]), rates[cell, order]
        online = visitor >= 1_000
        decision = POLICY.decide(
            learner.belief(request, online), normals, stream(seed, "decision", visitor)
        )
        chances, k = decision.probabilities, decision.chosen if online else 0
        shown = Impression(request, k, k, float(chances[k]), not online)
        if online:
            results.append((float(chances[0]), float(chances @ there)))
        else:
            learner.watch(shown)
        learner.learn(shown, float(rng.random() < there[k]))
    return results


@pytest.mark.parametrize("level", LEVELS)
def test_an_apprentice_begins_as_the_rule_at_any_level_of_rewards(level: float) -> None:
    """Over its first 40 visits online."""
    shares = [share for seed in range(2) for share, _ in online_apprentice(level, seed, 40)]
    assert np.mean(shares) >= 0.8


@pytest.mark.nightly
@pytest.mark.parametrize(("level", "least"), [(0.005, 1.02), (0.02, 1.2)])
def test_an_apprentice_is_past_its_rule_after_5_000_visitors_online(
    level: float, least: float
) -> None:
    """As multiples of the rule, over the last 500 visitors in eight worlds. Without learning, the
    floor gives 1.002; the best offers 1.7. In 32 other worlds it was 1.18 and 1.35."""
    earned = [np.mean(online_apprentice(level, seed, 5_000)[-500:], axis=0)[1] for seed in range(8)]
    assert np.mean(earned) > least * level


@pytest.mark.nightly
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_who_counts_loses_less_than_four_fifths_of_it(kind: Kind) -> None:
    """Counting peers know the cells and the prices."""
    lost: Mapping[str, list[float]] = {name: [] for name in ("ours", *COUNTING)}
    for seed in range(20, 23):
        place = rare_and_priced(kind, seed, 5_000)
        ours = Engine(Ours(LoopSettings(policy=FREE)), place, seed)
        lost["ours"].append(float(play(place, ours).sum()))
        for name, making in COUNTING.items():
            lost[name].append(float(play(place, making(place, place.plain, seed)).sum()))
    means = {name: float(np.mean(values)) for name, values in lost.items()}
    assert means["ours"] <= 1.25 * min(means[name] for name in COUNTING)
