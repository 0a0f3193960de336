"""Settings of Race, and the resulting plan."""

import pytest

from engine.experiments.race.contenders import ABTest, LoopContender, Present
from engine.experiments.race.plan import MAX_REPETITIONS, MAX_VISITORS
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.policies.registry import CONTENDERS, POLICIES
from engine.policies.softmax import Softmax
from engine.policies.ucb import UpperBound
from engine.worlds import WORLDS
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.race.controls import visitors_on_offer
from pages.parts.race.page_settings import RaceSetup, everybody, ordered
from pages.parts.race.person_choices import YOU
from pages.parts.settings.baseline_rules import rules_of


def test_settings_reach_the_contenders() -> None:
    setup = RaceSetup(who=",".join(everybody()), trial=500).having(
        {"epsilon": 30, "temperature": 20, "width": 150}
    )
    found = {contender.key: contender for contender in setup.plan().contenders}
    epsilon, softmax, ucb = (found[key] for key in ("epsilon", "softmax", "ucb"))
    assert isinstance(epsilon, LoopContender)
    assert epsilon.policy == EpsilonGreedy(0.3)
    assert isinstance(softmax, LoopContender)
    assert softmax.policy == Softmax(0.2)
    assert isinstance(ucb, LoopContender)
    assert ucb.policy == UpperBound(1.5)
    ab, segments = found["ab"], found["segments"]
    assert isinstance(ab, ABTest)
    assert isinstance(segments, ABTest)
    assert (ab.trial, ab.field, segments.trial, segments.field) == (500, None, 500, "name")


def test_the_largest_race_that_can_be_set_can_be_planned() -> None:
    for name, most in (("visitors", MAX_VISITORS), ("crowds", MAX_REPETITIONS)):
        assert max(RaceSetup.declared()[name].offered) == most


@pytest.mark.parametrize("visitors", [200, 3_000, 12_345, 200_000])
def test_a_link_may_set_any_number_of_visitors_and_the_slider_shows_it(visitors: int) -> None:
    setup, refused = RaceSetup.from_query({"visitors": str(visitors)})
    assert (setup.visitors, refused) == (visitors, [])
    assert setup.query()["visitors"] == str(visitors)
    assert visitors_on_offer(setup)[visitors] == f"{visitors:,}"
    assert [*visitors_on_offer(setup)] == sorted(visitors_on_offer(setup))


def test_a_number_of_visitors_out_of_range_gives_way_with_a_sentence() -> None:
    setup, (sentence,) = RaceSetup.from_query({"visitors": "200001"})
    assert setup.visitors == RaceSetup().visitors
    assert "must be a whole number from 200 to 200,000; 1000 is used instead" in sentence


@pytest.mark.parametrize(
    ("told", "drift"),
    [({}, "none"), ({"world": "coffee"}, "none"), ({"world": "fashion"}, "halfway"),
     ({"world": "fashion", "drift": "none"}, "none"), ({"drift": "slow"}, "slow")],
)  # fmt: skip
def test_tastes_change_as_the_world_says_where_the_link_does_not(
    told: dict[str, str], drift: str
) -> None:
    setup, refused = RaceSetup.from_query(told)
    assert (setup.drift, refused) == (drift, [])
    assert RaceSetup.from_query(setup.query())[0] == setup, "and its own link says the same"


@pytest.mark.parametrize(
    ("name", "value"),
    [("who", "ours,theirs"), ("who", ""), ("visitors", "199"), ("crowds", "0"), ("drift", "fast"),
     ("delay", "-1"), ("refresh", "2"), ("epsilon", "101"), ("crosses", "5"), ("field", "shoes"),
     ("field", "season"), ("trial", "1"), ("width", "x"), ("temperature", "0")],
)  # fmt: skip
def test_what_a_link_says_wrongly_gives_way_with_a_sentence(name: str, value: str) -> None:
    setup, (sentence,) = RaceSetup.from_query({name: value})
    assert setup == RaceSetup()
    assert "must be" in sentence


def test_contenders_stand_in_their_order_and_none_where_a_widget_has_left_the_page() -> None:
    assert (ordered(["uniform", "ours"]), ordered(None)) == ("ours,uniform", "")


def test_every_policy_races_and_no_other_contender_can_be_mistaken_for_one() -> None:
    policies = POLICIES.keys() - {"thompson"}
    assert {*everybody(), YOU} == policies | CONTENDERS
    assert not POLICIES.keys() & CONTENDERS


def test_todays_rules_are_called_an_example_until_a_person_types_them() -> None:
    story = RaceSetup(who="present,uniform").stories["present"]
    assert story.startswith("An example rule:")
    assert "Compare" in story
    typed = RaceSetup(who="present,uniform", rule="weather", table="0,1,2").stories["present"]
    assert typed.startswith("Shows what the rules of today's service say")


def test_each_rule_of_compare_can_race() -> None:
    coffee = WORLDS["coffee"]
    for rule in rules_of(coffee):
        compared = CompareSetup(rule=rule, item=2, seed=5)
        setup = RaceSetup(rule=rule, item=2, seed=5, who="present,uniform").fitted()
        (present, _) = setup.plan().contenders
        assert isinstance(present, Present)
        assert present.rule == compared.baseline()
        assert RaceSetup.from_query(setup.query()) == (setup, [])
        assert present.enter(coffee, 5).choose(0, 0).propensity == (1 if rule != "mood" else 0.25)
