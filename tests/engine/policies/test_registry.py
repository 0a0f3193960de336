"""Requirements for the registration of a policy, and its consequences."""

import math
import re
import string
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import pytest

from engine import EpsilonGreedy, Greedy, Thompson
from engine.learners.belief import Belief
from engine.policies.base import Knob, Normals, Policy
from engine.policies.registry import POLICIES, register
from tests.engine.policies.beliefs import decide, random_belief
from tests.engine.refusals import assert_one_sentence, refusal

EVERY = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


@EVERY
def test_a_policy_tells_a_person_what_it_does(policy: type[Policy]) -> None:
    assert policy.story.endswith(".")
    names = {name for _, name, _, _ in string.Formatter().parse(policy.story) if name}
    assert names <= {knob.field for knob in policy.knobs}
    assert "{" not in policy.label
    assert not re.search(r"\}\. *\{", policy.story), "1. 5 % would be read as 1.5 %"


@EVERY
def test_a_knob_can_be_turned_to_each_of_its_numbers_and_read_back(policy: type[Policy]) -> None:
    for knob in policy.knobs:
        for number in knob.numbers:
            turned = knob.turned(policy(), number)
            assert knob.number(turned) == number
            others = [field.name for field in fields(policy) if field.name != knob.field]
            assert [getattr(turned, n) for n in others] == [getattr(policy(), n) for n in others]


def test_a_knob_reads_what_it_cannot_be_turned_to_as_the_nearest() -> None:
    floor, agreement = Thompson.knobs
    assert floor.number(Thompson(floor=0.0234)) == 2
    assert agreement.number(Thompson(agreement=5)) == 4
    (temperature,) = POLICIES["softmax"].knobs
    assert temperature.number(POLICIES["softmax"](temperature=9.0)) == 50  # type: ignore[call-arg]


def test_a_turned_knob_gives_the_very_number_that_is_written_in_code() -> None:
    (knob,) = EpsilonGreedy.knobs
    assert knob.turned(EpsilonGreedy(), 30) == EpsilonGreedy(0.3)


@EVERY
def test_what_may_be_logged_gives_every_action_a_chance_before_anything_is_learned(
    policy: type[Policy],
) -> None:
    nothing = Belief.of_one(np.zeros(4), np.eye(4))
    decision = policy().decide(nothing, Normals(0), np.random.default_rng(0))
    assert policy.loggable == bool((decision.probabilities > 0).all())


@dataclass(frozen=True, slots=True)
class Other(Greedy):
    """A policy with a distinct key."""

    key = "other"


@dataclass(frozen=True, slots=True)
class Turned(Other):
    """A policy with a knob that has no effect."""

    knobs = (Knob("angle", "angle", range(3)),)


@dataclass(frozen=True, slots=True)
class Single(Greedy):
    """A policy with the key of a contender that is not a policy."""

    key = "single"


TWIN = type("Thompson", (Other,), {})


@pytest.mark.parametrize(
    ("policy", "shown", "allowed"),
    [
        (Greedy, "'greedy'", "a key that no other policy has"),
        (Single, "'single'", "a key that no other contender of a race has"),
        (TWIN, "'Thompson'", "a class name that no other policy has"),
        (Turned, "'angle'", "one of its fields"),
    ],
)
def test_ambiguous_policies_are_refused(policy: type[Policy], shown: str, allowed: str) -> None:
    before = dict(POLICIES)
    assert_one_sentence(refusal(lambda: register(policy)), shown, allowed)
    assert before == POLICIES


@pytest.mark.parametrize(
    ("policy", "name", "value", "shown", "allowed"),
    [
        (Thompson, "draws", 63, "63", "a whole number from 64 to 65536"),
        (Thompson, "draws", 65_537, "65537", "from 64 to 65536"),
        (Thompson, "draws", 100.0, "100.0", "a whole number"),
        (Thompson, "draws", True, "True", "a whole number"),
        (Thompson, "floor", -0.01, "-0.01", "a number from 0 to 1"),
        (Thompson, "floor", 1.01, "1.01", "a number from 0 to 1"),
        (Thompson, "floor", math.nan, "nan", "a number from 0 to 1"),
        (Thompson, "width", -1, "-1", "a number from 0 to 4"),
        (Thompson, "width", 4.5, "4.5", "a number from 0 to 4"),
        (Thompson, "width", "wide", "'wide'", "a number from 0 to 4"),
        (EpsilonGreedy, "epsilon", -0.1, "-0.1", "a number from 0 to 1"),
        (EpsilonGreedy, "epsilon", 20, "20", "a number from 0 to 1"),
        (EpsilonGreedy, "epsilon", None, "None", "a number from 0 to 1"),
        (EpsilonGreedy, "epsilon", False, "False", "a number from 0 to 1"),
    ],
)
def test_settings_of_a_policy_out_of_bounds_are_refused(
    policy: Callable[..., Policy], name: str, value: object, shown: str, allowed: str
) -> None:
    error = refusal(lambda: policy(**{name: value}))
    assert (error.code, error.target) == ("InvalidServiceConfiguration", f"policy.{name}")
    assert_one_sentence(error, shown, allowed)


@pytest.mark.parametrize(
    "policy",
    [
        Thompson(64, 0, 0.5),
        Thompson(65_536, 1, 4),
        Thompson(64, 0.5, 0),
        EpsilonGreedy(0),
        EpsilonGreedy(1),
    ],
    ids=repr,
)
def test_the_bounds_themselves_are_allowed(policy: Policy) -> None:
    assert decide(policy, random_belief(0, 3)).probabilities.sum() == pytest.approx(1)
