"""Posteriors of single blocks and of stacked blocks."""

import numpy as np

from engine.arrays import Array
from engine.learners.bayesian.basis_blocks import Block
from engine.learners.bayesian.block_posterior import LATER, BlockPosterior, StackedPosteriors

PRIOR = 0.49


def row(seed: int, size: int) -> Array:
    return np.random.default_rng(seed).normal(size=size)


def taught(size: int, rewards: int) -> BlockPosterior:
    share = BlockPosterior(PRIOR)
    share.grow(size)
    for number in range(rewards):
        share.lessen(share.times_sigma(row(number, size)), 0.01)
    return share


def test_later_rewards_say_the_same_applied_or_not() -> None:
    x, early, late = row(9, 3), taught(3, LATER - 1), taught(3, LATER)
    assert (early.latest, late.latest) == (LATER - 1, 0)
    early.lessen(early.times_sigma(row(LATER - 1, 3)), 0.01)
    assert early.times_sigma(x).tolist() == late.times_sigma(x).tolist()
    taken = PRIOR * np.eye(3)
    for number in range(LATER):
        gain = taken @ row(number, 3)
        taken -= 0.01 * np.outer(gain, gain)
    assert np.allclose(late.settled, taken, rtol=0, atol=1e-12)


def test_blocks_beside_each_other_follow_the_one_that_learned() -> None:
    blocks = Block(size=2), Block(size=3), Block(size=3)
    shares = {blocks[0]: taught(2, 5), blocks[1]: taught(3, LATER + 2)}
    beside = StackedPosteriors(blocks, 3, PRIOR)
    for _ in range(LATER + 1):
        beside.follow(shares)
        new = StackedPosteriors(blocks, 3, PRIOR)
        new.follow(shares)
        for name in ("settled", "vectors", "trusts"):
            assert getattr(beside, name).tolist() == getattr(new, name).tolist()
        shares[blocks[0]].lessen(shares[blocks[0]].times_sigma(row(7, 2)), 0.02)
        beside.changed.add(blocks[0])
    assert beside.settled[2].tolist() == (PRIOR * np.eye(3)).tolist()
    assert beside.is_of(blocks, 3)
    assert not beside.is_of(blocks, 4)
    assert not beside.is_of(blocks[:2], 3)
