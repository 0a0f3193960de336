"""Use on the stage: when is this the right tool, and when not?"""

from functools import partial

from pages.parts.components.stage_corner import own_link, stand_in_corner
from pages.parts.glossary.board import WordsSetup
from pages.parts.glossary.talk import use_show
from pages.parts.settings.link import current_setup, open_link, write_link
from pages.parts.show.present import present

open_link(WordsSetup)
setup = current_setup(WordsSetup)
write_link(setup)
show = use_show(setup.language)
present(show, partial(stand_in_corner, show, own_link()))
