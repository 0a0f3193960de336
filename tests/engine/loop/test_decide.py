"""Decisions: the chosen action, the shown action, and their stated probabilities."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import (
    EpsilonGreedy,
    Greedy,
    Hypothesis,
    LearningLoop,
    LoopSettings,
    PersonalizerError,
    Thompson,
    Uniform,
)
from engine.evaluation.event_rows import rows
from engine.loop.entries import Ranked
from engine.loop.settings import LearningMode
from engine.loop.state import LoopState
from engine.policies.base import Normals, Policy
from tests.clock import ManualClock
from tests.engine.comparable import imitation_head, reward_head, state_of
from tests.engine.loop.apprentices import MODES, apprenticed, learners, loop_of, ranked_of
from tests.engine.loop.loops import IDS, loop_with_past
from tests.engine.loop.programs import SMALL, Operation, perform, programs
from tests.engine.refusals import refusal
from tests.engine.requests import CONTEXTS, DRINKS, request_of
from tests.statistics import CHI_SQUARE_999, chi_square

# -- previews ---------------------------------------------------------------------------


def test_a_preview_knows_the_waits_that_are_over(clock: ManualClock) -> None:
    loop = LearningLoop(LoopSettings(default_reward=1.0), seed=7, clock=clock)
    for _ in range(60):
        loop.rank(DRINKS, CONTEXTS[0])
    before = loop.preview(DRINKS, CONTEXTS[0])
    clock.advance(minutes=11)
    preview = loop.preview(DRINKS, CONTEXTS[0])
    assert len(loop.log) == 61
    loop.rank(DRINKS, CONTEXTS[0])
    assert preview == loop.log[-1]
    assert preview.means != before.means


@pytest.mark.no_cover
@given(programs, learners, st.sampled_from(MODES), st.integers(0, 3))
def test_a_preview_equals_the_later_ranking(
    program: list[Operation], learner: Any, mode: LearningMode, seed: int
) -> None:
    """All fields are equal, after any program, also if ended waits are not noticed yet."""
    clock = ManualClock()
    settings = LoopSettings.classic() if learner == "classic" else SMALL
    settings = replace(settings, default_reward=0.25, apprentice_exploration=0.3)
    loop = LearningLoop(replace(settings, learning_mode=mode), seed=seed, clock=clock)
    loop.rank(DRINKS)
    for operation in program:
        if operation[0] == "rank":
            event_id, context, excluded, defer = operation[1]
            with suppress(PersonalizerError):  # the id may belong to another request
                preview = loop.preview(DRINKS, context, excluded, event_id, defer)
                answer = loop.rank(DRINKS, context, excluded, event_id, defer)
                assert preview == loop.events[answer.event_id].ranked
        else:
            perform(loop, clock, operation)


@pytest.mark.parametrize("mode", ["online", "apprentice", "logging_only"])
def test_beliefs_include_ended_waits(mode: LearningMode, clock: ManualClock) -> None:
    queried, notified = (loop_with_past(clock, default_reward=-1.0) for _ in range(2))
    ranked = queried.preview(DRINKS, CONTEXTS[0])
    for loop in (queried, notified):
        loop.configure(learning_mode=mode)
    before = repr(queried.state.learner.belief(ranked.request))
    clock.advance(minutes=11)
    notified.configure(max_events=7)  # notices which waits are over
    one, other = ([*believed(loop, ranked)] for loop in (queried, notified))
    assert one == other
    assert before not in one
    assert len(queried.log) + 3 == len(notified.log)
    queried.configure(max_events=7)
    assert [*believed(queried, ranked)] == other


def believed(loop: LearningLoop, ranked: Ranked) -> Iterator[object]:
    """Results of all read-only questions about a loop."""
    yield repr(loop.belief(DRINKS, CONTEXTS[0]))
    yield loop.probabilities(ranked.request).tolist()
    yield loop.probabilities_online(ranked.request).tolist()
    yield loop.contributions(ranked)
    yield loop.preview(DRINKS, CONTEXTS[1])


def test_ended_waits_are_learned_in_advance_once(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, fork = loop_with_past(clock), LoopState.fork
    forks: list[LoopState] = []

    def counted(state: LoopState) -> LoopState:
        forks.append(state)
        return fork(state)

    monkeypatch.setattr(LoopState, "fork", counted)
    loop.preview(DRINKS)
    assert forks == []
    for _ in range(3):
        clock.advance(minutes=11)
        for context in CONTEXTS:
            loop.preview(DRINKS, context)
    assert len(forks) == 1
    loop.rank(DRINKS)
    clock.advance(minutes=11)
    assert loop.preview(DRINKS).means == loop.preview(DRINKS).means
    assert len(forks) == 2


def test_a_preview_of_an_event_that_was_ranked_is_the_answer_that_was_given(
    clock: ManualClock,
) -> None:
    loop = loop_with_past(clock)
    ranked = loop.events["open"].ranked
    loop.reward("open", -1)
    assert loop.preview(DRINKS, CONTEXTS[0], event_id="open") == ranked
    assert refusal(lambda: loop.preview(DRINKS, event_id="open")).code == "InvalidRankRequest"


def test_a_full_loop_can_still_be_asked_what_it_would_show(clock: ManualClock) -> None:
    loop = LearningLoop(LoopSettings(max_events=1), clock=clock)
    loop.rank(DRINKS)
    assert loop.preview(DRINKS).event_id not in loop.events


# -- the answer to Rank ---------------------------------------------------------------


def test_the_action_to_show_may_not_be_the_first_of_the_ranking(loop: LearningLoop) -> None:
    answers = [loop.rank(DRINKS, CONTEXTS[0]) for _ in range(50)]
    firsts = {answer.reward_action_id == answer.ranking[0].id for answer in answers}
    assert firsts == {True, False}


@pytest.mark.no_cover
@pytest.mark.parametrize("excluded", [c for n in (1, 2) for c in combinations(IDS, n)])
def test_excluded_actions_keep_their_place_with_probability_0_and_are_never_shown(
    excluded: tuple[str, ...], clock: ManualClock
) -> None:
    loop = loop_with_past(clock, policy=Thompson(draws=64, floor=0.5))
    for _ in range(60):
        answer = loop.rank(DRINKS, CONTEXTS[0], excluded)
        for name in excluded:
            place = answer.ranking[IDS.index(name)]
            assert (place.id, place.probability) == (name, 0)
        assert answer.reward_action_id not in excluded
        shown = [a.probability for a in answer.ranking if a.id not in excluded]
        assert sum(shown) == pytest.approx(1, abs=1e-12)
        assert shown == sorted(shown, reverse=True)


@pytest.mark.parametrize(
    ("excluded", "baseline"), [([], 0), (["mocha"], 0), (["latte"], 1), (["latte", "mocha"], 2)]
)
def test_the_first_action_that_is_not_excluded_is_the_baseline(
    excluded: list[str], baseline: int, loop: LearningLoop
) -> None:
    """A floor of 1 makes every choice random; half of the random choices belong to the baseline."""
    loop.configure(policy=Thompson(floor=1.0))
    loop.reward(loop.rank(DRINKS).event_id, 1.0)
    size = len(DRINKS) - len(excluded)
    probabilities = loop.preview(DRINKS, excluded_actions=excluded).probabilities
    assert probabilities[baseline] == pytest.approx(0.5 + 0.5 / size)


def test_an_excluded_id_that_is_not_offered_changes_nothing(clock: ManualClock) -> None:
    answers = [
        LearningLoop(seed=1, clock=clock).rank(DRINKS, excluded_actions=excluded).to_json()
        for excluded in ([], ["tea"])
    ]
    assert answers[0] == answers[1]


def test_the_place_of_an_action_in_the_request_does_not_move_its_score(clock: ManualClock) -> None:
    loop = loop_with_past(clock)
    forth, back = loop.belief(DRINKS, CONTEXTS[1]), loop.belief(DRINKS[::-1], CONTEXTS[1])
    np.testing.assert_allclose(forth.mean, back.mean[::-1], rtol=0, atol=1e-14)
    np.testing.assert_allclose(forth.sd, back.sd[::-1], rtol=0, atol=1e-14)


def test_beliefs_equal_those_of_a_preview(clock: ManualClock) -> None:
    loop = loop_with_past(clock)
    belief, preview = loop.belief(DRINKS, CONTEXTS[1]), loop.preview(DRINKS, CONTEXTS[1])
    assert tuple(belief.mean) == preview.means
    assert tuple(belief.widths) == preview.sds


# -- event ids ------------------------------------------------------------------------


def test_event_ids_are_unique_and_depend_on_the_seed_and_their_number_alone(
    clock: ManualClock,
) -> None:
    loop, other = LearningLoop(seed=3, clock=clock), LearningLoop(seed=3, clock=clock)
    ids = [loop.rank(DRINKS, CONTEXTS[i % 4]).event_id for i in range(200)]
    assert len(set(ids)) == 200
    other.configure(policy=Uniform())
    assert [other.rank(DRINKS[:2]).event_id for _ in range(200)] == ids
    assert LearningLoop(seed=4, clock=clock).rank(DRINKS).event_id not in ids


def test_an_id_that_the_caller_took_is_never_given_to_another_event(clock: ManualClock) -> None:
    loop = LearningLoop(seed=3, clock=clock)
    _, second = loop.rank(DRINKS).event_id, loop.rank(DRINKS).event_id
    taken = LearningLoop(seed=3, clock=clock)
    taken.rank(DRINKS, event_id=second)
    given_ids = [taken.rank(DRINKS).event_id for _ in range(3)]
    assert len({second, *given_ids}) == 4


# -- previews -------------------------------------------------------------------------


@pytest.mark.parametrize("event_id", [None, "mine"])
@pytest.mark.parametrize("excluded", [[], ["latte"]])
def test_a_preview_changes_nothing_and_equals_the_next_answer(
    event_id: str | None, excluded: list[str], clock: ManualClock
) -> None:
    loop = loop_with_past(clock)
    before = state_of(loop)
    preview = loop.preview(DRINKS, CONTEXTS[2], excluded, event_id, True)
    assert state_of(loop) == before
    answer = loop.rank(DRINKS, CONTEXTS[2], excluded, event_id, True)
    assert loop.events[answer.event_id].ranked == preview
    assert (answer.event_id, answer.reward_action_id) == (preview.event_id, preview.action_id)


# -- determinism ----------------------------------------------------------------------


def test_same_seed_log_request_and_event_id_give_the_same_answer_to_the_bit(
    clock: ManualClock,
) -> None:
    assert state_of(loop_with_past(clock)) == state_of(loop_with_past(clock))


def test_previews_and_beliefs_on_the_way_make_no_difference(clock: ManualClock) -> None:
    plain, peeking = (LearningLoop(seed=5, clock=clock) for _ in range(2))
    many = [{"id": f"m{i}", "features": [{"new": f"{i}"}]} for i in range(30)]
    for i in range(20):
        peeking.preview(many, [{"never": "seen", "again": i}], ["m3"], "other")
        peeking.belief(DRINKS, CONTEXTS[i % 4])
        one, other = (loop.rank(DRINKS, CONTEXTS[i % 4]) for loop in (plain, peeking))
        assert one == other
        for loop in (plain, peeking):
            loop.reward(one.event_id, float(i % 2))
    assert state_of(plain) == state_of(peeking)


def test_another_seed_or_another_event_id_draws_anew(clock: ManualClock) -> None:
    def drawn(seed: int, event_id: str) -> object:
        return LearningLoop(seed=seed, clock=clock).preview(DRINKS, event_id=event_id).draw

    assert len({drawn(seed, name) for seed in (1, 2) for name in ("a", "b")}) == 4


def test_random_choices_depend_on_the_seed(clock: ManualClock) -> None:
    def shown(seed: int) -> list[str]:
        loop = LearningLoop(LoopSettings(policy=Uniform()), seed=seed, clock=clock)
        return [loop.rank(DRINKS, event_id=f"e{i}").reward_action_id for i in range(30)]

    assert shown(1) == shown(1)
    assert shown(1) != shown(2)


# -- settings -------------------------------------------------------------------------


def test_a_new_policy_decides_from_the_next_call_on(clock: ManualClock) -> None:
    loop = loop_with_past(clock)
    loop.configure(policy=EpsilonGreedy(0.3))
    ranked = loop.preview(DRINKS, CONTEXTS[0])
    expected = [0.1] * 3
    expected[ranked.best] += 0.7
    assert ranked.probabilities == pytest.approx(expected)


POLICIES: list[Policy] = [
    Thompson(draws=64, floor=0.5),
    Thompson(draws=64, floor=0.3, width=0.0),
    EpsilonGreedy(0.5),
    Greedy(),
    Uniform(),
]


BASELINE_MODES: tuple[LearningMode, ...] = ("apprentice", "logging_only")


# -- the shown action -----------------------------------------------------------------


visits = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.permutations(range(len(DRINKS))),
        st.sets(st.sampled_from(IDS), max_size=2),
        st.none() | st.floats(-1, 1),
    ),
    min_size=1,
    max_size=12,
)


policies = st.sampled_from(POLICIES)


def is_allowed(policy: Policy, learner: str) -> bool:
    return learner == "bayesian" or not isinstance(policy, Thompson)


@pytest.mark.no_cover
@pytest.mark.parametrize("mode", BASELINE_MODES)
@given(visits, policies, learners, st.integers(0, 1_000))
def test_without_exploration_the_first_action_that_is_not_excluded_is_always_shown(
    mode: LearningMode, some: list[Any], policy: Policy, learner: str, seed: int
) -> None:
    assume(is_allowed(policy, learner))
    loop = loop_of(seed, learning_mode=mode, policy=policy, learner=learner, learning_rate=0.5)
    for context, order, excluded, reward in some:
        drinks = [DRINKS[i] for i in order]
        answer = loop.rank(drinks, CONTEXTS[context], sorted(excluded))
        baseline = next(drink["id"] for drink in drinks if drink["id"] not in excluded)
        ranked = ranked_of(loop, answer.event_id)
        assert answer.reward_action_id == ranked.action_id == baseline
        assert (ranked.mode, ranked.shown, ranked.propensity) == (mode, ranked.baseline, 1.0)
        assert sum(action.probability for action in answer.ranking) == pytest.approx(1)
        if reward is not None:
            loop.reward(answer.event_id, reward)


@given(visits, policies, learners)
def test_logging_only_logs_the_baseline_as_chosen_for_certain(
    some: list[Any], policy: Policy, learner: str
) -> None:
    assume(is_allowed(policy, learner))
    loop = loop_of(learning_mode="logging_only", policy=policy, learner=learner)
    for context, _, excluded, _ in some:
        answer = loop.rank(DRINKS, CONTEXTS[context], sorted(excluded))
        ranked = ranked_of(loop, answer.event_id)
        assert ranked.chosen == ranked.baseline
        assert ranked.probabilities == tuple(float(i == ranked.baseline) for i in range(3))
        assert (ranked.cause, ranked.draw, ranked.matches) == ("baseline", None, True)


def test_online_what_was_chosen_is_shown_with_its_propensity() -> None:
    loop = loop_of(policy=Uniform(), apprentice_exploration=0.5)
    for i in range(30):
        ranked = ranked_of(loop, loop.rank(DRINKS, CONTEXTS[i % 4]).event_id)
        assert ranked.shown == ranked.chosen
        assert ranked.propensity == ranked.probabilities[ranked.chosen] == 1 / 3


def test_an_apprentice_chooses_for_itself_before_the_baseline_is_shown() -> None:
    loop = loop_of(learning_mode="apprentice", policy=Uniform())
    answers = [loop.rank(DRINKS, CONTEXTS[0]) for _ in range(60)]
    assert {answer.reward_action_id for answer in answers} == {"latte"}
    chosen = {ranked_of(loop, answer.event_id).chosen for answer in answers}
    assert chosen == {0, 1, 2}
    assert {row["chosen"] for row in rows(loop.log)} == set(IDS)
    assert {(row["action"], row["probability"]) for row in rows(loop.log)} == {("latte", 1.0)}


@pytest.mark.no_cover
@pytest.mark.parametrize("policy", POLICIES, ids=repr)
def test_what_is_logged_is_the_policys_own_choice_by_likeness_to_the_baseline(
    policy: Policy,
) -> None:
    loop = apprenticed(policy=policy)
    for context in CONTEXTS:
        ranked = loop.preview(DRINKS, context)
        request = ranked.request
        likeness = imitation_head(loop).belief(request)
        decision = policy.decide(likeness, Normals(loop.seed), np.random.default_rng(0))
        assert ranked.probabilities == tuple(decision.probabilities)
        assert ranked.draw is None
        alone = reward_head(loop).belief(request)
        assert ranked.means == tuple(alone.mean)
        assert ranked.sds == tuple(alone.widths)


ONE: dict[str, Any] = {"hypotheses": (Hypothesis(),), "may_change": False}
"""Settings for thousands of cheap decisions: frequencies follow from the stated probabilities,
for any learner."""


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES, ids=repr)
def test_an_apprentice_chooses_as_often_as_its_logged_probabilities_say(
    policy: Policy,
) -> None:
    loop = apprenticed(policy=policy, events=6, **ONE)
    previews = [loop.preview(DRINKS, CONTEXTS[1], event_id=f"e{i}") for i in range(1_000)]
    assert len({ranked.probabilities for ranked in previews}) == 1
    stated = np.array(previews[0].probabilities)
    counts = np.bincount([ranked.chosen for ranked in previews], minlength=3).astype(float)
    possible = stated > 0
    assert counts[~possible].sum() == 0
    if possible.sum() > 1:
        bound = CHI_SQUARE_999[int(possible.sum()) - 1]
        assert chi_square(counts[possible], stated[possible]) < bound


# -- exploring a little as an apprentice ----------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("excluded", "propensities"),
    [((), (0.8, 0.1, 0.1)), (("latte",), (0.0, 0.85, 0.15)), (("latte", "mocha"), (0, 0, 1.0))],
)
def test_with_exploration_any_action_is_shown_as_often_as_its_propensity_says(
    excluded: tuple[str, ...], propensities: tuple[float, ...]
) -> None:
    """A share of .3 is uniform over the K allowed: .3 / K each, and .7 for the baseline."""
    loop = loop_of(learning_mode="apprentice", apprentice_exploration=0.3, **ONE)
    previews = [loop.preview(DRINKS, CONTEXTS[0], excluded, event_id=f"e{i}") for i in range(1_000)]
    for ranked in previews:
        assert ranked.propensity == pytest.approx(propensities[ranked.shown], abs=1e-15)
    stated = np.array(propensities)
    counts = np.bincount([ranked.shown for ranked in previews], minlength=3).astype(float)
    assert counts[stated == 0].sum() == 0
    if (size := int((stated > 0).sum())) > 1:
        assert chi_square(counts[stated > 0], stated[stated > 0]) < CHI_SQUARE_999[size - 1]


@pytest.mark.slow
def test_random_display_is_independent_of_the_choice() -> None:
    """Counts of nine cells (chosen, shown) against the product of their probabilities."""
    loop = loop_of(learning_mode="apprentice", apprentice_exploration=0.5, policy=Uniform(), **ONE)
    counts = np.zeros((3, 3))
    for i in range(1_500):
        ranked = loop.preview(DRINKS, CONTEXTS[0], event_id=f"e{i}")
        counts[ranked.chosen, ranked.shown] += 1
    stated = np.outer(np.full(3, 1 / 3), [2 / 3, 1 / 6, 1 / 6])
    assert chi_square(counts.ravel(), stated.ravel()) < CHI_SQUARE_999[8]


def test_exploration_of_an_apprentice_does_not_touch_other_modes() -> None:
    loop = loop_of(learning_mode="logging_only", apprentice_exploration=0.5)
    assert {loop.preview(DRINKS, event_id=f"e{i}").shown for i in range(50)} == {0}


# -- going online: the imitated action is believed somewhat better ---------------------


def test_probabilities_online_are_those_that_a_switch_would_bring() -> None:
    loop = apprenticed()
    request = request_of(CONTEXTS[0], *DRINKS)
    now, foreseen = loop.probabilities(request), loop.probabilities_online(request)
    loop.configure(learning_mode="online")
    assert loop.probabilities([request])[0].tolist() == foreseen.tolist() != now.tolist()
    assert tuple(foreseen) == loop.preview(DRINKS, CONTEXTS[0]).probabilities
