"""Time travel: the loop and its projections at any point of the log."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Hypothesis, PersonalizerError
from engine.loop.entries import Ranked
from engine.loop.time_travel import as_of, entries_before
from engine.pausable_steps import finish
from engine.simulation.simulated_visitors import crowd
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock
from tests.engine.loop.checkpointed_loops import apart, assert_same, from_scratch, keeping
from tests.engine.loop.visits import go
from tests.engine.refusals import refusal

VERBS = ("visit", "visit", "visit", "rank", "wait", "mode", "learn anew", "undo", "undo", "redo",
         "activate", "reward", "evict", "look back", "update", "update", "retrain")  # fmt: skip
programs = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 7)), min_size=8, max_size=24)


@pytest.mark.slow
@given(programs, st.sampled_from(["earliest", "sum"]), st.sampled_from([0.0, 0.01]), st.data())
def test_any_position_equals_a_fold_from_scratch_up_to_there(
    program: list[tuple[str, int]], aggregation: str, seconds: float, data: st.DataObject
) -> None:
    loop, clock = keeping(aggregation)
    with apart(seconds):
        for verb, value in program:
            if verb == "look back":
                finish(as_of(loop, 1 + value % len(loop.log)))
            with suppress(PersonalizerError):  # Refused: no effect.
                go(loop, clock, verb, value)
        entries = data.draw(st.integers(1, len(loop.log)), "entries")
        moment = finish(as_of(loop, entries))
    assert_same(moment, from_scratch(list(loop.log)[:entries], ManualClock()))


def test_a_moment_and_the_loop_go_their_own_ways() -> None:
    loop, _ = keeping()
    with apart(0):
        list(crowd(loop, COFFEE, 10))
        branch = finish(as_of(loop, 11))
        list(crowd(branch, COFFEE, 7))
        list(crowd(loop, COFFEE, 3))
        alone = from_scratch(list(branch.log), ManualClock())
        branch.undo(20)
        alone.undo(20)
        loop.undo(12)
    assert_same(branch, alone)
    assert_same(loop, from_scratch(list(loop.log), ManualClock()))


@pytest.mark.slow
@given(programs)
def test_the_entries_before_an_event_are_those_before_its_rank_call(
    program: list[tuple[str, int]],
) -> None:
    # The learned values do not matter.
    loop, clock = keeping(hypotheses=(Hypothesis(),), may_change=False)
    for verb, value in program:
        with suppress(PersonalizerError):
            go(loop, clock, verb, value)
    ranked = [at for at, entry in enumerate(loop.log) if isinstance(entry, Ranked)]
    numbers = range(len(ranked) + 2)
    results = [entries_before(loop, number) for number in numbers]
    assert results == [*ranked, len(loop.log), len(loop.log)]


@pytest.mark.parametrize("entries", [0, 8, True, "1"])
def test_a_moment_that_never_was_is_refused(entries: object) -> None:
    loop, _ = keeping()
    list(crowd(loop, COFFEE, 3))
    assert refusal(lambda: finish(as_of(loop, entries))).code == "BadRequest"  # type: ignore[arg-type]
