"""Words on the stage: what do these words mean?"""

from functools import partial

from pages.parts.components.stage_corner import own_link, stand_in_corner
from pages.parts.glossary.board import WordsSetup
from pages.parts.glossary.talk import words_show
from pages.parts.settings.link import current_setup, open_link, write_link
from pages.parts.show.present import present

open_link(WordsSetup)
setup = current_setup(WordsSetup)
write_link(setup)
show = words_show(setup.language)
present(show, partial(stand_in_corner, show, own_link()))
