"""Data on the stage: which loops have I taught?"""

from functools import partial

from pages.parts.components.browser_id import owner
from pages.parts.components.stage_corner import own_link, stand_in_corner
from pages.parts.data.talk import data_show
from pages.parts.settings.library import library
from pages.parts.settings.link import no_link
from pages.parts.show.present import present

no_link()
show = data_show(library(), owner())
present(show, partial(stand_in_corner, show, own_link(), "the loops of whoever opens it"))
