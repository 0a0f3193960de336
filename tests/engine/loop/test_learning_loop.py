"""The learning loop: Rank, Activate, Reward and their companions, call by call."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings, RankResponse
from engine.evaluation.event_rows import rows
from engine.loop import decide as decisions
from engine.loop.entries import Configured, Ranked, WorldChanged
from engine.loop.guards import MAX_CHANGES
from engine.loop.log import EventLog
from engine.worlds import WORLDS
from tests.clock import ManualClock
from tests.engine.comparable import decision_of, reward_head, state_of
from tests.engine.contribution_means import added_by_groups
from tests.engine.loop.apprentices import apprenticed
from tests.engine.loop.loops import IDS, loop_with_past
from tests.engine.refusals import assert_one_sentence, refusal
from tests.engine.requests import CONTEXTS, DRINKS, Json, one_of

# -- the answer to Rank ---------------------------------------------------------------


def test_an_answer_names_the_event_the_action_to_show_and_every_actions_probability(
    loop: LearningLoop,
) -> None:
    answer = loop.rank(DRINKS, CONTEXTS[0])
    assert isinstance(answer, RankResponse)
    assert answer.event_id in loop.events
    assert sorted(action.id for action in answer.ranking) == sorted(IDS)
    assert answer.reward_action_id in IDS
    assert sum(action.probability for action in answer.ranking) == pytest.approx(1, abs=1e-12)
    probabilities = [action.probability for action in answer.ranking]
    assert probabilities == sorted(probabilities, reverse=True)


def test_names_that_start_with_an_underscore_are_ignored(clock: ManualClock) -> None:
    secret: list[Json] = [*CONTEXTS[0], {"_tracking": "x", "user": {"_secret": 1}}]
    drinks = [{**d, "features": [*d["features"], {"_price": 9}]} for d in DRINKS]
    loop = loop_with_past(clock)
    plain = loop.preview(DRINKS, CONTEXTS[0])
    assert decision_of(loop.preview(drinks, secret)) == decision_of(plain)


def test_a_null_among_other_features_is_the_string_null(clock: ManualClock) -> None:
    loop = loop_with_past(clock)
    answers = [loop.preview(DRINKS, [{"referrer": v, "x": 1}]) for v in (None, "null", "other")]
    assert decision_of(answers[0]) == decision_of(answers[1])
    loop.reward(loop.rank(**one_of("latte"), context_features=[{"referrer": None}]).event_id, 1)
    means = [loop.belief(DRINKS, [{"referrer": v}]).mean[0] for v in (None, "null", "other")]
    assert means[0] == means[1] > means[2]


def test_actions_may_come_and_go_and_ids_alone_allow_learning(loop: LearningLoop) -> None:
    same = [{"k": 1}]
    early = [{"id": "a", "features": same}, {"id": "b", "features": same}]
    for _ in range(20):
        for name, reward in (("a", 0.0), ("b", 1.0)):
            other = "b" if name == "a" else "a"
            loop.reward(loop.rank(early, excluded_actions=[other]).event_id, reward)
    late = [{"id": "new", "features": [{"k": 2}]}, *early]
    belief = loop.belief(late)
    assert belief.mean[1] < belief.mean[0] < belief.mean[2]
    assert belief.sd[0] > belief.sd[1]


# -- refusals: no partial changes -----------------------------------------------------


@pytest.mark.parametrize("seed", [-1, 1.0, True, None, "7"])
def test_a_seed_is_a_whole_number_from_0_up(seed: Any) -> None:
    error = refusal(lambda: LearningLoop(seed=seed))
    assert (error.code, error.target) == ("InvalidServiceConfiguration", "seed")
    assert_one_sentence(error, repr(seed), "a whole number from 0 up")


# -- event ids ------------------------------------------------------------------------


def test_a_recorded_answer_can_be_read_again(clock: ManualClock) -> None:
    loop = loop_with_past(clock)
    answer = loop.rank(DRINKS, CONTEXTS[0], ["mocha"], "mine")
    before = state_of(loop)
    assert loop.answer("mine") == answer
    assert refusal(lambda: loop.answer("nobody")).code == "ResourceNotFound"
    assert state_of(loop) == before


# -- settings -------------------------------------------------------------------------


def test_the_first_entry_of_the_log_is_the_settings(clock: ManualClock) -> None:
    settings = LoopSettings(crosses=1)
    loop = LearningLoop(settings, clock=clock)
    assert list(loop.log) == [Configured(clock.now, settings)]
    assert loop.settings is settings
    assert LearningLoop(clock=clock).settings == LoopSettings()


# -- contributions --------------------------------------------------------------------------


def test_the_contributions_to_a_ranking_are_those_of_its_context_and_shown_action(
    clock: ManualClock,
) -> None:
    loop = loop_with_past(clock)
    ranked = loop.preview(DRINKS, CONTEXTS[0])
    shown = np.eye(len(DRINKS))[ranked.shown]
    assert loop.contributions(ranked) == reward_head(loop).contributions(ranked.request, shown)
    assert any(added_by_groups(loop.contributions(ranked)).values())


def test_loops_share_nothing(clock: ManualClock) -> None:
    quiet, busy = (LearningLoop(seed=7, clock=clock) for _ in range(2))
    before = state_of(quiet)
    for i in range(10):
        busy.reward(busy.rank(DRINKS, CONTEXTS[i % 4]).event_id, 1)
    assert state_of(quiet) == before


def test_every_switch_is_an_entry_and_no_switch_is_none() -> None:
    loop = apprenticed(events=2)
    length = len(loop.log)
    loop.configure(learning_mode="apprentice")
    assert len(loop.log) == length
    loop.configure(learning_mode="online")
    assert len(loop.log) == length + 1
    assert [row["mode"] for row in rows(loop.log)] == ["apprentice"] * 2


def test_taking_back_an_event_says_which_it_was() -> None:
    loop = LearningLoop(seed=7)
    assert loop.undo_event() is None
    answer = loop.rank(DRINKS)
    loop.reward(answer.event_id, 1.0)
    taken = loop.undo_event()
    assert isinstance(taken, Ranked)
    assert taken.event_id == answer.event_id
    assert not loop.events


def test_only_the_event_that_was_meant_is_taken_back() -> None:
    clock = ManualClock()
    loop = LearningLoop(seed=7, clock=clock)
    assert loop.last is None
    loop.rank(DRINKS)
    meant = loop.last
    assert loop.undo_event(meant) == meant
    assert loop.undo_event(meant) is None
    clock.advance(seconds=1)
    loop.rank(DRINKS)  # with the same event id
    assert loop.undo_event(meant) is None
    assert loop.undo_event(loop.last)
    assert loop.last is None


def test_a_previewed_request_is_ranked_without_a_second_decision(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided = []

    def count(*args: Any) -> Ranked:
        decided.append(args[1])
        return decide(*args)

    decide = decisions.decide
    monkeypatch.setattr(decisions, "decide", count)
    loop, fresh = (LearningLoop(seed=3, clock=clock) for _ in range(2))
    seen = loop.preview(DRINKS)
    clock.advance(seconds=30)
    event_id = loop.rank(DRINKS).event_id
    assert loop.events[event_id].ranked == replace(seen, time=clock())
    assert len(decided) == 1
    fresh.rank(DRINKS)
    assert list(fresh.log)[1] == list(loop.log)[1]
    again = loop.preview(DRINKS)
    loop.reward(event_id, 1.0)
    assert loop.preview(DRINKS) != again
    assert len(decided) == 4


# -- another world --------------------------------------------------------------------


def test_a_change_of_the_world_is_an_entry_that_teaches_nothing(clock: ManualClock) -> None:
    loop, plain, coffee = loop_with_past(clock), loop_with_past(clock), WORLDS["coffee"]
    loop.change_world(coffee)
    changed = loop.log[len(loop.log) - 1]
    assert changed == WorldChanged(clock.now, len(loop.events), coffee)
    assert (loop.state.world, loop.state.changes) == (coffee, (len(loop.events),))
    decisions = (decision_of(one.preview(DRINKS, CONTEXTS[0])) for one in (loop, plain))
    assert next(decisions) == next(decisions)
    loop.undo()
    assert (loop.state.world, loop.state.changes) == (None, ())
    loop.redo()
    assert loop.state.world == coffee


def test_a_world_changes_so_often_and_no_more(clock: ManualClock) -> None:
    loop = LearningLoop(clock=clock)
    for _ in range(MAX_CHANGES):
        loop.change_world(WORLDS["news"])
    refused = refusal(lambda: loop.change_world(WORLDS["news"]))
    assert refused.message == "the number of changes of the world is 51, but must be at most 50."
    log = EventLog()
    for entry in loop.log.history:
        log.append(entry)
    assert LearningLoop.resume(log, seed=0, clock=clock).state.changes == (0,) * MAX_CHANGES
