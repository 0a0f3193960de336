"""Worlds on the stage: what does this place look like, and what is there to learn?"""

from functools import partial

import streamlit as st

from pages.parts.components.stage_corner import own_link, stand_in_corner
from pages.parts.settings.link import current_setup, open_link, write_link
from pages.parts.show.present import present
from pages.parts.work.session_state import session_of
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.setup import WorldsSetup
from pages.parts.worlds.talk import worlds_show

address_is_new = open_link(WorldsSetup)
setup = current_setup(WorldsSetup)
session = session_of(WorldsSession, lambda: WorldsSession(setup.world))
session.adopt(setup.world)
if address_is_new and "draft" in st.query_params:
    session.restore(st.query_params["draft"])
write_link(setup, draft=session.text)
world, faults, _ = session.made()
show = worlds_show(world, faults)
present(show, partial(stand_in_corner, show, own_link()))
