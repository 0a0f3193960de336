"""Descriptions of a contender on Race."""

import pytest

from engine.worlds import WORLDS
from pages.parts.race.page_settings import RaceSetup, everybody
from pages.parts.race.wording import size_of


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
    first = story.partition(". ")[0]
    assert "highest in 4 samples of its reward (on Play, to begin with, in 1)" in first
    assert "Several models learn side by side" in story
