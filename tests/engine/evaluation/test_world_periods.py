"""A log over two worlds with other prices and actions, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings, Uniform
from engine.evaluation.logged_decisions import Decisions, decisions_from, usable
from engine.evaluation.offline_evaluation import evaluate
from engine.evaluation.simulated_log import largest_rewards
from engine.evaluation.target_policies import FixedAction, LoggedPolicy, UniformTarget
from engine.evaluation.world_periods import after, in_present_rewards, over_events, true_values
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS
from engine.worlds.action_changes import NewRates, offering
from engine.worlds.draft_rows import ActionRow, rows_of
from engine.worlds.world_history import Versions
from tests.clock import ManualClock
from tests.pages.own_bank import OWN_BANK

CARD, FREE, NEW = "Premium card", "Nothing new", "Gold card"
_ROWS = rows_of(OWN_BANK.items, 0)
LATER = offering(
    OWN_BANK,
    [*_ROWS[:2], replace(_ROWS[2], worth=600.0), *_ROWS[3:], ActionRow(70, NEW, worth=150.0)],
    3,
    200,
    {70: NewRates(CARD)},
)
"""The mortgage talk pays 600 € instead of 300, and there is a gold card."""


def logged() -> tuple[Versions, Decisions, Decisions]:
    """Worlds, and a log of 200 visitors before and 400 after, as logged and in present rewards."""
    loop = LearningLoop(LoopSettings(policy=Uniform()), seed=3, clock=ManualClock())
    list(crowd(loop, OWN_BANK, 200))
    loop.change_world(LATER)
    list(crowd(loop, LATER, 400))
    events, versions = usable(loop), Versions([OWN_BANK])
    versions.change(200, LATER)
    worlds = over_events(versions, [event.number for event in events])
    assert worlds is not None
    log = decisions_from(events)
    return worlds, log, in_present_rewards(log, worlds)


WORLDS_OF_LOG, RAW, LOG = logged()


def test_rewards_are_amounts_of_their_time() -> None:
    prices = {item.id: item.value for item in LATER.items}
    amounts = LOG.reward[LOG.reward > 0] * LATER.most
    shown = [LOG.actions[at] for at in LOG.shown[LOG.reward > 0]]
    early = np.flatnonzero(LOG.reward) < 200
    for action, amount, is_early in zip(shown, amounts.tolist(), early.tolist(), strict=True):
        earlier = 300.0 if action == "Mortgage talk" else prices[action]
        assert amount == pytest.approx(earlier if is_early else prices[action])
    assert LOG.means is not None
    assert RAW.means is not None
    assert LOG.means[:200, 0].tolist() == pytest.approx((RAW.means[:200, 0] / 2).tolist())


def test_limits_are_the_largest_amounts_of_any_time() -> None:
    assert LOG.largest is not None
    limits = dict(zip(LOG.actions, LOG.largest.tolist(), strict=True))
    assert limits == pytest.approx(largest_rewards(LATER))
    cheaper = in_present_rewards(RAW, Versions([LATER, OWN_BANK], [0, 200]))
    assert cheaper.largest is not None
    assert cheaper.largest[LOG.actions.index("Mortgage talk")] == 2
    (row,) = evaluate([LOG], [FixedAction(FREE)]).rows()
    earned = row.intervals["strata"]
    assert earned is not None
    assert (earned.estimate, earned.low, earned.high) == (0, 0, 0), "it never pays"


def test_the_truth_is_the_mean_over_the_periods() -> None:
    targets = [LoggedPolicy(), UniformTarget(), FixedAction(CARD), FixedAction("Mortgage talk")]
    values = true_values(WORLDS_OF_LOG, LOG, targets)
    euros = {key: 1_000 * LATER.most * value for key, value in values.items()}
    assert euros["action Premium card"] == pytest.approx(3_000, rel=0.01)
    mortgage = 1_000 * OWN_BANK.most * OWN_BANK.some().expected[:, 2].mean()
    assert euros["action Mortgage talk"] == pytest.approx(
        mortgage * (200 + 2 * 400) / 600, rel=0.01
    )
    later = true_values(after(WORLDS_OF_LOG, 200), LOG.take(slice(200, None)), targets)
    assert later["uniform"] == pytest.approx(LATER.uniform_value)
    both = OWN_BANK.uniform_value / 2 + 2 * LATER.uniform_value
    assert values["uniform"] == pytest.approx(both / 3)


def test_worlds_of_other_visitors_or_units_share_no_rewards() -> None:
    assert over_events(Versions([OWN_BANK, replace(OWN_BANK, unit="$")], [0, 5]), range(9)) is None
    assert over_events(Versions([OWN_BANK, WORLDS["coffee"]], [0, 5]), range(9)) is None
    worlds = over_events(Versions([OWN_BANK, LATER], [0, 5]), [0, 2, 4, 6])
    assert worlds is not None
    assert worlds.since == [0, 3]
