"""Descriptions of a contender on Race."""

from types import SimpleNamespace
from typing import cast

import pytest

from engine.experiments.race.runs import race
from engine.experiments.race.standings import Standings
from engine.worlds import WORLDS
from pages.parts.race.page_settings import RaceSetup, everybody
from pages.parts.race.session import RaceSession
from pages.parts.race.wording import on_card, size_of, verdict
from pages.parts.settings.baseline_rules import rule_in_full


@pytest.mark.parametrize("world", list(WORLDS))
def test_everybody_has_a_name_and_a_story_in_every_world(world: str) -> None:
    setup = RaceSetup(world=world, who=",".join(everybody())).fitted()
    names = setup.names
    assert tuple(names) == everybody()
    assert len(set(names.values())) == len(names)
    for story in setup.stories.values():
        assert story.endswith(".")
        assert "!" not in story
    assert "13 methods" in size_of(setup)


def test_race_says_that_this_engine_takes_more_samples_than_on_play() -> None:
    story = RaceSetup().stories["ours"]
    assert story.startswith("Shows an offer whose sample is the highest in 4 tries in a row. ")
    assert "A session on Play begins with 1 try. " in story
    assert "Several models learn side by side" in story


def test_the_card_of_todays_rules_names_the_rule_and_its_actions() -> None:
    for rule, name in (("", "by weather"), ("always", "always Cold brew"), ("mood", "random")):
        setup = RaceSetup(who="present,uniform", rule=rule, item=1)
        brief, whole = on_card(setup, "present", setup.stories["present"])
        assert brief.endswith(f" Rule: {name}.")
        assert whole.endswith(f"{rule_in_full(WORLDS['coffee'], setup.todays_rules)}.")
    assert on_card(setup, "uniform", "Even. And more.") == ("Even.", "Even. And more.")


def test_a_race_stopped_early_names_the_methods_without_a_result() -> None:
    setup = RaceSetup(who="ab,uniform", visitors=200, crowds=2)
    known = Standings(setup.plan())
    for outcome in race(known.plan):
        if outcome.contender == "uniform":
            known.add(outcome)
    session = SimpleNamespace(known=known, displayed=setup, state="stopped", bet=None)
    said = verdict(cast(RaceSession, session))
    assert said.endswith("There is nothing to compare. No repetition was completed by A/B test.")
