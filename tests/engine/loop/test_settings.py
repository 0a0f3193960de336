"""Settings: valid as a whole, or refused."""

import copy
import dataclasses
import math
import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine import (
    ActionPrice,
    EpsilonGreedy,
    Greedy,
    Hypothesis,
    LearningLoop,
    LoopSettings,
    Softmax,
    Thompson,
    Uniform,
)
from engine.learners.bayesian.hypothesis import HYPOTHESES
from engine.learners.classic import ClassicLearner
from engine.loop.settings import SETTING_NAMES
from engine.policies.ucb import UpperBound
from tests.clock import ManualClock
from tests.engine.comparable import state_of
from tests.engine.loop.apprentices import MODES, apprenticed, everything, loop_of
from tests.engine.refusals import assert_one_sentence, refusal


@dataclasses.dataclass(frozen=True, slots=True)
class Unregistered(Greedy):
    """A policy without registration, so that no file could be read."""


THIRTEEN = tuple(Hypothesis(noise_sd=0.1 * (i + 1)) for i in range(13))


WAIT = "InvalidRewardWaitTime"


CONFIGURATION = "InvalidServiceConfiguration"


REFUSED: list[tuple[str, Any, str, str, str]] = [
    ("reward_wait_time", timedelta(seconds=4.999), WAIT, "datetime", "from 5 seconds to 2 days"),
    ("reward_wait_time", timedelta(days=2, microseconds=1), WAIT, "datetime", "to 2 days"),
    ("reward_wait_time", timedelta(0), WAIT, "datetime", "from 5 seconds"),
    ("reward_wait_time", timedelta(seconds=-60), WAIT, "datetime", "from 5 seconds"),
    ("reward_wait_time", 600, WAIT, "600", "a duration"),
    ("reward_wait_time", "PT10M", WAIT, "'PT10M'", "a duration"),
    ("reward_wait_time", None, WAIT, "None", "a duration"),
    ("default_reward", 1.01, CONFIGURATION, "1.01", "a number from -1 to 1"),
    ("default_reward", -1.01, CONFIGURATION, "-1.01", "a number from -1 to 1"),
    ("default_reward", math.nan, CONFIGURATION, "nan", "a number from -1 to 1"),
    ("default_reward", True, CONFIGURATION, "True", "a number from -1 to 1"),
    ("default_reward", "0", CONFIGURATION, "'0'", "a number from -1 to 1"),
    ("reward_aggregation", "average", CONFIGURATION, "'average'", '"earliest" or "sum"'),
    ("reward_aggregation", "Sum", CONFIGURATION, "'Sum'", '"earliest" or "sum"'),
    ("reward_aggregation", None, CONFIGURATION, "None", '"earliest" or "sum"'),
    ("reward_aggregation", [], CONFIGURATION, "[]", '"earliest" or "sum"'),
    ("policy", "thompson", CONFIGURATION, "'thompson'", "a policy"),
    ("policy", Thompson, CONFIGURATION, "<class", "a policy"),
    ("policy", None, CONFIGURATION, "None", "a policy"),
    ("policy", UpperBound(), CONFIGURATION, "UpperBound(", "every action a chance before"),
    ("policy", Unregistered(), CONFIGURATION, "Unregistered(", "registered: Thompson, Eps"),
    ("crosses", -1, CONFIGURATION, "-1", "a whole number from 0 to 4"),
    ("crosses", 5, CONFIGURATION, "5", "a whole number from 0 to 4"),
    ("crosses", 2.0, CONFIGURATION, "2.0", "a whole number from 0 to 4"),
    ("crosses", True, CONFIGURATION, "True", "a whole number from 0 to 4"),
    ("crosses", 10**5_000, CONFIGURATION, "", "a whole number from 0 to 4"),
    ("usual_reward", 0.0, CONFIGURATION, "0.0", "a number from 0.0001 to 0.9"),
    ("usual_reward", 1.0, CONFIGURATION, "1.0", "a number from 0.0001 to 0.9"),
    ("usual_reward", "2 %", CONFIGURATION, "'2 %'", "a number from 0.0001 to 0.9"),
    ("prices", (), CONFIGURATION, "()", "1 to 200 ActionPrice values of different"),
    ("prices", (("a", 0.5),), CONFIGURATION, "(('a'", "1 to 200 ActionPrice values of different"),
    ("prices", (ActionPrice("a", 0.5),) * 2, CONFIGURATION, "(Act", "of different actions"),
    ("prices", (ActionPrice("a", 1.5),), CONFIGURATION, "1.5", "from 1e-06 to 1"),
    ("prices", (ActionPrice("a", -0.1),), CONFIGURATION, "-0.1", "from 1e-06 to 1"),
    ("prices", (ActionPrice("a", math.nan),), CONFIGURATION, "nan", "from 1e-06 to 1"),
    ("hypotheses", (), CONFIGURATION, "()", "a tuple of 1 to 12 different Hypothesis values"),
    ("hypotheses", [Hypothesis()], CONFIGURATION, "[Hyp", "a tuple of 1 to 12"),
    ("hypotheses", Hypothesis(), CONFIGURATION, "Hyp", "a tuple of 1 to 12"),
    ("hypotheses", (Hypothesis(), "pairs"), CONFIGURATION, "(Hyp", "a tuple of 1 to 12"),
    ("hypotheses", (Hypothesis(),) * 2, CONFIGURATION, "(Hyp", "different Hypothesis values"),
    ("hypotheses", THIRTEEN, CONFIGURATION, "(Hyp", "a tuple of 1 to 12"),
    ("hypotheses", None, CONFIGURATION, "None", "a tuple of 1 to 12"),
    ("may_change", 1, CONFIGURATION, "1", "true or false"),
    ("may_change", None, CONFIGURATION, "None", "true or false"),
    ("may_change", "yes", CONFIGURATION, "'yes'", "true or false"),
    ("max_events", 0, CONFIGURATION, "0", "a whole number from 1 to 1"),
    ("max_events", 1_000_001, CONFIGURATION, "1000001", "a whole number from 1 to 1"),
    ("max_events", 10.5, CONFIGURATION, "10.5", "a whole number from 1 to 1"),
]


ALLOWED: list[tuple[str, Any]] = [
    ("reward_wait_time", timedelta(seconds=5)),
    ("reward_wait_time", timedelta(days=2)),
    ("default_reward", -1),
    ("default_reward", 1.0),
    ("reward_aggregation", "sum"),
    ("policy", EpsilonGreedy(0.3)),
    ("policy", Greedy()),
    ("policy", Uniform()),
    ("policy", Softmax(0.3)),
    ("crosses", 0),
    ("crosses", 4),
    ("hypotheses", (Hypothesis(),)),
    ("hypotheses", THIRTEEN[:12]),
    ("may_change", False),
    ("prices", (ActionPrice("a", 0.0), ActionPrice("b", 1.0))),
    ("max_events", 1),
    ("max_events", 1_000_000),
]


@pytest.mark.parametrize(
    ("name", "value", "code", "shown", "allowed"),
    REFUSED,
    ids=[f"{name}-{i}" for i, (name, *_) in enumerate(REFUSED)],
)
def test_a_setting_out_of_bounds_is_refused_together_with_all_good_ones(
    name: str, value: object, code: str, shown: str, allowed: str
) -> None:
    error = refusal(lambda: LoopSettings(**{name: value}))  # type: ignore[arg-type]
    assert (error.code, error.target) == (code, name)
    assert_one_sentence(error, shown, allowed)
    loop = LearningLoop(seed=1, clock=ManualClock())
    before = state_of(loop)
    good = {"crosses": 1, "max_events": 7}
    assert refusal(lambda: loop.configure(**(good | {name: value}))).code == code
    assert state_of(loop) == before


WRONG: dict[str, tuple[Callable[[], object], str, str, str]] = {
    "a name of no setting": (
        lambda: LoopSettings(crosses=1, foo=1),  # type: ignore[call-arg]
        "the setting",
        "'foo'",
        "one of reward_wait_time, default_reward",
    ),
    "a name of no setting, classic": (
        lambda: LoopSettings.classic(foo=1),
        "the setting",
        "'foo'",
        "one of reward_wait_time, default_reward",
    ),
    "no name, classic": (
        lambda: LoopSettings.classic(5),  # type: ignore[arg-type]
        "settings",
        "5",
        "given by name: reward_wait_time, default_reward",
    ),
    "no name": (
        lambda: LoopSettings(timedelta(minutes=1)),  # type: ignore[call-arg]
        "settings",
        "datetime.timedelta(seconds=60)",
        "given by name: reward_wait_time, default_reward",
    ),
}


@pytest.mark.parametrize(("call", "target", "shown", "allowed"), WRONG.values(), ids=WRONG)
def test_settings_are_given_by_their_names(
    call: Callable[[], object], target: str, shown: str, allowed: str
) -> None:
    error = refusal(call)
    assert (error.code, error.target) == ("InvalidServiceConfiguration", target)
    assert_one_sentence(error, shown, allowed)


def test_settings_are_copied_and_pickled_like_any_value() -> None:
    settings = LoopSettings(crosses=1, default_reward=0.5)
    assert copy.copy(settings) == copy.deepcopy(settings) == settings
    assert pickle.loads(pickle.dumps(settings)) == settings


@pytest.mark.parametrize(("name", "value"), ALLOWED)
def test_the_bounds_themselves_are_allowed(name: str, value: object) -> None:
    assert getattr(LoopSettings(**{name: value}), name) == value  # type: ignore[arg-type]


def test_a_thompson_policy_that_never_explores_is_a_contradiction() -> None:
    error = refusal(lambda: Thompson(width=0.0, floor=0.0))
    assert (error.code, error.target) == (CONFIGURATION, "policy")
    assert_one_sentence(error, "Thompson(", "free of contradiction")
    assert "Greedy()" in error.message


def test_the_defaults_are_those_of_the_service_where_it_had_them() -> None:
    settings = LoopSettings()
    assert settings.reward_wait_time == timedelta(minutes=10)
    assert settings.default_reward == 0
    assert settings.reward_aggregation == "earliest"
    assert settings.policy == Thompson()
    assert settings.hypotheses == HYPOTHESES
    assert settings.may_change is True


def test_settings_are_a_value_that_nobody_can_change() -> None:
    settings: Any = LoopSettings()
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.crosses = 1
    assert settings == LoopSettings()


def test_the_setting_names_are_those_of_the_constructor() -> None:
    assert set(SETTING_NAMES) == {
        "reward_wait_time",
        "default_reward",
        "reward_aggregation",
        "policy",
        "crosses",
        "hypotheses",
        "may_change",
        "max_events",
        "learning_mode",
        "apprentice_exploration",
        "learner",
        "learning_rate",
        "baseline",
        "usual_reward",
        "prices",
    }


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"default_reward": 1.0, "policy": Uniform(), "max_events": 5}, True),
        ({"reward_wait_time": timedelta(days=1), "reward_aggregation": "sum"}, True),
        ({"crosses": 2}, False),
        ({"hypotheses": (Hypothesis(),)}, False),
        ({"hypotheses": HYPOTHESES[::-1]}, False),
        ({"may_change": False}, False),
        ({"usual_reward": 0.01}, False),
        ({"prices": (ActionPrice("a", 0.0),)}, False),
    ],
)
def test_settings_learn_alike_if_crosses_hypotheses_and_learner_are_the_same(
    changes: dict[str, Any], same: bool
) -> None:
    assert LoopSettings().learns_like(LoopSettings(**changes)) is same


@pytest.mark.parametrize("most", range(5))
def test_no_hypothesis_that_is_compared_crosses_more_than_the_settings_allow(most: int) -> None:
    compared = LoopSettings(crosses=most).compared
    assert max(h.crosses for h in compared) == most
    for hypothesis in HYPOTHESES:
        assert dataclasses.replace(hypothesis, crosses=min(hypothesis.crosses, most)) in compared


def test_hypotheses_that_become_the_same_are_compared_once() -> None:
    two = tuple(Hypothesis(crosses=n) for n in (1, 3))
    assert LoopSettings(hypotheses=two).compared == two
    assert LoopSettings(hypotheses=two, crosses=1).compared == (Hypothesis(crosses=1),)


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
    assert isinstance(loop.learner, ClassicLearner)


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
