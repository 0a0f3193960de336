"""Folds from the latest checkpoint stay short, for any number of successive undos."""

from collections import deque
from contextlib import nullcontext
from unittest.mock import patch

import pytest

from engine.loop import folding
from engine.loop.entries import Entry
from engine.loop.state import LoopState
from engine.simulation.simulated_visitors import crowd
from engine.worlds.coffee import COFFEE
from tests.engine.loop.checkpointed_loops import apart, keeping


@pytest.mark.nightly
@pytest.mark.no_cover
@pytest.mark.parametrize("together", [True, False])
def test_however_many_undos_follow_each_other_none_folds_more_than_one_stretch(
    together: bool,
) -> None:
    """At most 20 entries here; only the first fold after a large commit includes the
    whole commit.
    """
    loop, _ = keeping()
    visitors, folded = 200, list[int]()
    fold = LoopState.apply

    def counted(state: LoopState, entry: Entry) -> None:
        folded[-1] += 1
        fold(state, entry)

    with apart(20 * folding._LEAST), patch.object(folding, "thread_time", lambda: 0.0):
        with loop.log.transaction() if together else nullcontext():
            deque(crowd(loop, COFFEE, visitors), maxlen=0)
        with patch.object(LoopState, "apply", counted):
            while loop.events:
                folded.append(0)
                loop.undo_event()
    first, *others = folded
    assert len(folded) == visitors
    assert first <= 2 * visitors if together else first <= 20
    assert max(others) <= 20
