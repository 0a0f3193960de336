"""Words on the stage: what do these words mean?"""

from functools import partial

from pages.parts.components.stage_corner import own_link, stand_in_corner
from pages.parts.glossary.talk import words_show
from pages.parts.settings.link import no_link
from pages.parts.show.present import present

no_link()
show = words_show()
present(show, partial(stand_in_corner, show, own_link()))
