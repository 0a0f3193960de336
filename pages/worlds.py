"""Worlds: the editor of worlds.

From top to bottom: name and story, actions, visitors, true expected rewards and their analysis;
then the worlds kept in this browser, and the gallery.
"""

from functools import partial
from pathlib import Path

import streamlit as st

from pages.parts.components.browser_id import owner
from pages.parts.components.glossary_popover import words_of
from pages.parts.components.more_menu import more, share
from pages.parts.components.stage_button import show_stage_entry
from pages.parts.components.toolbar import choose_world, toolbar, tools
from pages.parts.settings.page_settings_base import current_setup, open_link, write_link
from pages.parts.text.format import question
from pages.parts.work.session_singletons import session_of
from pages.parts.worlds import (
    draft_in_address,
    editors,
    new_world_menu,
    rank_request_form,
    taste_tools,
    truth_rules_editor,
    truth_table_editor,
    world_from_log_button,
    world_lists,
    world_preview,
)
from pages.parts.worlds.page_settings import WorldsSetup
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.wording import label_of

address_is_new = open_link(WorldsSetup)

with toolbar():
    setup = current_setup(WorldsSetup)
    session = session_of(WorldsSession, lambda: WorldsSession(setup.world))
    session.adopt(setup.world)
    if address_is_new and "draft" in st.query_params:
        draft_in_address.restore(session, st.query_params["draft"])
    world_from_log_button.adopt_new_world(session)
    new_world_menu.open_chosen_page(session, Path(__file__).parent)
    choose_world(setup, "" if session.is_chosen else label_of(session.draft))
    with tools():
        draft = draft_in_address.draft_of(session, owner())
        write_link(setup, draft=draft)
        world, faults, refused = session.made()
        new_world_menu.show_undo_and_redo(session)
        new_world_menu.show_new_world_menu(session)
        new_world_menu.show_destinations(session, owner(), can=world is not None)
        new_world_menu.show_move_of_play(session)
        more(None, lambda: share(setup, more={"draft": draft} if draft else None), show_stage_entry)

question(
    "Describe your own case. What is there to learn?",
    "A world is a simulated business: its actions, its visitors, and how often each accepts each.",
    "" if session.is_kept else "not saved yet",
    partial(words_of, "worlds"),
)
world_preview.say_refused("" if new_world_menu.is_open() else session.refused or refused)
world_from_log_button.show_event_counts(session)
editors.write_the_place(session)
with st.container(key="tables"):
    left, right = st.columns(2, gap="medium")
with left:
    editors.write_actions(session, faults)
with right:
    editors.write_values(session, faults)
with st.container(key="truth"):
    left, right = st.columns([3, 2], gap="medium")
with left:
    if session.draft.rules is not None:
        truth_rules_editor.write_rules(session, faults)
    else:
        taste_tools.show_taste_tools(session, faults)
        truth_table_editor.write_truth(session, faults)
with right:
    if world is None:
        world_preview.show_faults(faults)
    else:
        world_preview.show_world(world)
rank_request_form.show_rank_request(world)
world_lists.show_kept(session, owner())
world_lists.show_gallery(session)
