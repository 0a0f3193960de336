"""How far one answer reaches. The claim of a lesson's picture, on three seeds."""

import numpy as np
import pytest

from engine.experiments.spread import spread
from engine.worlds.news import NEWS


@pytest.mark.parametrize("seed", [3, 7, 11])
def test_who_was_never_seen_is_expected_to_give_more_the_more_they_share(seed: int) -> None:
    found = spread(NEWS, seed)
    own = np.arange(len(NEWS.items)) == found.item
    same = [found.after_for(shared, own) for shared in (0, 1, 2, 3)]
    others = [found.after_for(shared, ~own) for shared in (0, 1, 2, 3)]
    assert same == sorted(same)
    assert same[3] - same[0] > 0.05
    assert all(one > other > found.before.max() for one, other in zip(same, others, strict=True))
    assert np.ptp(found.before) < 1e-9
