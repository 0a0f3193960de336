"""Worlds on the stage: what does this place look like, and what is there to learn?"""

from functools import partial

from pages.parts.link import current_setup, open_link, write_link
from pages.parts.sessions import worlds_session
from pages.parts.stage.corner import own_link, stand_in_corner
from pages.parts.stage.present import present
from pages.parts.stage.worlds import worlds_show
from pages.parts.worlds.setup import WorldsSetup

open_link(WorldsSetup)
setup = current_setup(WorldsSetup)
session = worlds_session(setup)
session.adopt(setup.world)
write_link(setup)
world, faults, _ = session.made()
show = worlds_show(world, faults)
present(show, partial(stand_in_corner, show, own_link(), "the world as it was chosen"))
