"""Choice of the world in which lessons are given."""

import streamlit as st

from engine.worlds import WORLDS
from pages.parts.components.toolbar import other_worlds
from pages.parts.lessons.lesson_lookup import elsewhere
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.other_worlds import has_room
from pages.parts.lessons.page_settings import LearnSetup
from pages.parts.settings.bad_widget_state import chosen
from pages.parts.settings.known_worlds import keep_at_hand, world_of
from pages.parts.text.format import note
from pages.parts.text.lesson_words import PAGE
from pages.parts.text.pages_folder import PAGES

_MAKE = PAGES / "worlds.py"


def choose_a_world(setup: LearnSetup) -> None:
    """Draw the list of worlds, and say which lessons are given in the chosen world."""
    names = {"": PAGE.say("own_worlds")} | {name: world.label for name, world in WORLDS.items()}
    names |= other_worlds()
    if setup.world not in names:
        names[setup.world] = world_of(setup.world).label
    key = setup.key("world")

    def take() -> None:
        if chosen_world := chosen(key, names, ""):
            keep_at_hand(world_of(chosen_world))

    with st.container(horizontal=True, vertical_alignment="bottom", key="lesson-world"):
        st.selectbox(
            PAGE.say("in_world"),
            list(names),
            list(names).index(setup.world),
            format_func=names.__getitem__,
            key=key,
            on_change=take,
            width=320,
        )
        st.page_link(_MAKE, label=PAGE.say("make_world"), icon=":material/edit_square:")
    if not setup.world:
        return
    there = [
        setup.at(lesson).chosen.words.say("title")
        for lesson in LESSONS
        if elsewhere(lesson, setup.world)
    ]
    if there:
        note(PAGE.say("given_there", titles=", ".join(there)))
    elif not has_room(world_of(setup.world)):
        note(PAGE.say("no_room", world=world_of(setup.world).label))
