"""The one screen of the Why page: what spoke for an offer, and what against it."""

from functools import partial

from pages.parts.play.why_subject import Subject
from pages.parts.scene.hero import hero
from pages.parts.scene.talk import Screen, Show
from pages.parts.text.source_names import names_of
from pages.parts.why import wording
from pages.parts.why.board import gap_chart
from pages.parts.why.session import WhySession


def why_show(session: WhySession, shown: Subject) -> Show:
    """The picture of what it is made of that an action is ahead, on one screen."""
    note = (
        "To the right what speaks for it, to the left what for the other. The shaded rows are "
        "sums: what is believed, and with curiosity what was drawn."
    )
    said = partial(wording.asked_about, shown)
    return Show.of([Screen("why", said, partial(_reasons, session, shown), note)])


def _reasons(session: WhySession, shown: Subject) -> None:
    gap = session.gap()
    names = names_of(gap.parts, shown.ranked.request.context_values)
    rows, spec, key = gap_chart(session, shown, gap, names)
    pair = session.action, session.against
    told = wording.for_and_against(gap, names, shown.world, *pair)
    hero(rows, spec, key=key, alt=f"What speaks for it and what against it: {told}")
