"""Show on the stage: its minutes, and a step to the first of them."""

from functools import partial

from pages.parts.components.stage_corner import own_link, stand_in_corner
from pages.parts.lessons.words import words
from pages.parts.settings.link import current_setup, open_link, write_link
from pages.parts.show.bookmarks import minutes_show
from pages.parts.show.five_minutes import ShowSetup, go_on
from pages.parts.show.present import present

open_link(ShowSetup)
setup = current_setup(ShowSetup)
write_link(setup)
go_on(setup)
show = minutes_show(words("show"))
present(show, partial(stand_in_corner, show, own_link()))
