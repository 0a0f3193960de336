"""Range of the bells in worlds of rare rewards, and amounts of beliefs."""

import re
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import LearningLoop, LoopSettings
from engine.evaluation.probability_parts import probability_parts
from engine.loop.entries import Ranked
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS, World
from pages.parts.charts.belief_rows import belief_rows
from pages.parts.charts.belief_scale import SEPARATOR, BeliefScale, rounded_up
from pages.parts.play.beliefs import in_words
from tests.pages.own_bank import OWN_BANK

PERCENT = replace(OWN_BANK, unit="", items=tuple(replace(i, value=1.0) for i in OWN_BANK.items))
"""The bank's rates, without prices."""
RARE = pytest.mark.parametrize("world", [OWN_BANK, PERCENT], ids=["money", "percent"])


@cache
def ranked_after(world: World, visitors: int, seed: int = 7) -> Ranked:
    loop = LearningLoop(seed=seed)
    list(crowd(loop, world, visitors))
    return loop.preview(world.actions, world.features(world.contexts[0]), event_id="e")


@pytest.mark.parametrize("name", list(WORLDS))
@pytest.mark.parametrize("visitors", [0, 200])
def test_rewards_that_are_written_as_they_are_have_bells_from_0_to_1(
    name: str, visitors: int
) -> None:
    scale = BeliefScale.of(WORLDS[name], ranked_after(WORLDS[name], visitors))
    assert (scale.end, scale.labels, scale.is_known) == (1.0, ("0", "½", "1"), True)
    assert scale.noticed == 0.005
    assert scale.title == "expected reward"


@RARE
@pytest.mark.parametrize("visitors", [100, 1_000])
def test_bells_of_rare_rewards_use_the_picture(world: World, visitors: int) -> None:
    """From three standard deviations below to three above, the widest takes half of the range."""
    ranked = ranked_after(world, visitors)
    scale = BeliefScale.of(world, ranked)
    widest = max(map(scale.share, ranked.sds))
    assert 0.5 / 6 <= widest <= 1
    assert all(-1 < scale.share(mean) <= 1 for mean in ranked.means)
    loop = LearningLoop(seed=7)
    rows = belief_rows(
        world, False, ranked, probability_parts(ranked, loop.settings.policy)
    ).to_pylist()
    assert [row["mean"] * row["end"] for row in rows] == pytest.approx(list(ranked.means))
    labels = rows[0]["labels"].split(SEPARATOR)
    assert float(labels[-1].replace(",", "")) == pytest.approx(scale.scale.number(scale.end))


@RARE
@pytest.mark.parametrize("seed", range(3))
def test_no_amounts_are_given_before_the_size_of_rewards_is_known(world: World, seed: int) -> None:
    for visitors, is_known in ((0, False), (1, False), (100, True)):
        scale = BeliefScale.of(world, ranked_after(world, visitors, seed))
        assert (visitors, scale.is_known) == (visitors, is_known)
        assert scale.labels[1:] == ("", "") or is_known


def test_one_unseen_action_hides_no_amounts_of_the_others() -> None:
    ranked = ranked_after(OWN_BANK, 1_000)
    unseen = replace(ranked, sds=(*ranked.sds[:-1], 0.5))
    assert BeliefScale.of(OWN_BANK, unseen).is_known


def test_no_amount_is_given_above_the_price_of_an_action() -> None:
    ranked = ranked_after(OWN_BANK, 1_000)
    scale = BeliefScale.of(OWN_BANK, ranked)
    assert [scale.can_name(i, most) for i, most in enumerate(scale.most)] == [True] * 5
    assert [scale.can_name(i, 0.0, most + 0.01) for i, most in enumerate(scale.most)] == [False] * 5
    *_, nothing_new = belief_rows(
        OWN_BANK, False, ranked, probability_parts(ranked, LoopSettings().policy)
    ).to_pylist()
    assert nothing_new["most"] == 0
    assert "Nothing new" in in_words(OWN_BANK, ranked)
    assert not re.search("Nothing new [^;]*expected", in_words(OWN_BANK, ranked))


@given(st.floats(1e-9, 1e9))
def test_an_end_is_a_round_number_not_far_above(number: float) -> None:
    assert number * (1 - 1e-8) <= rounded_up(number) <= 1.7 * number
