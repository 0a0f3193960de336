"""Descriptions of a contender on Race."""

import pytest

from engine.worlds import WORLDS
from pages.parts.race.page_settings import RaceSetup, everybody
from pages.parts.race.wording import about_samples, size_of


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
    said = about_samples(RaceSetup())
    assert "needs 4 samples that agree" in said
    assert "On Play it starts with 1" in said
    assert about_samples(RaceSetup(who="ab,uniform")) == ""
