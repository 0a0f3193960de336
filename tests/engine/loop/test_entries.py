"""Entries of the log."""

import math
from datetime import UTC, datetime

import pytest

from engine import LearningLoop
from engine.learners.bayesian.hypothesis import HYPOTHESES
from engine.loop.entries import Ranked, Rewarded
from tests.engine.requests import CONTEXTS, DRINKS, Json, one_of
from tests.oracles import dot, naive_row

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_entries_are_values_that_nobody_can_change() -> None:
    entry = Rewarded("a", NOW, 0.5)
    with pytest.raises(AttributeError):
        entry.value = 1.0  # type: ignore[misc]
    assert entry == Rewarded("a", NOW, 0.5)


def test_the_best_guess_is_the_highest_mean_among_the_actions_that_may_be_shown(
    loop: LearningLoop,
) -> None:
    for _ in range(3):
        for name, reward in (("latte", 1.0), ("mocha", 0.5), ("brew", 0.0)):
            loop.reward(loop.rank(**one_of(name)).event_id, reward)
    everything = loop.preview(DRINKS)
    assert everything.means[0] > everything.means[1] > everything.means[2]
    assert everything.best == 0
    assert loop.preview(DRINKS, excluded_actions=["latte"]).best == 1
    assert loop.preview(DRINKS, excluded_actions=["latte", "mocha"]).best == 2


COIN = 0.25
"""Variance of a fair coin, which rewards are taken for before the first: (15), n = 0, c_a = 1."""


def untaught_sd(drink: Json) -> float:
    """Standard deviation under the default hypotheses before any reward, by their prior odds; rates
    do not count before rewards prove rare."""
    variance, hypotheses = 0.0, [h for h in HYPOTHESES if h.by != "rates"]
    for h in hypotheses:
        if h.by == "cells":
            variance += h.odds * COIN
        else:
            row = naive_row(CONTEXTS[0], drink, h.crosses, h.form.by)
            variance += h.odds * (1 / 4 + h.prior_sd**2 * dot(row, row))
    return math.sqrt(variance / sum(h.odds for h in hypotheses))


def test_a_rank_entry_keeps_everything_that_decided_in_the_order_of_the_request(
    loop: LearningLoop,
) -> None:
    loop.rank(DRINKS, CONTEXTS[0], ["mocha"], "e1")
    ranked = loop.log[1]
    assert isinstance(ranked, Ranked)
    assert ranked.request.event_id == ranked.event_id == "e1"
    assert ranked.action_id == DRINKS[ranked.chosen]["id"]
    assert ranked.probabilities[1] == ranked.errors[1] == 0
    assert sum(ranked.probabilities) == pytest.approx(1, abs=1e-12)
    assert ranked.means == pytest.approx([0.5] * 3)
    beliefs = loop.belief(DRINKS, CONTEXTS[0])
    assert beliefs.sd == pytest.approx([untaught_sd(drink) for drink in DRINKS])
    assert ranked.sds[1] == beliefs.widths[1]
    assert (ranked.sds[0], ranked.sds[2]) == tuple(beliefs.only([0, 2]).widths)
    assert ranked.hypothesis is None  # drawn by all hypotheses together
    assert ranked.cause == "draw"
    assert ranked.draw is not None
    assert ranked.draw[1] is None
    first, last = ranked.draw[0], ranked.draw[2]
    assert first is not None
    assert last is not None
    assert ranked.chosen == (0 if first > last else 2)
