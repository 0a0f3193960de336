"""Why on the stage: what spoke for this offer, and what against it?"""

from functools import partial

from pages.parts.stage.corner import own_link, stand_in_corner
from pages.parts.stage.present import present
from pages.parts.stage.why import why_show
from pages.parts.why.opening import open_why

session, _ = open_why()
assert session.shown is not None
show = why_show(session, session.shown)
present(show, partial(stand_in_corner, show, own_link(), "why this was offered"))
