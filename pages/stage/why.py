"""Why on the stage: what spoke for this offer, and what against it?"""

from functools import partial

from pages.parts.components.stage_corner import own_link, stand_in_corner
from pages.parts.show.present import present
from pages.parts.why.opening import open_why
from pages.parts.why.talk import why_show

session, _ = open_why()
assert session.shown is not None
show = why_show(session, session.shown)
present(show, partial(stand_in_corner, show, own_link(), "why this was offered"))
