"""Decisions by the model of the last update, while the learner goes on learning."""

from datetime import timedelta
from typing import Any

import pytest

from engine import LearningLoop, LoopSettings
from engine.evaluation.belief_contributions import gap
from engine.loop.served_model import ServedModel
from engine.loop.service_only_settings import ServiceSettings
from engine.loop.state import LoopState
from engine.loop.time_travel import as_of
from engine.pausable_steps import finish
from tests.clock import ManualClock
from tests.engine.comparable import decision_of, learned_bits, next_answers
from tests.engine.loop.checkpointed_loops import apart, from_scratch, keeping
from tests.engine.loop.loops import loop_with_past
from tests.engine.loop.visits import evict
from tests.engine.refusals import refusal
from tests.engine.requests import CONTEXTS, DRINKS

MINUTE = ServiceSettings(update_frequency=60)


def updated_each_minute(clock: ManualClock, **settings: Any) -> LearningLoop:
    loop = loop_with_past(clock, **settings)
    loop.configure_service(MINUTE)
    return loop


def reward_next(loop: LearningLoop, value: float = 1.0) -> None:
    loop.reward(loop.rank(DRINKS, CONTEXTS[0]).event_id, value)


def means(loop: LearningLoop) -> list[float]:
    """Believed mean rewards by which the loop decides."""
    believed: list[float] = loop.belief(DRINKS, CONTEXTS[0]).mean.tolist()
    assert list(loop.preview(DRINKS, CONTEXTS[0]).means) == believed
    return believed


@pytest.mark.parametrize("learner", ["bayesian", "classic"])
def test_a_reward_counts_from_the_next_update_on(clock: ManualClock, learner: str) -> None:
    chosen: Any = LoopSettings.classic(learning_rate=0.5) if learner == "classic" else None
    loop = LearningLoop(chosen, seed=7, clock=clock)
    loop.configure_service(MINUTE)
    before, untaught = means(loop), learned_bits(loop.learner)
    reward_next(loop)
    assert learned_bits(loop.learner) != untaught
    clock.advance(seconds=59)
    reward_next(loop)
    assert means(loop) == before
    clock.advance(seconds=1)
    assert means(loop) != before
    request = loop.preview(DRINKS, CONTEXTS[0]).request
    assert means(loop) == loop.learner.belief(request).mean.tolist()


def test_updates_are_due_at_multiples_of_the_frequency(clock: ManualClock) -> None:
    loop = updated_each_minute(clock)
    begun = clock.now
    clock.advance(seconds=130)
    reward_next(loop)
    assert loop.updated == begun + timedelta(minutes=2)
    before = means(loop)
    clock.advance(seconds=49)
    assert means(loop) == before
    clock.advance(seconds=1)
    assert means(loop) != before
    assert loop.updated == begun + timedelta(minutes=3)


def test_probabilities_in_the_log_are_those_of_the_served_model(clock: ManualClock) -> None:
    loop = updated_each_minute(clock)
    request = loop.preview(DRINKS, CONTEXTS[0]).request
    before = loop.probabilities(request).tolist()
    for _ in range(20):
        reward_next(loop)
    assert loop.probabilities(request).tolist() == before
    assert loop.probabilities_online(request).tolist() == before
    assert loop.probabilities_online(request, loop.learner).tolist() != before
    answer = loop.rank(DRINKS, CONTEXTS[0])
    assert loop.events[answer.event_id].ranked.probabilities == pytest.approx(before, abs=0.02)


def test_an_explanation_is_by_the_model_that_decided(clock: ManualClock) -> None:
    loop = updated_each_minute(clock)
    reward_next(loop)
    clock.advance(seconds=30)
    within = loop.events[loop.rank(DRINKS, CONTEXTS[0]).event_id].ranked
    clock.advance(seconds=31)
    after = loop.events[loop.rank(DRINKS, CONTEXTS[0]).event_id].ranked
    for ranked, entries in ((within, len(loop.log) - 2), (after, len(loop.log) - 1)):
        past = finish(as_of(loop, entries))
        parts = past.contributions(ranked)
        assert sum(part.mean for part in parts.values()) == pytest.approx(
            ranked.means[ranked.shown]
        )
    assert within.means != after.means


def test_the_doubt_of_a_lead_is_the_served_models(clock: ManualClock) -> None:
    loop = updated_each_minute(clock)
    ranked = loop.preview(DRINKS, CONTEXTS[0])
    before = gap(loop, ranked, ranked.chosen)
    reward_next(loop)
    assert gap(loop, ranked, ranked.chosen) == before
    clock.advance(minutes=1)
    assert gap(loop, ranked, ranked.chosen).sd != before.sd


def test_an_apprentice_imitates_as_of_the_last_update(clock: ManualClock) -> None:
    loop = LearningLoop(LoopSettings(learning_mode="apprentice"), seed=7, clock=clock)
    loop.configure_service(MINUTE)
    request = loop.preview(DRINKS, CONTEXTS[0]).request
    before = loop.probabilities(request).tolist()
    for _ in range(10):
        loop.rank(DRINKS, CONTEXTS[0])
    assert loop.probabilities(request).tolist() == before
    served = loop.preview(DRINKS, CONTEXTS[0]).probabilities
    clock.advance(minutes=1)
    assert loop.probabilities(request)[0] > before[0]
    assert loop.preview(DRINKS, CONTEXTS[0]).probabilities[0] > served[0]


@pytest.mark.parametrize("change", ["reset", "import", "learner", "at once"])
def test_a_change_of_the_model_is_an_update(clock: ManualClock, change: str) -> None:
    loop = updated_each_minute(clock)
    reward_next(loop)
    match change:
        case "reset":
            loop.reset_model()
        case "import":
            loop.import_model(loop.learner.fork())
        case "learner":
            loop.configure(crosses=1)
        case "at once":
            loop.configure_service(ServiceSettings())
    request = loop.preview(DRINKS, CONTEXTS[0]).request
    assert means(loop) == loop.learner.belief(request).mean.tolist()


def test_an_edit_of_another_setting_is_no_update(clock: ManualClock) -> None:
    loop = updated_each_minute(clock)
    before = means(loop)
    reward_next(loop)
    loop.configure(default_reward=0.5)
    loop.configure_service(ServiceSettings(update_frequency=60, policy_name="mine"))
    assert means(loop) == before


def test_an_undo_brings_the_served_model_back(clock: ManualClock) -> None:
    loop = updated_each_minute(clock)
    clock.advance(minutes=1)
    reward_next(loop)
    before, entries = next_answers(loop), len(loop.log)
    clock.advance(minutes=1)
    reward_next(loop)
    assert next_answers(loop) != before
    clock.now -= timedelta(minutes=1)
    loop.undo(len(loop.log) - entries)
    assert next_answers(loop) == before


@pytest.mark.parametrize("aggregation", ["earliest", "sum"])
def test_checkpoints_keep_the_served_model(aggregation: str) -> None:
    loop, clock = keeping(aggregation)
    answers, lengths = list[object](), list[int]()
    with apart(0):
        loop.configure_service(MINUTE)
        for _ in range(6):
            clock.advance(seconds=25)
            reward_next(loop)
            answers.append(next_answers(loop))
            lengths.append(len(loop.log))
        for length, answer in zip(lengths, answers, strict=True):
            assert next_answers(finish(as_of(loop, length))) == answer
            anew = from_scratch(list(loop.log)[:length], ManualClock())
            assert next_answers(anew) == answer
        loop.undo(2)
    clock.advance(seconds=-25)
    assert next_answers(loop) == answers[-2]
    assert len({str(answer) for answer in answers}) > 2


def test_a_written_state_has_the_served_model(clock: ManualClock) -> None:
    loop = updated_each_minute(clock)
    reward_next(loop)
    before = next_answers(loop)
    evict(loop)
    length = len(loop.log)
    reward_next(loop)
    loop.undo(len(loop.log) - length)
    assert next_answers(loop) == before
    clock.advance(minutes=1)
    assert next_answers(loop) != before


def test_a_preview_during_a_wait_equals_the_ranking_after_an_update(clock: ManualClock) -> None:
    """The same ended wait is foreseen before and after an update."""
    loop = updated_each_minute(clock, default_reward=-1.0, reward_wait_time=timedelta(seconds=30))
    clock.advance(seconds=45)
    loop.preview(DRINKS, CONTEXTS[0])
    clock.advance(seconds=15)
    reward = loop.preview(DRINKS, CONTEXTS[0])
    answer = loop.rank(DRINKS, CONTEXTS[0])
    assert reward == loop.events[answer.event_id].ranked


def test_a_frequency_in_an_old_log_has_no_effect(clock: ManualClock) -> None:
    now, old = loop_with_past(clock), loop_with_past(clock)
    old.configure_service(ServiceSettings(model_export_frequency=300.0))
    for loop in (now, old):
        reward_next(loop)
    assert next_answers(now) == next_answers(old)
    assert old.updated is None


def test_a_clock_that_falls_updates_nothing(clock: ManualClock) -> None:
    loop = updated_each_minute(clock)
    before = means(loop)
    reward_next(loop)
    clock.now -= timedelta(hours=1)
    assert means(loop) == before


def test_a_fork_at_each_update_leaves_the_learner_as_without(clock: ManualClock) -> None:
    apart, at_once = loop_with_past(clock), loop_with_past(clock)
    apart.configure_service(ServiceSettings(update_frequency=1))
    for number in range(20):
        clock.advance(seconds=1)
        for loop in (apart, at_once):
            loop.rank(DRINKS[:1], CONTEXTS[0], event_id=f"{number}")
            loop.reward(f"{number}", 0.5)
    assert learned_bits(apart.learner) == learned_bits(at_once.learner)
    assert next_answers(LearningLoop.resume(apart.log, seed=7, clock=clock)) == next_answers(apart)


def test_a_model_is_served_until_the_next_update_is_due(clock: ManualClock) -> None:
    learner = LoopState().learner
    served = ServedModel.begin(learner, clock.now, 90)
    assert served.learner is not learner
    assert not served.is_due(clock.now + timedelta(seconds=89))
    assert served.is_due(clock.now + timedelta(seconds=90))
    later = served.update(learner, clock.now + timedelta(seconds=200))
    assert later.updated == clock.now + timedelta(seconds=180)
    assert ServedModel.restored(later.state()) == later


def test_an_invalid_frequency_is_refused() -> None:
    assert refusal(lambda: ServiceSettings(update_frequency=-1)).target == "modelExportFrequency"


def test_the_answer_of_a_decided_event_does_not_change(clock: ManualClock) -> None:
    loop = updated_each_minute(clock)
    answer = loop.rank(DRINKS, CONTEXTS[0], event_id="asked")
    first = decision_of(loop.events["asked"].ranked)
    reward_next(loop)
    clock.advance(minutes=5)
    assert loop.rank(DRINKS, CONTEXTS[0], event_id="asked") == answer
    assert decision_of(loop.events["asked"].ranked) == first
