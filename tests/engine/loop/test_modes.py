"""Learning modes: what is shown, what is logged, and what each of two heads learns.

Chi-square bounds are the quantile at .999; all seeds are fixed.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import EpsilonGreedy, Greedy, LearningLoop, LoopSettings, Thompson, Uniform
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.model import IMITATION_WEIGHT, RewardModel
from engine.learners.classic import ClassicModel
from engine.loop.entries import Ranked
from engine.loop.settings import Learner, LearningMode
from engine.loop.state import LoopState
from engine.policies.base import Normals, Policy
from tests.engine.helpers import (
    CONTEXTS,
    DRINKS,
    Array,
    DenseOracle,
    Json,
    ManualClock,
    Row,
    assert_one_sentence,
    decision_of,
    entries_of,
    naive_row,
    next_answers,
    one_of,
    posterior_bits,
    refusal,
    request_of,
)
from tests.engine.helpers import head_bits as bits_of_head

IDS = [drink["id"] for drink in DRINKS]
CHI_SQUARE_999 = {1: 10.828, 2: 13.816, 8: 26.124}
"""Quantile at .999 by degrees of freedom (tables of the chi-square distribution)."""

POLICIES: list[Policy] = [
    Thompson(draws=64, floor=0.5),
    Thompson(draws=64, floor=0.3, width=0.0),
    EpsilonGreedy(0.5),
    Greedy(),
    Uniform(),
]
BASELINE_MODES: tuple[LearningMode, ...] = ("apprentice", "logging_only")
TEA: Json = {"id": "tea", "features": [{"drink": {"roast": "none", "milk": True}}]}


def loop_of(seed: int = 7, clock: ManualClock | None = None, **settings: Any) -> LearningLoop:
    return LearningLoop(LoopSettings(**settings), seed=seed, clock=clock or ManualClock())


def led_by(first: int) -> list[Json]:
    """The drinks with one of them first."""
    return [DRINKS[first], *(drink for i, drink in enumerate(DRINKS) if i != first)]


def apprenticed(events: int = 24, **settings: Any) -> LearningLoop:
    """A loop that watched a rule by weather: mocha when it rains, else latte."""
    loop = loop_of(**{"learning_mode": "apprentice"} | settings)
    for i in range(events):
        answer = loop.rank(led_by(int(i % 2 == 0)), CONTEXTS[i % 4])
        loop.reward(answer.event_id, float(i % 3 == 0))
    return loop


def ranked_of(loop: LearningLoop, event_id: str) -> Ranked:
    return loop.events[event_id].ranked


def reward_head(loop: LearningLoop) -> RewardModel:
    assert isinstance(loop.model, RewardModel)
    return loop.model


def imitation_head(loop: LearningLoop) -> RewardModel:
    assert loop.imitation is not None
    return loop.imitation


def head_bits(head: RewardModel | ClassicModel | None) -> tuple[object, ...]:
    """All that a head has learned, bit for bit."""
    if isinstance(head, RewardModel):
        return bits_of_head(head)
    requests = [request_of(context, *DRINKS) for context in CONTEXTS]
    if head is None:
        return ()
    return tuple(head.belief(r.context, r.actions).mean.tobytes() for r in requests)


def taught(state: LoopState | LearningLoop) -> dict[str, object]:
    """What was learned, the settings, and where events stand."""
    events = {
        key: (decision_of(s.ranked), shown_of(s.ranked), s.activated, s.rewards, s.open, s.earned)
        for key, s in state.events.items()
    }
    return {
        "settings": state.settings,
        "events": events,
        "model": head_bits(state.model),
        "imitation": head_bits(state.imitation),
    }


def shown_of(ranked: Ranked) -> tuple[object, ...]:
    return ranked.mode, ranked.shown, ranked.propensity


def everything(loop: LearningLoop) -> dict[str, object]:
    return taught(loop) | {"log": entries_of(loop), "next": next_answers(loop)}


def chi_square(counts: Array, probabilities: Array) -> float:
    expected = probabilities * counts.sum()
    return float(np.sum((counts - expected) ** 2 / expected))


# -- what is shown --------------------------------------------------------------------

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
learners = st.sampled_from(("bayesian", "classic"))
policies = st.sampled_from(POLICIES)


def is_allowed(policy: Policy, learner: str) -> bool:
    return learner == "bayesian" or not isinstance(policy, Thompson)


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
    assert {row["chosen"] for row in loop.log.rows()} == set(IDS)
    assert {(row["action"], row["probability"]) for row in loop.log.rows()} == {("latte", 1.0)}


@pytest.mark.parametrize("policy", POLICIES, ids=repr)
def test_what_is_logged_is_the_policys_own_choice_by_likeness_to_the_baseline(
    policy: Policy,
) -> None:
    loop = apprenticed(policy=policy)
    for context in CONTEXTS:
        ranked = loop.preview(DRINKS, context)
        request = ranked.request
        likeness = imitation_head(loop).belief(request.context, request.actions)
        decision = policy.decide(likeness, Normals(loop.seed), np.random.default_rng(0))
        assert ranked.probabilities == tuple(decision.probabilities)
        assert ranked.draw is None
        alone = reward_head(loop).belief(request.context, request.actions)
        assert ranked.means == tuple(alone.mean)
        assert ranked.sds == tuple(alone.sd)


@pytest.mark.no_cover
@pytest.mark.parametrize("policy", POLICIES, ids=repr)
def test_an_apprentice_chooses_as_often_as_its_logged_probabilities_say(
    policy: Policy,
) -> None:
    loop = apprenticed(policy=policy, events=6)
    previews = [loop.preview(DRINKS, CONTEXTS[1], event_id=f"e{i}") for i in range(2_000)]
    assert len({ranked.probabilities for ranked in previews}) == 1
    stated = np.array(previews[0].probabilities)
    counts = np.bincount([ranked.chosen for ranked in previews], minlength=3).astype(float)
    possible = stated > 0
    assert counts[~possible].sum() == 0
    if possible.sum() > 1:
        bound = CHI_SQUARE_999[int(possible.sum()) - 1]
        assert chi_square(counts[possible], stated[possible]) < bound


# -- exploring a little as an apprentice ----------------------------------------------


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("excluded", "propensities"),
    [((), (0.8, 0.1, 0.1)), (("latte",), (0.0, 0.85, 0.15)), (("latte", "mocha"), (0, 0, 1.0))],
)
def test_with_exploration_any_action_is_shown_as_often_as_its_propensity_says(
    excluded: tuple[str, ...], propensities: tuple[float, ...]
) -> None:
    """A share of .3 is uniform over the K allowed: .3 / K each, and .7 for the baseline."""
    loop = loop_of(learning_mode="apprentice", apprentice_exploration=0.3)
    previews = [loop.preview(DRINKS, CONTEXTS[0], excluded, event_id=f"e{i}") for i in range(2_000)]
    for ranked in previews:
        assert ranked.propensity == pytest.approx(propensities[ranked.shown], abs=1e-15)
    stated = np.array(propensities)
    counts = np.bincount([ranked.shown for ranked in previews], minlength=3).astype(float)
    assert counts[stated == 0].sum() == 0
    if (size := int((stated > 0).sum())) > 1:
        assert chi_square(counts[stated > 0], stated[stated > 0]) < CHI_SQUARE_999[size - 1]


def test_what_is_shown_by_chance_does_not_depend_on_what_was_chosen() -> None:
    """Nine cells of (chosen, shown) with the product of their probabilities."""
    loop = loop_of(learning_mode="apprentice", apprentice_exploration=0.5, policy=Uniform())
    counts = np.zeros((3, 3))
    for i in range(3_000):
        ranked = loop.preview(DRINKS, CONTEXTS[0], event_id=f"e{i}")
        counts[ranked.chosen, ranked.shown] += 1
    stated = np.outer(np.full(3, 1 / 3), [2 / 3, 1 / 6, 1 / 6])
    assert chi_square(counts.ravel(), stated.ravel()) < CHI_SQUARE_999[8]


def test_exploration_of_an_apprentice_does_not_touch_other_modes() -> None:
    loop = loop_of(learning_mode="logging_only", apprentice_exploration=0.5)
    assert {loop.preview(DRINKS, event_id=f"e{i}").shown for i in range(50)} == {0}


# -- the log --------------------------------------------------------------------------

MODES: tuple[LearningMode, ...] = ("online", "apprentice", "logging_only")
steps = st.one_of(
    st.tuples(st.just("mode"), st.sampled_from(MODES)),
    st.tuples(st.just("visit"), st.integers(0, 11)),
    st.tuples(st.just("deferred"), st.integers(0, 11)),
    st.tuples(st.just("activate"), st.just(0)),
    st.tuples(st.just("wait"), st.just(0)),
    st.tuples(st.just("crosses"), st.integers(1, 2)),
    st.tuples(st.just("learner"), learners),
)
programs = st.lists(steps, max_size=12)


def run(loop: LearningLoop, clock: ManualClock, program: Sequence[tuple[str, Any]]) -> None:
    for verb, value in program:
        match verb:
            case "mode":
                loop.configure(learning_mode=value)
            case "crosses":
                loop.configure(crosses=value)
            case "learner":
                loop.configure(learner=value)
            case "wait":
                clock.advance(minutes=11)
            case "activate":
                for event_id, state in list(loop.events.items()):
                    if state.open and not state.activated and clock.now == state.ranked.time:
                        loop.activate(event_id)
            case _:
                deferred = verb == "deferred"
                drinks, context = led_by(value % 3), CONTEXTS[value % 4]
                answer = loop.rank(drinks, context, defer_activation=deferred)
                loop.reward(answer.event_id, value / 11)


def exploring(clock: ManualClock) -> LearningLoop:
    return loop_of(clock=clock, policy=EpsilonGreedy(), apprentice_exploration=0.4)


@given(programs)
def test_modes_switched_through_the_log_replay_exactly(program: list[Any]) -> None:
    clock = ManualClock()
    loop = exploring(clock)
    run(loop, clock, program)
    assert taught(LoopState(loop.log)) == taught(loop)


@given(programs, programs, st.sampled_from(MODES[1:]))
def test_undo_across_a_switch_gives_the_state_before_bit_for_bit(
    before: list[Any], after: list[Any], mode: LearningMode
) -> None:
    clock = ManualClock()
    loop = exploring(clock)
    run(loop, clock, before)
    kept, length = everything(loop), len(loop.log)
    run(loop, clock, [("mode", mode), ("visit", 3), *after, ("mode", "online"), ("visit", 4)])
    loop.undo(len(loop.log) - length)
    assert everything(loop) == kept


def test_every_switch_is_an_entry_and_no_switch_is_none() -> None:
    loop = apprenticed(events=2)
    length = len(loop.log)
    loop.configure(learning_mode="apprentice")
    assert len(loop.log) == length
    loop.configure(learning_mode="online")
    assert len(loop.log) == length + 1
    assert [row["mode"] for row in loop.log.rows()] == ["apprentice"] * 2


# -- settings -------------------------------------------------------------------------

CONFIGURATION = "InvalidServiceConfiguration"
MODE_NAMES = '"online", "apprentice" or "logging_only"'


@pytest.mark.parametrize(
    ("name", "value", "shown", "allowed"),
    [
        ("learning_mode", "Online", "'Online'", MODE_NAMES),
        ("learning_mode", "LoggingOnly", "'LoggingOnly'", MODE_NAMES),
        ("learning_mode", None, "None", MODE_NAMES),
        ("learner", "vw", "'vw'", '"bayesian" or "classic"'),
        ("learner", 1, "1", '"bayesian" or "classic"'),
        ("apprentice_exploration", -0.01, "-0.01", "a number from 0 to 0.5"),
        ("apprentice_exploration", 0.51, "0.51", "a number from 0 to 0.5"),
        ("apprentice_exploration", float("nan"), "nan", "a number from 0 to 0.5"),
        ("apprentice_exploration", True, "True", "a number from 0 to 0.5"),
        ("learning_rate", 0, "0", "a number from 1e-09 to 1"),
        ("learning_rate", 1.01, "1.01", "a number from 1e-09 to 1"),
        ("learning_rate", "slow", "'slow'", "a number from 1e-09 to 1"),
    ],
)
def test_a_setting_of_modes_out_of_bounds_is_refused_and_changes_nothing(
    name: str, value: Any, shown: str, allowed: str
) -> None:
    error = refusal(lambda: LoopSettings(**{name: value}))
    assert (error.code, error.target) == (CONFIGURATION, name)
    assert_one_sentence(error, shown, allowed)
    loop = apprenticed(events=3)
    before = everything(loop)
    assert refusal(lambda: loop.configure(**{"max_events": 9, name: value})).target == name
    assert everything(loop) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("learning_mode", mode) for mode in MODES),
        ("apprentice_exploration", 0),
        ("apprentice_exploration", 0.5),
        ("learning_rate", 1e-9),
        ("learning_rate", 1),
    ],
)
def test_the_bounds_of_the_settings_of_modes_are_allowed(name: str, value: Any) -> None:
    assert getattr(LoopSettings(**{name: value}), name) == value


def test_thompson_sampling_beside_the_classic_learner_is_a_contradiction() -> None:
    for call in (lambda: LoopSettings(learner="classic"), lambda: loop_of().configure(**CLASSIC)):
        error = refusal(call)
        assert (error.code, error.target) == (CONFIGURATION, "policy")
        assert_one_sentence(error, "Thompson(", "free of contradiction")
        assert "EpsilonGreedy()" in error.message
    loop = loop_of()
    loop.configure(learner="classic", policy=Greedy())
    assert isinstance(loop.model, ClassicModel)
    assert loop.imitation is None


CLASSIC: dict[str, Any] = {"learner": "classic"}


@pytest.mark.parametrize(
    ("name", "value", "old"),
    [
        ("default_reward", 1.0, "0.0"),
        ("reward_aggregation", "sum", "'earliest'"),
        ("reward_wait_time", LoopSettings().reward_wait_time * 2, "datetime.timedelta"),
    ],
)
def test_the_mode_and_a_reward_setting_need_two_calls(name: str, value: Any, old: str) -> None:
    loop = apprenticed(events=3)
    before, history = everything(loop), loop.log.history
    error = refusal(lambda: loop.configure(**{"learning_mode": "online", name: value}))
    assert (error.code, error.target) == ("InvalidLearningModeServiceConfiguration", name)
    assert_one_sentence(error, "", old)
    assert everything(loop) == before
    assert loop.log.history == history
    loop.configure(**{name: value})
    loop.configure(learning_mode="online")
    assert (getattr(loop.settings, name), loop.settings.learning_mode) == (value, "online")


def test_the_mode_may_change_beside_reward_settings_that_stay_or_with_other_settings() -> None:
    loop = apprenticed(events=3)
    loop.configure(learning_mode="online", default_reward=0.0, policy=Uniform())
    assert (loop.settings.learning_mode, loop.settings.policy) == ("online", Uniform())
    loop.configure(learning_mode="online", default_reward=1.0)
    assert loop.settings.default_reward == 1


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"learning_mode": "apprentice", "apprentice_exploration": 0.1}, True),
        ({"learner": "classic", "policy": Greedy()}, False),
        ({"learning_rate": 0.5}, False),
    ],
)
def test_modes_and_their_exploration_do_not_change_what_a_log_teaches(
    changes: dict[str, Any], same: bool
) -> None:
    assert LoopSettings().learns_like(LoopSettings(**changes)) is same


# -- the two heads --------------------------------------------------------------------


def heads(loop: LearningLoop) -> tuple[object, ...]:
    return head_bits(loop.model), head_bits(loop.imitation)


def classic_or_not(learner: Learner) -> dict[str, Any]:
    return {"learner": learner, "policy": EpsilonGreedy(), "learning_rate": 0.3}


@pytest.mark.parametrize("learner", ["bayesian", "classic"])
def test_what_was_never_shown_is_imitated_by_no_head(learner: Learner, clock: ManualClock) -> None:
    loop = loop_of(clock=clock, learning_mode="apprentice", **classic_or_not(learner))
    loop.reward(loop.rank(DRINKS, CONTEXTS[0]).event_id, 1.0)
    before = heads(loop)
    loop.rank(led_by(1), CONTEXTS[1], event_id="later", defer_activation=True)
    loop.reward("later", 1.0)
    assert heads(loop) == before
    clock.advance(minutes=11)
    loop.configure(max_events=9)
    assert not loop.events["later"].open
    assert heads(loop) == before


@pytest.mark.parametrize("learner", ["bayesian", "classic"])
def test_an_event_is_imitated_when_it_is_activated_and_once(
    learner: Learner, clock: ManualClock
) -> None:
    deferred, plain = (
        loop_of(clock=clock, learning_mode="apprentice", **classic_or_not(learner))
        for _ in range(2)
    )
    sure: dict[str, Any] = {"context_features": CONTEXTS[1], "event_id": "a"}
    deferred.rank(**one_of("mocha"), **sure, defer_activation=True)
    plain.rank(**one_of("mocha"), **sure)
    assert heads(deferred) != heads(plain)
    for _ in range(2):
        deferred.activate("a")
        assert heads(deferred) == heads(plain)


@pytest.mark.parametrize("mode", ["online", "logging_only"])
def test_only_an_apprentice_imitates(mode: LearningMode) -> None:
    loop = apprenticed(learning_mode=mode)
    assert imitation_head(loop).learned == 0
    assert reward_head(loop).learned == 24


@pytest.mark.parametrize("exploration", [0.0, 0.5])
def test_the_reward_head_learns_what_the_shown_action_earned(exploration: float) -> None:
    """As a loop online does that can show nothing else."""
    loop = apprenticed(apprentice_exploration=exploration)
    online = loop_of()
    shown = set()
    for state in loop.events.values():
        shown.add(state.ranked.action_id)
        context, _ = objects_of(state.ranked)
        answer = online.rank(**one_of(state.ranked.action_id), context_features=context)
        assert state.earned is not None
        online.reward(answer.event_id, state.earned)
    assert shown == ({"latte", "mocha", "brew"} if exploration else {"latte", "mocha"})
    assert posterior_bits(loop) == posterior_bits(online)


def test_the_imitation_head_learns_of_each_allowed_action_whether_it_was_the_baselines() -> None:
    loop = loop_of(learning_mode="apprentice", crosses=2)
    exclusions = [(), ("latte",), ("mocha", "brew")]
    for i in range(9):
        loop.rank(led_by(i % 3), CONTEXTS[i % 4], exclusions[i % 3])
    by_hand = RewardModel((Hypothesis(crosses=2),), may_change=False)
    for state in loop.events.values():
        request = state.ranked.request
        first = next(a for a in request.actions if a.id not in request.excluded)
        for action in request.actions:
            if action.id not in request.excluded:
                by_hand.learn(request.context, action, float(action is first))
    assert by_hand.learned == 3 * (3 + 2 + 1)
    assert head_bits(loop.imitation) == head_bits(by_hand)
    assert reward_head(loop).learned == 0


def test_rewards_do_not_touch_the_imitation_head() -> None:
    loop = loop_of(learning_mode="apprentice")
    event_id = loop.rank(DRINKS, CONTEXTS[0]).event_id
    before = head_bits(loop.imitation)
    loop.reward(event_id, 1.0)
    assert head_bits(loop.imitation) == before
    assert reward_head(loop).learned == 1


def test_the_classic_learner_learns_no_reward_in_apprentice_mode() -> None:
    loop = loop_of(learning_mode="apprentice", **classic_or_not("classic"))
    for i in range(12):
        before = heads(loop)
        event_id = loop.rank(DRINKS, CONTEXTS[i % 4]).event_id
        imitated = heads(loop)
        assert imitated != before
        loop.reward(event_id, 1.0)
        assert heads(loop) == imitated


def test_the_classic_learner_learns_rewards_in_other_modes_after_an_apprenticeship() -> None:
    loop = apprenticed(**classic_or_not("classic"))
    for mode in ("online", "logging_only"):
        loop.configure(learning_mode=mode)
        before = heads(loop)
        event_id = loop.rank(DRINKS, CONTEXTS[0]).event_id
        assert heads(loop) == before
        loop.reward(event_id, -1.0)
        assert heads(loop) != before


# -- going online: the imitated action is believed somewhat better ---------------------

CROSSES = 2
KNOWN = Hypothesis(CROSSES, "id", noise_sd=0.3, prior_sd=0.7)
"""The one hypothesis of the reward head here, with none of the defaults."""
IMITATED = Hypothesis(CROSSES)
"""That of the imitation head: the crosses are the loop's."""


def objects_of(ranked: Ranked) -> tuple[Any, list[Json]]:
    """Context and actions of a request, as JSON."""
    sent: Json = ranked.request.to_json()
    return sent["contextFeatures"], sent["actions"]


def imitated_rows(loop: LearningLoop) -> tuple[list[Row], list[float]]:
    rows: list[Row] = []
    labels: list[float] = []
    for state in loop.events.values():
        context, actions = objects_of(state.ranked)
        if state.ranked.mode == "apprentice" and state.activated:
            kept = [a for a in actions if a["id"] not in state.ranked.request.excluded]
            rows += [naive_row(context, action, CROSSES) for action in kept]
            labels += [float(action is kept[0]) for action in kept]
    return rows, labels


def rewarded_rows(loop: LearningLoop) -> tuple[list[Row], list[float]]:
    rows: list[Row] = []
    rewards: list[float] = []
    for state in loop.events.values():
        context, actions = objects_of(state.ranked)
        if state.earned is not None:
            shown = next(a for a in actions if a["id"] == state.ranked.action_id)
            rows.append(naive_row(context, shown, CROSSES))
            rewards.append(state.earned)
    return rows, rewards


def leaning(loop: LearningLoop, offered: Sequence[Row]) -> DenseOracle:
    """What both heads come to after a switch, solved densely over all columns."""
    (imitated, labels), (rewarded, rewards) = imitated_rows(loop), rewarded_rows(loop)
    every: Row = {column: 1.0 for row in [*rewarded, *offered] for column in row}
    weights = DenseOracle.of(IMITATED, imitated, labels).weights(every)
    oracle = DenseOracle.of(KNOWN, rewarded, rewards)
    return replace(
        oracle, prior_mean={column: IMITATION_WEIGHT * w for column, w in weights.items()}
    )


def switched(online_events: int, rewarded: bool = True) -> LearningLoop:
    """Apprentice with exclusions and without rewards in the last context, then online."""
    loop = loop_of(
        learning_mode="apprentice",
        apprentice_exploration=0.3,
        crosses=CROSSES,
        hypotheses=(replace(KNOWN, crosses=3),),
        may_change=False,
    )
    for i in range(20):
        excluded = ["brew"] if i % 5 == 0 else []
        answer = loop.rank(led_by(int(i % 2 == 0)), CONTEXTS[i % 4], excluded)
        if rewarded and i % 4 != 3:
            loop.reward(answer.event_id, [1.0, 0.0, -0.5][i % 3])
    loop.rank(led_by(2), CONTEXTS[0], defer_activation=True)
    loop.configure(learning_mode="online")
    for i in range(online_events):
        loop.reward(loop.rank(led_by(i % 3), CONTEXTS[i % 3]).event_id, float(i % 2))
    return loop


NEW_CONTEXT: list[Json] = [{"user": {"name": "Alice"}}, {"weather": "foggy"}]


@pytest.mark.parametrize("context", [*CONTEXTS, NEW_CONTEXT], ids=str)
@pytest.mark.parametrize(
    ("online_events", "rewarded"), [(0, False), (0, True), (15, True)], ids=str
)
def test_after_the_switch_the_belief_is_that_of_a_prior_mean_on_what_was_imitated(
    online_events: int, rewarded: bool, context: list[Json]
) -> None:
    """The imitation head, times `IMITATION_WEIGHT`, is the prior mean of the reward head.

    Solved densely over all columns; tea and fog were never seen, and the last context of
    `CONTEXTS` was imitated without a reward.
    """
    loop = switched(online_events, rewarded)
    offered = [naive_row(context, drink, CROSSES) for drink in [*DRINKS, TEA]]
    mean, covariance = leaning(loop, offered).moments(offered)
    belief = loop.belief([*DRINKS, TEA], context)
    np.testing.assert_allclose(belief.mean, mean, rtol=0, atol=1e-9)
    np.testing.assert_allclose(belief.covariances[0], covariance, rtol=0, atol=1e-9)
    plain = reward_head(loop).belief(*_parsed(context)).mean
    assert np.abs(plain - belief.mean).max() > 1e-3


def _parsed(context: list[Json]) -> tuple[Any, Any]:
    request = request_of(context, *DRINKS, TEA)
    return request.context, request.actions


def test_a_second_apprenticeship_moves_the_belief_of_what_was_rewarded_before() -> None:
    """Solved densely, as above; beliefs were looked at between the two as well."""
    loop = switched(15)
    offered = [naive_row(CONTEXTS[1], drink, CROSSES) for drink in DRINKS]
    before = loop.belief(DRINKS, CONTEXTS[1]).mean
    loop.configure(learning_mode="apprentice")
    for _ in range(5):
        loop.rank(led_by(2), CONTEXTS[1])
    loop.configure(learning_mode="online")
    mean, _ = leaning(loop, offered).moments(offered)
    after = loop.belief(DRINKS, CONTEXTS[1]).mean
    np.testing.assert_allclose(after, mean, rtol=0, atol=1e-9)
    assert after[2] > before[2] + 1e-3


def test_what_was_imitated_is_preferred_before_any_reward() -> None:
    loop = switched(0, rewarded=False)
    rainy, sunny = (loop.belief(DRINKS, CONTEXTS[i]).mean for i in (0, 1))
    assert (int(rainy.argmax()), int(sunny.argmax())) == (1, 0)
    assert 0 < rainy.max() - rainy.min() <= IMITATION_WEIGHT * 1.2


def test_as_an_apprentice_the_reward_head_believes_what_rewards_alone_say() -> None:
    loop = switched(0)
    loop.configure(learning_mode="apprentice")
    rows, rewards = rewarded_rows(loop)
    oracle = DenseOracle.of(KNOWN, rows, rewards)
    offered = [naive_row(CONTEXTS[1], drink, CROSSES) for drink in DRINKS]
    mean, _ = oracle.moments(offered)
    np.testing.assert_allclose(loop.belief(DRINKS, CONTEXTS[1]).mean, mean, rtol=0, atol=1e-9)
    online = loop.belief_online(request_of(CONTEXTS[1], *DRINKS)).mean
    loop.configure(learning_mode="online")
    assert loop.belief(DRINKS, CONTEXTS[1]).mean.tolist() == online.tolist()


def test_probabilities_online_are_those_that_a_switch_would_bring() -> None:
    loop = apprenticed()
    request = request_of(CONTEXTS[0], *DRINKS)
    now, foreseen = loop.probabilities(request), loop.probabilities_online(request)
    loop.configure(learning_mode="online")
    assert loop.probabilities(request).tolist() == foreseen.tolist() != now.tolist()
    assert tuple(foreseen) == loop.preview(DRINKS, CONTEXTS[0]).probabilities


@pytest.mark.parametrize("context", [*CONTEXTS, NEW_CONTEXT], ids=str)
def test_contributions_after_a_switch_are_those_of_the_leaning_weights(
    context: list[Json],
) -> None:
    """Column by column, and in sum the mean of the shown action less the centre."""
    loop = switched(15)
    ranked = loop.preview([TEA, *DRINKS], context)
    found = loop.contributions(ranked)
    row = naive_row(context, [TEA, *DRINKS][ranked.shown], CROSSES)
    oracle = leaning(loop, [row])
    mean = ranked.means[ranked.shown]
    assert sum(found.values()) == pytest.approx(mean - oracle.centre, abs=1e-9)
    at = oracle.weights(row)
    by_name = {
        (column.context, "#" * column.of_id + column.action): value
        for column, value in found.items()
    }
    assert by_name == pytest.approx({k: at[k] * v for k, v in row.items()}, abs=1e-9)


def test_learning_anew_teaches_both_heads_as_from_the_start() -> None:
    early, late = apprenticed(crosses=2), apprenticed(crosses=1)
    late.configure(crosses=2)
    for loop in (early, late):
        loop.configure(learning_mode="online")
    for context in CONTEXTS:
        one, other = (loop.belief(DRINKS, context) for loop in (early, late))
        np.testing.assert_allclose(one.mean, other.mean, rtol=0, atol=1e-12)
        np.testing.assert_allclose(one.covariances, other.covariances, rtol=0, atol=1e-12)
